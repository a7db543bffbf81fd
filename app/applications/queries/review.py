"""All that a decision needs, for one page."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.accounts.queries import Person
from app.applications.models import Application, Status
from app.applications.policy.assessment import Sheet, lacks
from app.applications.queries.sheets import sheet_of
from app.audit import queries as audits
from app.audit.queries import Event
from app.cases import queries as cases
from app.cases.queries import Said
from app.channels import queries as channels
from app.channels.queries import ChannelView, Claim
from app.conduct import queries as conduct
from app.conduct.policy import same_name
from app.conduct.queries import SignatureView
from app.members import queries as members
from app.members.queries import MemberView

_SCORED, _VIEWED = "application.scored", "application.viewed"


@dataclass(frozen=True, slots=True)
class Twin:
    """Another application that may be of the same person; `same_account` when it surely is."""

    id: UUID
    stage_name: str
    legal_name: str
    status: Status
    status_since: datetime
    submitted_at: datetime | None
    decision_text: str
    same_account: bool
    same_name: bool  # and birth date
    same_phone: bool
    same_email: bool


@dataclass(frozen=True, slots=True)
class Review:
    """One application with everything around it."""

    application: Application  # read, never changed
    applicant: Person
    reviewer_name: str
    channels: tuple[ChannelView, ...]
    claims: tuple[Claim, ...]  # the same channels with other accounts
    signature: SignatureView | None  # of the version in force
    member: MemberView | None
    twins: tuple[Twin, ...]
    sheet: Sheet
    thread: tuple[Said, ...]
    history: tuple[Event, ...]  # without these two
    scoring: tuple[Event, ...]
    views: tuple[Event, ...]
    names: dict[UUID, str]  # of whoever acted

    @property
    def earlier(self) -> tuple[Twin, ...]:
        """Other applications of this account."""
        return tuple(twin for twin in self.twins if twin.same_account)

    @property
    def doubles(self) -> tuple[Twin, ...]:
        """Applications of other accounts that look like the same person's."""
        return tuple(twin for twin in self.twins if not twin.same_account)

    @property
    def signed_otherwise(self) -> bool:
        """Whether the code was signed under a name that is no longer the one in the answers."""
        name = self.application.legal_name or ""
        return self.signature is not None and not same_name(self.signature.signed_name, name)

    @property
    def lacks(self) -> tuple[str, ...]:
        """What stands in the way of an approval, as the page was read."""
        return lacks(
            self.sheet,
            has_proof=any(channel.held for channel in self.channels),
            has_signed=self.signature is not None,
        )


async def review(session: AsyncSession, application_id: UUID) -> Review | None:
    """Everything about one application; None when there is none. Ten statements, always."""
    reviewer = aliased(Account)
    row = (
        await session.execute(
            select(Application, Account, reviewer.display_name)
            .join(Account, Account.id == Application.account_id)
            .outerjoin(reviewer, reviewer.id == Application.reviewer_id)
            .where(Application.id == application_id)
        )
    ).first()
    if row is None:
        return None
    application, account, reviewer_name = row
    events = await audits.history(session, application.id)
    actors = {event.actor_id for event in events if event.actor_id is not None}
    people = await _people(session, actors)
    return Review(
        application=application,
        applicant=Person(account.id, account.display_name, account.email, account.locale),
        reviewer_name=reviewer_name or "",
        channels=await channels.channels_of(session, account.id),
        claims=await channels.other_claims(session, account.id),
        signature=await conduct.signature_in_force(session, account.id),
        member=await members.member_of(session, account.id),
        twins=await twins(session, application),
        sheet=await sheet_of(session, application.id),
        thread=await cases.thread(session, application.case_id, staff=True),
        history=tuple(event for event in events if event.action not in (_SCORED, _VIEWED)),
        scoring=tuple(event for event in events if event.action == _SCORED),
        views=tuple(event for event in events if event.action == _VIEWED),
        names=people,
    )


async def _people(session: AsyncSession, ids: set[UUID]) -> dict[UUID, str]:
    rows = await session.execute(
        select(Account.id, Account.display_name).where(Account.id.in_(ids))
    )
    return {row[0]: row[1] for row in rows}


async def twins(session: AsyncSession, application: Application) -> tuple[Twin, ...]:
    """Submitted applications that share account, name and birth date, phone or e-mail address.

    Newest first. One statement.
    """
    other = Application
    same_account = other.account_id == application.account_id
    same_name = _same(
        (other.name_key, application.name_key), (other.birth_date, application.birth_date)
    )
    same_phone = _same((other.phone, application.phone))
    same_email = _same((other.contact_email, application.contact_email))
    columns: tuple[Any, ...] = (
        other.id,
        other.stage_name,
        other.legal_name,
        other.status,
        other.status_since,
        other.submitted_at,
        other.decision_text,
        same_account,
        same_name,
        same_phone,
        same_email,
    )
    rows = await session.execute(
        select(*columns)
        .where(
            other.id != application.id,
            other.submitted_at.is_not(None),
            or_(same_account, same_name, same_phone, same_email),
        )
        .order_by(other.submitted_at.desc(), other.id.desc())
    )
    return tuple(Twin(*row) for row in rows)


def _same(*pairs: tuple[Any, str | date | None]) -> ColumnElement[bool]:
    """Whether all columns (the first of each pair) hold their values; none is like no other."""
    return and_(*(column.is_not_distinct_from(value) & column.is_not(None)
                  for column, value in pairs))  # fmt: skip
