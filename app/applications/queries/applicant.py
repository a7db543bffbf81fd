"""What an applicant sees of their own application."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from babel.support import LazyProxy
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import OPEN, Application, PillarScore, Section, Status
from app.applications.policy import deadlines, moves, tasks
from app.applications.policy.answers import OWN, Answers, Portrait
from app.applications.policy.tasks import Elsewhere, Task
from app.channels import queries as channels
from app.channels.queries import ChannelView
from app.conduct import queries as conduct
from app.conduct.queries import SignatureView
from app.core import clock
from app.core.errors import Conflict, Refused
from app.core.reference import Pillar, reference
from app.members import queries as members


@dataclass(frozen=True, slots=True)
class Mine:
    """One's latest application, with what other slices keep of it."""

    id: UUID
    case_id: UUID
    status: Status
    status_since: datetime
    version: int
    submitted_at: datetime | None
    promised_by: datetime | None
    asked: frozenset[Section]
    decided_at: datetime | None
    decision_reasons: tuple[str, ...]
    decision_text: str
    total_points: int | None
    reapply_on: date | None
    answers: Mapping[Section, Answers]  # of the sections that the application keeps itself
    channels: tuple[ChannelView, ...]
    signature: SignatureView | None
    tasks: Mapping[Section, Task]

    @property
    def is_open(self) -> bool:
        """Whether it is under way."""
        return self.status in OPEN

    @property
    def ends_at(self) -> datetime | None:
        """When it runs out by itself; None when it does not."""
        return deadlines.expires_at(self.status, self.status_since)

    @property
    def left(self) -> tuple[Section, ...]:
        """The sections that still need something."""
        return tuple(s for s, task in self.tasks.items() if task is not Task.COMPLETE)

    @property
    def shown_in_request(self) -> frozenset[Section]:
        """The sections that a request for changes is about, and any left unfinished."""
        unfinished = {s for s, task in self.tasks.items() if task is Task.TO_DO}
        return self.asked | unfinished

    @property
    def names(self) -> Mapping[Section, LazyProxy]:
        """What the sections are called."""
        return moves.SECTION_NAMES

    @property
    def may_write(self) -> bool:
        """Whether there is somebody to write to."""
        return self.is_open and self.status is not Status.DRAFT

    @property
    def portrait(self) -> str | None:
        """The key of the portrait."""
        held = self.answers[Section.PORTRAIT]
        return held.portrait if isinstance(held, Portrait) else None

    def portrait_path(self, size: str) -> str | None:
        """The address under which its owner alone sees the portrait."""
        if self.portrait is None:
            return None
        return f"/apply/portrait/{self.portrait.removeprefix('portraits/')}/{size}.webp"

    def may_edit(self, section: Section) -> bool:
        """Whether `section` can be changed now."""
        return moves.may_edit(self.status, self.asked, section)


async def elsewhere(
    session: AsyncSession, application: Application
) -> tuple[tuple[ChannelView, ...], SignatureView | None, Elsewhere]:
    """The channels and the signature of the applicant, and what they mean for the task list."""
    named = await channels.channels_of(session, application.account_id)
    signature = await conduct.signature_in_force(session, application.account_id)
    since, changed = application.status_since, set()
    if any(channel.proven_at is not None and channel.proven_at > since for channel in named):
        changed.add(Section.CHANNELS)
    if signature is not None and signature.signed_at > since:
        changed.add(Section.CONDUCT)
    return (
        named,
        signature,
        Elsewhere(
            has_channel=bool(named), has_signed=signature is not None, changed=frozenset(changed)
        ),
    )


async def mine(session: AsyncSession, account_id: UUID) -> Mine | None:
    """The latest application of an account; None when they never began one."""
    application = await session.scalar(
        select(Application)
        .where(Application.account_id == account_id)
        .order_by(Application.id.desc())
        .limit(1)
    )
    if application is None:
        return None
    named, signature, known = await elsewhere(session, application)
    return Mine(
        id=application.id,
        case_id=application.case_id,
        status=application.status,
        status_since=application.status_since,
        version=application.version,
        submitted_at=application.submitted_at,
        promised_by=application.promised_by,
        asked=frozenset(Section(key) for key in application.asked_sections),
        decided_at=application.decided_at,
        decision_reasons=tuple(application.decision_reasons),
        decision_text=application.decision_text,
        total_points=application.total_points,
        reapply_on=application.reapply_on,
        answers={kind.section: kind.of(application) for kind in OWN},
        channels=named,
        signature=signature,
        tasks=tasks.tasks(application, known),
    )


async def check_start(session: AsyncSession, account_id: UUID) -> None:
    """Let an account begin an application.

    Raises:
        Conflict, Refused: as `policy.moves.check_start` says.
    """
    latest = await session.execute(
        select(
            func.count().filter(Application.status.in_(OPEN)), func.max(Application.reapply_on)
        ).where(Application.account_id == account_id)
    )
    under_way, reapply_on = latest.one()
    member = await members.member_of(session, account_id)
    moves.check_start(
        clock.today(),
        has_open=under_way > 0,
        is_member=member is not None and member.present,
        bar_until=member.bar_until if member else None,
        reapply_on=reapply_on,
    )


async def why_not(session: AsyncSession, account_id: UUID) -> str:
    """Why an account cannot begin an application today; empty when it can."""
    try:
        await check_start(session, account_id)
    except (Conflict, Refused) as refusal:
        return str(refusal)
    return ""


async def legal_name(session: AsyncSession, account_id: UUID) -> str | None:
    """The legal name that an account gave last; None before the section is filled in."""
    found: str | None = await session.scalar(
        select(Application.legal_name)
        .where(Application.account_id == account_id, Application.legal_name.is_not(None))
        .order_by(Application.id.desc())
        .limit(1)
    )
    return found


@dataclass(frozen=True, slots=True)
class Score:
    """What one pillar was given, for the applicant and staff only."""

    pillar: Pillar
    points: int
    note: str


async def scores(session: AsyncSession, application_id: UUID) -> tuple[Score, ...]:
    """The assessment of a decided application, in the order of the sheet."""
    rows = await session.execute(
        select(PillarScore.pillar, PillarScore.points, PillarScore.note).where(
            PillarScore.application_id == application_id, PillarScore.points.is_not(None)
        )
    )
    given = {row.pillar: row for row in rows}
    return tuple(
        Score(pillar, given[key].points, given[key].note)
        for key, pillar in reference.pillars.items()
        if key in given
    )
