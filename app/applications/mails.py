"""Letters about an application, to the applicant, in their language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import queries as accounts
from app.accounts.queries import Person
from app.applications.models import Application, Party, Section, Status
from app.applications.policy import deadlines
from app.applications.policy.moves import DECLINE_REASONS, SECTION_NAMES
from app.core import clock
from app.core.crypto import uuid7
from app.mail import service as mail
from app.members import queries as members


@dataclass(frozen=True, slots=True)
class Move:
    """One move, as its letter tells it."""

    old: Status
    new: Status
    party: Party
    because: str = ""
    sections: tuple[Section, ...] = ()


_LETTERS: Mapping[tuple[Status, Status], str] = {
    (Status.DRAFT, Status.SUBMITTED): "submitted",
    (Status.INFO_REQUESTED, Status.SUBMITTED): "answered",
    (Status.IN_REVIEW, Status.INFO_REQUESTED): "info_requested",
    (Status.IN_REVIEW, Status.APPROVED): "approved",
    (Status.IN_REVIEW, Status.DECLINED): "declined",
}
_ENDS: Mapping[Status, str] = {Status.WITHDRAWN: "withdrawn", Status.EXPIRED: "expired"}


def letter_of(move: Move) -> str | None:
    """The letter that tells `move`; None for moves that only the conversation on the site tells.

    Those are a claim and a release: nothing is expected of the applicant, and the promise stands.
    """
    return _ENDS.get(move.new) or _LETTERS.get((move.old, move.new))


async def tell_moved(session: AsyncSession, application: Application, move: Move) -> None:
    """Tell the applicant of one move; one letter for each (application, version)."""
    letter = letter_of(move)
    if letter is not None:
        key = f"applications.moved:{application.id}:{application.version}"
        await _send(session, application, letter, key, await _facts(session, application, move))


async def tell_message(session: AsyncSession, application: Application, words: str) -> None:
    """Tell the applicant that staff wrote to them in the conversation."""
    await _send(
        session, application, "message", f"applications.message:{uuid7()}", {"words": words}
    )


async def remind(session: AsyncSession, application: Application, days: int) -> None:
    """Tell the applicant that the application runs out soon; once for each reminder."""
    since = application.status_since
    key = f"applications.remind:{application.id}:{since.isoformat()}:{days}"
    letter = "draft_ends" if application.status is Status.DRAFT else "answer_ends"
    facts = {"ends_at": deadlines.expires_at(application.status, since)}
    await _send(session, application, letter, key, facts)


async def preview(
    session: AsyncSession,
    application: Application,
    move: Move,
    *,
    reasons: tuple[str, ...] = (),
    reapply_on: date | None = None,
) -> mail.Letter:
    """The letter that `move` would send, before it is made.

    Args:
        reasons: keys of `DECLINE_REASONS`, and `reapply_on`, as a refusal would set them.

    Raises:
        KeyError: this move sends no letter.
    """
    letter = letter_of(move)
    if letter is None:
        raise KeyError(move.new)
    person = await accounts.person(session, application.account_id)
    facts = await _facts(session, application, move)
    facts |= {
        "reasons": _reasons(reasons),
        "reapply_on": reapply_on,
        "ends_at": deadlines.expires_at(Status.INFO_REQUESTED, clock.now()),
    }
    return mail.compose(
        f"applications/{letter}",
        person.locale if person else "",
        {"name": _name(application, person), **facts},
    )


def _reasons(keys: tuple[str, ...]) -> list[Any]:
    return [DECLINE_REASONS[key] for key in keys if key != "other"]


async def _facts(session: AsyncSession, application: Application, move: Move) -> dict[str, Any]:
    member = (
        await members.member_of(session, application.account_id)
        if move.new is Status.APPROVED
        else None
    )
    return {
        "because": move.because,
        "sections": [SECTION_NAMES[section] for section in move.sections],
        "promised_by": application.promised_by,
        "ends_at": deadlines.expires_at(Status.INFO_REQUESTED, application.status_since),
        "from_draft": move.old is Status.DRAFT,
        "reasons": _reasons(tuple(application.decision_reasons)),
        "reapply_on": application.reapply_on,
        "number": member.number if member else "",
        "term_ends_on": member.term_ends_on if member else None,
    }


def _name(application: Application, person: Person | None) -> str:
    return application.stage_name or (person.name if person else "")


async def _send(
    session: AsyncSession, application: Application, letter: str, key: str, facts: dict[str, Any]
) -> None:
    """Letters go to the account's own address, which its provider vouches for.

    The contact address is what somebody typed: it is used only when there is no other.
    """
    person = await accounts.person(session, application.account_id)
    if person is None:
        return
    await mail.send(
        session,
        f"applications/{letter}",
        to=person.email or application.contact_email or "",
        locale=person.locale,
        key=key,
        account_id=person.id,
        name=_name(application, person),
        **facts,
    )
