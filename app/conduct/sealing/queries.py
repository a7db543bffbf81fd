"""What is known of sealed documents: by the hash of their evidence, and which are to be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.conduct.models import CodeVersion, SealedDocument, SealLevel, Signature


@dataclass(frozen=True, slots=True)
class Document:
    """A sealed document that is in the store of files."""

    sha256: str
    size: int  # bytes
    level: SealLevel
    sealed_at: datetime
    holds_until: datetime
    sealed_by: str
    stamped_by: str
    self_made: bool


@dataclass(frozen=True, slots=True)
class SignedAndSealed:
    """A signature, and its document once that is sealed."""

    signature_id: UUID
    account_id: UUID
    version: str
    locale: str
    signed_name: str
    signed_at: datetime
    evidence_sha256: str
    document: Document | None


_DOCUMENT = (
    SealedDocument.sha256,
    SealedDocument.size,
    SealedDocument.level,
    SealedDocument.sealed_at,
    SealedDocument.holds_until,
    SealedDocument.sealed_by,
    SealedDocument.stamped_by,
    SealedDocument.self_made,
)


def _found(where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Signature.id,
            Signature.account_id,
            CodeVersion.number,
            Signature.locale,
            Signature.signed_name,
            Signature.signed_at,
            Signature.evidence_sha256,
            *_DOCUMENT,
        )
        .join(CodeVersion, CodeVersion.id == Signature.version_id)
        .outerjoin(SealedDocument, SealedDocument.signature_id == Signature.id)
        .where(where)
    )


def _read(row: Row[*tuple[Any, ...]] | None) -> SignedAndSealed | None:
    if row is None:
        return None
    values = tuple(row)
    document = Document(*values[7:]) if values[7] is not None else None
    return SignedAndSealed(*(*values[:7], document))


async def by_evidence(session: AsyncSession, evidence_sha256: str) -> SignedAndSealed | None:
    """The signature whose evidence has that hash. One statement."""
    where = Signature.evidence_sha256 == evidence_sha256
    return _read((await session.execute(_found(where))).first())


async def document_of(session: AsyncSession, signature_id: UUID) -> Document | None:
    """The sealed document of a signature; None while there is none. One statement."""
    found = select(*_DOCUMENT).where(SealedDocument.signature_id == signature_id)
    row = (await session.execute(found)).first()
    return Document(*row) if row is not None else None


async def unsealed(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Signatures without a sealed document, oldest first, `limit` of those after `after`."""
    wanted = (
        select(Signature.id)
        .outerjoin(SealedDocument, SealedDocument.signature_id == Signature.id)
        .where(SealedDocument.signature_id.is_(None))
        .order_by(Signature.id)
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(Signature.id > after)
    return (await session.scalars(wanted)).all()


async def ending(
    session: AsyncSession, before: datetime, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Signatures whose document is sealed for long and whose last time stamp ends `before`."""
    wanted = (
        select(SealedDocument.signature_id)
        .where(SealedDocument.level == SealLevel.B_LTA, SealedDocument.holds_until < before)
        .order_by(SealedDocument.signature_id)
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(SealedDocument.signature_id > after)
    return (await session.scalars(wanted)).all()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many signatures there are, and how many of their documents are sealed."""

    signatures: int
    sealed: int


async def counts(session: AsyncSession) -> Counts:
    """See `Counts`. One statement."""
    signatures = select(func.count()).select_from(Signature).scalar_subquery()
    sealed = select(func.count()).select_from(SealedDocument).scalar_subquery()
    return Counts(*(await session.execute(select(signatures, sealed))).one())
