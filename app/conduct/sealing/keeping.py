"""The sealed document of a signature: made, put into the store of files, written down, read.

A document is made while no transaction is open. Whoever is second, or comes back after being
killed, finds the row of the first; a file that nobody wrote down is of no account.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.conduct import pdf, record
from app.conduct.models import SealedDocument
from app.conduct.queries import SignatureDetail, signature
from app.conduct.sealing.queries import Document, document_of
from app.core.config import settings
from app.core.crypto import digest
from app.core.db import database, transaction
from app.core.storage import storage
from app.core.viewer import Viewer
from app.trustlog import service as log

if TYPE_CHECKING:
    from app.conduct.sealing.making import Made

logger = structlog.get_logger("seal")
CLERK = Viewer.system("seal")


class State(StrEnum):
    """What there is of the sealed document of a signature."""

    SEALED = "sealed"
    COMING = "coming"  # a job will seal it
    NONE = "none"  # there is nobody to seal it
    LOST = "lost"  # it was sealed, and its file is gone or another


@dataclass(frozen=True, slots=True)
class Kept:
    """The sealed document of a signature; without bytes unless it is there and whole."""

    state: State
    document: Document | None = None
    content: bytes = b""


class Lost(Exception):
    """The store has no such file, or another than was sealed."""


async def seal(signature_id: UUID) -> bool:
    """Make and seal the document of a signature, unless it is sealed already.

    Returns: whether this call sealed it.

    Raises:
        making.NotSealed: no authority answered, or the configuration does not hold together.
    """
    by = settings().seal
    async with database().read() as session:
        found = await signature(session, signature_id)
        if by is None or found is None or await document_of(session, signature_id):
            return False
    from app.conduct.sealing import making  # noqa: PLC0415 - reads in what pages do without

    made = await making.seal(await pdf.make(found, by), by, found.locale)
    document = _document(signature_id, made)
    await _put(made, document)
    async with transaction() as session:
        first = await _write(session, found, document)
    if not first:
        await storage().delete(key(document.sha256))
    return first


async def stamp_again(signature_id: UUID, before: datetime) -> bool:
    """Let a document that is sealed for long outlive its last time stamp, when that ends `before`.

    Returns: whether this call did.

    Raises:
        Lost: its file is not there.
        making.NotSealed: no authority answered.
    """
    by = settings().seal
    async with database().read() as session:
        found = await signature(session, signature_id)
        old = await document_of(session, signature_id)
    if by is None or found is None or old is None or old.holds_until >= before:
        return False
    from app.conduct.sealing import making  # noqa: PLC0415 - as above

    made = await making.stamp_again(await content(old), by)
    new = _document(signature_id, made)
    await _put(made, new)
    async with transaction() as session:
        first = await _replace(session, found, old.sha256, new)
    if not first:
        await storage().delete(key(new.sha256))
    return first  # the old file stays: whoever just asked for it gets it


async def content(document: Document) -> bytes:
    """The very bytes of a sealed document.

    Raises:
        Lost: they are not there, or they are others.
    """
    held = await storage().get(key(document.sha256))
    if held is None or digest(held) != document.sha256:
        raise Lost(document.sha256)
    return held


async def kept_document(signature_id: UUID) -> Kept:
    """What a page may tell of the document of a signature. One statement, and the file."""
    async with database().read() as session:
        document = await document_of(session, signature_id)
    if document is None:
        return Kept(State.COMING if settings().seal else State.NONE)
    try:
        return Kept(State.SEALED, document, await content(document))
    except Lost:
        logger.exception("a sealed document is lost", sha256=document.sha256)
        return Kept(State.LOST, document)


def key(sha256: str) -> str:
    """Where the store keeps the document with that hash."""
    return f"conduct/sealed/{sha256}.pdf"


async def _put(made: "Made", document: SealedDocument) -> None:
    await storage().put(key(document.sha256), made.content, "application/pdf")


def _document(signature_id: UUID, made: "Made") -> SealedDocument:
    seal = made.seal
    assert seal.level is not None  # noqa: S101 - `making` lets nothing else pass
    assert seal.sealed_at is not None  # noqa: S101
    assert seal.holds_until is not None  # noqa: S101
    return SealedDocument(
        signature_id=signature_id,
        sha256=digest(made.content),
        size=len(made.content),
        level=seal.level,
        sealed_at=seal.sealed_at,
        holds_until=seal.holds_until,
        sealed_by=seal.sealed_by,
        stamped_by=seal.stamped_by,
        self_made=seal.self_made,
    )


async def _write(session: AsyncSession, found: SignatureDetail, document: SealedDocument) -> bool:
    """Write a document down with its entry in the log. False: another was first."""
    columns = SealedDocument.__table__.columns.keys()
    written = await session.scalar(
        insert(SealedDocument)
        .values({name: getattr(document, name) for name in columns})
        .on_conflict_do_nothing()
        .returning(SealedDocument.signature_id)
    )
    if written is None:
        return False
    await _tell(session, found, document, None)
    return True


async def _replace(
    session: AsyncSession, found: SignatureDetail, old: str, new: SealedDocument
) -> bool:
    """Write down that a document was stamped again. False: another was first."""
    row = await session.scalar(
        select(SealedDocument)
        .where(SealedDocument.signature_id == found.id, SealedDocument.sha256 == old)
        .with_for_update()
    )
    if row is None:
        return False
    row.sha256, row.size, row.holds_until = new.sha256, new.size, new.holds_until
    await session.flush()
    await _tell(session, found, new, old)
    return True


async def _tell(
    session: AsyncSession, found: SignatureDetail, document: SealedDocument, before: str | None
) -> None:
    event = record.sealed(found.account_id, found.version, document, found.evidence_sha256)
    await log.append(session, event)
    await audit.record(
        session,
        "conduct.sealed" if before is None else "conduct.stamped_again",
        found.id,
        CLERK,
        before=before,
        after=document.sha256,
        level=document.level.value,
        self_made=document.self_made,
    )
