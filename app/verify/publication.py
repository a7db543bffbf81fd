"""Whether something stands in the transparency log, as everybody can see it."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.i18n import format_number
from app.core.i18n import gettext as _
from app.trustlog.policy.merkle import leaf_hash, verify_inclusion
from app.trustlog.queries import tree
from app.trustlog.queries.history import Logged
from app.verify.finding import Result, Steps


async def place_in_the_log(session: AsyncSession, logged: Logged | None, steps: Steps) -> None:
    """Say in a step whether an entry is published, and in the tree where it says it is."""
    what = _("It stands in the transparency log")
    if logged is None:
        steps.add(Result.NOTE, what, _("No entry of the log tells of it."))
        return
    published = await tree.latest(session)
    if published is None or logged.index is None or logged.index >= published.size:
        steps.add(Result.NOTE, what, _("Written, and to be published within moments."))
        return
    path = await tree.inclusion(session, logged.index, published.size)
    leaf = leaf_hash(logged.body)
    steps.passed(
        verify_inclusion(logged.index, published.size, leaf, path, published.root),
        what,
        _(
            "As entry %(index)s of %(size)s.",
            index=format_number(logged.index),
            size=format_number(published.size),
        ),
        _("The log's own hashes do not lead to it. The alliance has to explain that."),
    )
