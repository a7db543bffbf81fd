"""What the trust log says of the code: its versions, and who signed which."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.conduct.models import CodeText, CodeVersion, SealedDocument, Signature
from app.core import locks
from app.trustlog import service as log
from app.trustlog.models import Kind, LogEntry
from app.trustlog.policy.entries import Event, late
from app.trustlog.queries import known


def published(version: CodeVersion, hashes: Mapping[str, str]) -> Event:
    """That a version was published.

    Args:
        hashes: the SHA-256 of its text, by language.
    """
    return Event(
        Kind.CODE_PUBLISHED,
        facts={
            "version": version.number,
            "effective_from": version.effective_from.isoformat(),
            "digest": version.digest,
            **{f"sha256_{locale}": sha256 for locale, sha256 in hashes.items()},
        },
    )


def signed(signature: Signature, version: str) -> Event:
    """That somebody signed `version`. Its evidence holds all there is to say (decision 0013)."""
    return Event(
        Kind.CODE_SIGNED,
        signature.account_id,
        facts={"version": version, "language": signature.locale},
        hidden={"evidence_sha256": signature.evidence_sha256},
    )


def sealed(account_id: UUID, version: str, document: SealedDocument, evidence: str) -> Event:
    """That the document of a signature got the alliance's seal.

    Args:
        evidence: the SHA-256 of the signature's evidence, which is attached to the document.
    """
    return Event(
        Kind.CODE_SEALED,
        account_id,
        facts={"version": version, "level": document.level.value},
        hidden={"sha256": document.sha256, "evidence_sha256": evidence},
    )


async def catch_up_versions(
    session: AsyncSession, after: UUID, most: int
) -> tuple[int, UUID | None]:
    """Let versions that were published before there was a log have their entries.

    Returns: how many got one, and after which version to go on; None when that was all.
    """
    await locks.hold(session, known.CATCHING_UP)
    bodies = await session.scalars(
        select(LogEntry.body).where(LogEntry.kind == Kind.CODE_PUBLISHED)
    )
    told = b"\n".join(bodies)
    versions = await session.scalars(
        select(CodeVersion).where(CodeVersion.id > after).order_by(CodeVersion.id).limit(most)
    )
    count, last = 0, None
    for version in versions.all():
        last = version.id
        if version.digest.encode() not in told:
            await log.append(
                session,
                late(published(version, await _hashes(session, last)), version.published_at),
            )
            count += 1
    return count, last


async def _hashes(session: AsyncSession, version_id: UUID) -> dict[str, str]:
    rows = await session.execute(
        select(CodeText.locale, CodeText.sha256)
        .where(CodeText.version_id == version_id)
        .order_by(CodeText.locale)
    )
    return dict(rows.all())


async def catch_up_signatures(
    session: AsyncSession, after: UUID, most: int
) -> tuple[int, UUID | None]:
    """Let signatures from before the log have their entries; as `catch_up_versions`."""
    await locks.hold(session, known.CATCHING_UP)
    rows = await session.execute(
        select(
            Signature,
            CodeVersion.number,
            known.lacks(
                Signature.account_id,
                Kind.CODE_SIGNED,
                "evidence_sha256",
                Signature.evidence_sha256,
            ),
        )
        .join(CodeVersion, CodeVersion.id == Signature.version_id)
        .where(Signature.id > after)
        .order_by(Signature.id)
        .limit(most)
    )
    return await log.append_missing(
        session,
        (
            (signature.id, late(signed(signature, version), signature.signed_at) if lacks else None)
            for signature, version, lacks in rows.all()
        ),
    )
