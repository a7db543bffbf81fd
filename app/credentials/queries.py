"""What is asked about credentials: one member's, and what the status lists say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.credentials.models import Credential, IssuerDocument, IssuerKey, Revoked
from app.credentials.policy.status_list import Purpose
from app.members.models import Member


@dataclass(frozen=True, slots=True)
class Issued:
    """One credential as it stands; `document` is its canonical JSON without proofs."""

    id: UUID
    member_id: UUID
    number: str
    document: bytes
    document_sha256: str
    issued_at: datetime
    valid_until: datetime
    list_number: int
    list_index: int
    suspended_at: datetime | None
    revoked_at: datetime | None
    revoked_because: Revoked | None


_C = Credential.__table__.c
_ISSUED = select(
    _C.id, _C.member_id, Member.number, _C.document, _C.document_sha256, _C.issued_at,
    _C.valid_until, _C.list_number, _C.list_index, _C.suspended_at, _C.revoked_at,
    _C.revoked_because,
).join_from(Credential.__table__, Member, Member.id == _C.member_id)  # fmt: skip


async def newest(session: AsyncSession, number: str) -> Issued | None:
    """The newest credential of a canonical member number, revoked or not. One statement."""
    return await _one(
        session, _ISSUED.where(Member.number == number).order_by(_C.id.desc()).limit(1)
    )


async def by_id(session: AsyncSession, credential_id: UUID) -> Issued | None:
    """One credential. One statement."""
    return await _one(session, _ISSUED.where(_C.id == credential_id))


async def _one(session: AsyncSession, asked: Select[Any]) -> Issued | None:
    found = (await session.execute(asked)).first()
    return Issued(**found._mapping) if found else None  # noqa: SLF001 - its documented name


async def newest_list(session: AsyncSession) -> int:
    """The number of the newest status list; 0 while nothing was issued."""
    return await session.scalar(select(func.max(_C.list_number))) or 0


async def taken(session: AsyncSession, list_number: int) -> int:
    """How many places of a list are taken."""
    counted = select(func.count()).where(_C.list_number == list_number)
    return await session.scalar(counted) or 0


async def places(session: AsyncSession, purpose: Purpose, list_number: int) -> tuple[int, ...]:
    """The places that are set in a status list. One statement, whatever their number."""
    since = _C.revoked_at if purpose is Purpose.REVOCATION else _C.suspended_at
    found = await session.scalars(
        select(_C.list_index).where(_C.list_number == list_number, since.is_not(None))
    )
    return tuple(found.all())


async def published(session: AsyncSession) -> bytes | None:
    """The issuer's DID document as it is served; None before the first."""
    return await session.scalar(
        select(IssuerDocument.document).order_by(IssuerDocument.id.desc()).limit(1)
    )


async def multikeys(session: AsyncSession) -> dict[str, str]:
    """Every key that signed or signs, retired ones too, as Multikey by id."""
    rows = await session.execute(select(IssuerKey.id, IssuerKey.multikey))
    return {row.id: row.multikey for row in rows}
