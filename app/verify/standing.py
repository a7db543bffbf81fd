"""What somebody's standing is today, as the last step of every check."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.i18n import gettext as _
from app.members import queries as members
from app.members.models import Standing
from app.members.queries import MemberView
from app.trustlog.queries import history
from app.verify.finding import Outcome, Result, Steps


async def of_account(
    session: AsyncSession, account_id: UUID | None, steps: Steps
) -> MemberView | None:
    """The member whose account that is, said in a step. One statement."""
    found = await members.member_of(session, account_id) if account_id else None
    return _said(found, steps)


async def of_subject(session: AsyncSession, subject: str, steps: Steps) -> MemberView | None:
    """The member of whom entries of the log tell under `subject`. Two statements.

    For who has shown a salt of such an entry: the log itself tells nobody whose it is.
    """
    account_id = await history.account_of(session, subject)
    return await of_account(session, account_id, steps)


async def of_number(session: AsyncSession, number: str, steps: Steps) -> MemberView | None:
    """The member of a number, said in a step. One statement."""
    return _said(await members.by_number(session, number), steps)


def _said(found: MemberView | None, steps: Steps) -> MemberView | None:
    what = _("The standing today")
    if found is None:
        steps.add(
            Result.NOTE,
            what,
            _("It belongs to nobody who is or was a member."),
        )
    else:
        good = found.standing is Standing.ACTIVE
        steps.add(Result.GOOD if good else Result.WARN, what, found.meaning)
    return found


def outcome(found: MemberView | None) -> Outcome:
    """The answer to something genuine, by whose it is today."""
    return Outcome.GENUINE if found is None or found.standing is Standing.ACTIVE else Outcome.PAST
