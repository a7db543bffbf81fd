"""The two decisions on an application."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Application, Party, Status
from app.applications.policy import assessment, moves, reviewing
from app.applications.policy.assessment import Sheet
from app.applications.policy.reviewing import Act
from app.applications.queries.sheets import sheet_of
from app.applications.service.holding import take_for
from app.applications.service.status import set_status
from app.audit import service as audit
from app.channels import queries as channels
from app.conduct import queries as conduct
from app.core import clock
from app.core.errors import Refused
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.members import service as members
from app.members.models import Member
from app.members.policy import Profile


class NotBorneOut(Refused):
    """A reason for a refusal that the assessment belies."""


async def approve(
    session: AsyncSession, by: Viewer, application_id: UUID, seen: int, because: str = ""
) -> Member:
    """Approve an application under review, and make its person a member.

    Args:
        because: why, when the assessment does not reach the mark; for staff and the audit.

    Raises:
        NotAllowed, Missing, Stale: as `take_for` says.
        Refused: the assessment is not complete or misses the mark without a reason, no channel is
            proven at this moment, the code in force is not signed, or a bar runs.
        Conflict: they are a member already.
    """
    application = await take_for(session, by, application_id, Act.APPROVE, seen)
    sheet = await sheet_of(session, application.id)
    if lacking := await what_lacks(session, application, sheet):
        raise Refused(lacking[0])
    because = _check_against(sheet, Status.APPROVED, because)
    # Before the move: its letter names the member's number.
    member = await members.admit(
        session, by, application.account_id, application.id, profile_of(application)
    )
    _decide(application, by, sheet, because)
    await set_status(session, application, Status.APPROVED, Party.REVIEWER, by)
    await _note_against(session, by, application)
    return member


async def decline(
    session: AsyncSession,
    by: Viewer,
    application_id: UUID,
    seen: int,
    *,
    reasons: tuple[str, ...],
    text: str,
    because: str = "",
) -> Application:
    """Decline an application under review; they may apply again after the delay.

    Args:
        reasons: keys of `moves.DECLINE_REASONS`, one at least.
        text: what the applicant reads besides: why, and what could be done.
        because: why, when the assessment reaches the mark; for staff and the audit.

    Raises:
        NotAllowed, Missing, Stale: as `take_for` says.
        NotBorneOut: a reason says of the assessment what it does not say.
        Refused: no reasons or none of the list, no text, or the mark is reached without a reason.
    """
    application = await take_for(session, by, application_id, Act.DECLINE, seen)
    sheet = await sheet_of(session, application.id)
    text = text.strip()
    if not reasons or not set(reasons) <= moves.DECLINE_REASONS.keys():
        raise Refused(_("Choose at least one reason of the list."))
    check_borne_out(sheet, reasons)
    if not text:
        raise Refused(_("Tell the applicant why, and what they can do."))
    because = _check_against(sheet, Status.DECLINED, because)
    _decide(application, by, sheet, because)
    application.decision_reasons = [key for key in moves.DECLINE_REASONS if key in reasons]
    application.decision_text = text
    application.reapply_on = reapply_on()
    await set_status(session, application, Status.DECLINED, Party.REVIEWER, by, because=text)
    await _note_against(session, by, application)
    return application


def check_borne_out(sheet: Sheet, reasons: Iterable[str]) -> None:
    """Let pass reasons that the applicant, who reads the points as well, will not find untrue.

    Raises:
        NotBorneOut: the assessment does not say what one of them says.
    """
    if not all(assessment.bears_out(sheet, reason) for reason in reasons):
        raise NotBorneOut(
            _("The assessment does not say that: it reaches the mark, or is not complete.")
        )


async def what_lacks(
    session: AsyncSession, application: Application, sheet: Sheet
) -> tuple[str, ...]:
    """What stands in the way of an approval at this moment, in the reader's words."""
    named = await channels.channels_of(session, application.account_id)
    signed = await conduct.signature_in_force(session, application.account_id)
    return assessment.lacks(
        sheet,
        has_proof=any(channel.held for channel in named),
        has_signed=signed is not None,
    )


def _check_against(sheet: Sheet, decision: Status, because: str) -> str:
    """The reason for going against the mark; empty when the decision does not."""
    if not sheet.is_against(decision):
        return ""
    because = because.strip()
    if not because:
        raise Refused(
            _("This decision goes against the mark of the assessment: give the reason for it.")
        )
    return because[: reviewing.MOST_REASON]


def _decide(application: Application, by: Viewer, sheet: Sheet, because: str) -> None:
    """Set what both decisions set. Nothing may be flushed from here until the status follows."""
    application.decided_at = clock.now()
    application.decided_by = by.account_id
    application.total_points = sheet.total if sheet.complete else None
    application.against_mark_because = because


async def _note_against(session: AsyncSession, by: Viewer, application: Application) -> None:
    """Keep the reason for going against the mark, which no letter tells, where it cannot change."""
    if application.against_mark_because:
        await audit.record(
            session, "application.against_mark", application.id, by,
            because=application.against_mark_because, points=application.total_points,
        )  # fmt: skip


def reapply_on() -> date:
    """The first day on which somebody declined today may apply again."""
    return clock.today() + timedelta(days=moves.REAPPLY_DAYS)


def profile_of(application: Application) -> Profile:
    """What the new member will show of themself."""
    return Profile(
        stage_name=application.stage_name or "",
        legal_name=application.legal_name or "",
        legal_name_public=application.legal_name_public,
        biography=application.biography,
        province=application.province or "",
        topics=tuple(application.topics),
        languages=tuple(application.languages),
        portrait=application.portrait,
    )
