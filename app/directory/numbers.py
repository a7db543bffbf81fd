"""Member numbers in addresses: one canonical form, to which every other way of writing leads."""

from fastapi import Request
from starlette.responses import RedirectResponse

from app.core.errors import Missing, NotReady
from app.core.i18n import gettext as _
from app.directory.search import live
from app.members.policy import parse_number, serial_of
from app.web.pages import localised


def canonical(number: str) -> str:
    """The canonical form of a member number as an address has it.

    Raises:
        Missing: it cannot be one.
    """
    found = parse_number(number)
    if found is None:
        raise Missing(_("This is not a member number. Check how it is written."))
    return found


def elsewhere(request: Request, number: str, below: str = "") -> RedirectResponse | None:
    """The way to the canonical address when `number` is written otherwise in this one.

    Args:
        below: what of the member, such as "/qr.svg".

    Raises:
        Missing: as `canonical`.
    """
    found = canonical(number)
    if number == found:
        return None
    return RedirectResponse(localised(request, f"/members/{found}{below}"), status_code=301)


def nobody(number: str) -> Missing:
    """What to raise when no member has `number`."""
    return Missing(_("No member has the number %(number)s.", number=number))


async def version(number: str) -> tuple[str, str, int] | None:
    """What everything shown of a member depends on, as `web.caching` takes it.

    Asked before the database is read, so that what is shown is at least as new. None when there is
    no such member, or when the index cannot tell now: what is shown is compared itself then.
    """
    try:
        found = await live().version(serial_of(number))
    except NotReady:
        return None
    return None if found is None else (number, live().life, found)
