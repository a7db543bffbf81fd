"""Letters about a membership, to the member, in their language."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import queries as accounts
from app.mail import service as mail
from app.members.models import Member, Party, Standing, StandingChange

_LETTERS = {
    Standing.SUSPENDED: "members/suspended",
    Standing.EXPELLED: "members/expelled",
    Standing.LAPSED: "members/lapsed",
    Standing.LEFT: "members/left",
    Standing.ACTIVE: "members/reinstated",
}


async def tell_moved(session: AsyncSession, member: Member, change: StandingChange) -> None:
    """Tell the member of one move of their standing.

    Joining is told by the application that was approved, not by this.
    """
    if change.party is Party.REVIEWER:
        return
    await _send(
        session,
        member,
        _LETTERS[change.new],
        key=f"members.moved:{change.id}",
        because=change.because,
        until=change.until,
        by_clock=change.party is Party.CLOCK,
    )


async def remind(session: AsyncSession, member: Member, days: int) -> None:
    """Tell the member that the term ends soon; once for each of `policy.REMINDERS`."""
    await _send(
        session,
        member,
        "members/term_ends",
        key=f"members.term:{member.id}:{member.term_ends_on}:{days}",
        ends_on=member.term_ends_on,
    )


async def _send(
    session: AsyncSession, member: Member, letter: str, *, key: str, **facts: Any
) -> None:
    person = await accounts.person(session, member.account_id)
    if person is None:
        return
    await mail.send(
        session,
        letter,
        to=person.email,
        locale=person.locale,
        key=key,
        account_id=person.id,
        name=member.stage_name,
        number=member.number,
        **facts,
    )
