"""Issuing credentials, and keeping what the status lists say of them true."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.core import clock
from app.core.config import settings
from app.core.crypto import digest, uuid7
from app.core.errors import Refused, Unavailable
from app.core.signing_keys import SigningKey
from app.core.viewer import Viewer
from app.credentials import issuer, queries, signing
from app.credentials.models import LIST_SIZE, Credential, Revoked
from app.credentials.policy import document
from app.credentials.policy.document import Facts, Place
from app.credentials.policy.proofs import instant
from app.credentials.queries import Issued
from app.credentials.words import words
from app.members.models import Member, Standing
from app.trustlog import service as log
from app.trustlog.models import Kind
from app.trustlog.policy.entries import Event


async def current(session: AsyncSession, number: str) -> Issued | None:
    """The newest credential of the member with a canonical number, revoked or not.

    None when they never had one.
    """
    return await queries.newest(session, number)


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A credential and the key that is to sign it."""

    credential: Issued
    key: SigningKey

    async def signed(self) -> bytes:
        """The credential's JSON with both proofs: the same bytes each time.

        Call it when nothing of the database is held: many may wait for it.
        """
        credential = self.credential
        return await signing.CREDENTIALS.get(
            credential.id,
            credential.document,
            self.key,
            issuer.name(),
            instant(credential.issued_at),
        )


async def unsigned(session: AsyncSession, credential: Issued) -> Unsigned:
    """The credential with the key in use.

    Raises:
        Unavailable: no key signs now: none is configured, or its document is not published yet.
    """
    key = await issuer.signing_key(session)
    if key is None:
        raise Unavailable
    return Unsigned(credential, key)


async def live(session: AsyncSession, member_id: UUID) -> Credential | None:
    """A member's credential that is not revoked, to be changed; None without one."""
    return await session.scalar(
        select(Credential).where(Credential.member_id == member_id, Credential.revoked_at.is_(None))
    )


def names_us(credential: Credential) -> bool:
    """Whether it was issued under the address that the portal has today."""
    told = json.loads(credential.document)
    return bool(told["issuer"]["id"] == issuer.name())


async def issue(session: AsyncSession, by: Viewer, member: Member) -> UUID | None:
    """Issue a credential to a member, whose row is locked; one that they had is replaced.

    Returns: its id; None when credentials are off, or the member's term is over.
    """
    now = clock.now()
    valid_until = document.until(member.term_ends_on)
    if not issuer.configured() or valid_until <= now:
        return None
    await issuer.announce(session, by)
    had = await live(session, member.id)
    if had is not None:
        await revoke(session, by, member, had, Revoked.REPLACED)
    credential_id, sha256 = await _write(session, member, now, valid_until)
    await _tell(session, Kind.CREDENTIAL_ISSUED, member, credential_id, sha256)
    await audit.record(
        session, "credential.issued", credential_id, by, number=member.number, sha256=sha256
    )
    return credential_id


async def _write(
    session: AsyncSession, member: Member, now: datetime, valid_until: datetime
) -> tuple[UUID, str]:
    """Write the row at a random place that nobody has. Returns: id, and hash of the document."""
    list_number = await _list_with_room(session)
    while True:
        facts = Facts(
            id=uuid7(),
            number=member.number,
            name=member.stage_name,
            member_since=member.joined_at,
            issued_at=now,
            valid_until=valid_until,
            place=Place(list_number, secrets.randbelow(LIST_SIZE)),
        )
        told = document.credential(settings().base_url, issuer.name(), facts, words())
        written = await session.scalar(
            insert(Credential)
            .values(
                id=facts.id,
                member_id=member.id,
                issued_at=now,
                valid_until=valid_until,
                document=told,
                document_sha256=digest(told),
                list_number=list_number,
                list_index=facts.place.index,
            )
            .on_conflict_do_nothing(index_elements=["list_number", "list_index"])
            .returning(Credential.id)
        )
        if written is not None:
            return facts.id, digest(told)


async def _list_with_room(session: AsyncSession) -> int:
    """The newest list, or the next when that one is half full: then a place is found at once."""
    newest = await queries.newest_list(session)
    full = newest == 0 or await queries.taken(session, newest) >= LIST_SIZE // 2
    return newest + 1 if full else newest


async def revoke(
    session: AsyncSession, by: Viewer, member: Member, credential: Credential, because: Revoked
) -> None:
    """Revoke a credential, for good."""
    credential.revoked_at = credential.changed_at = clock.now()
    credential.revoked_because = because
    await session.flush()
    await _tell(session, Kind.CREDENTIAL_REVOKED, member, credential.id, credential.document_sha256)
    await audit.record(
        session, "credential.revoked", credential.id, by,
        number=member.number, because=because.value,
    )  # fmt: skip


async def suspend(
    session: AsyncSession, by: Viewer, member: Member, credential: Credential
) -> None:
    """Suspend a credential, until `lift`."""
    credential.suspended_at = credential.changed_at = clock.now()
    await session.flush()
    await audit.record(session, "credential.suspended", credential.id, by, number=member.number)


async def lift(session: AsyncSession, by: Viewer, member: Member, credential: Credential) -> None:
    """End the suspension of a credential."""
    credential.suspended_at = None
    credential.changed_at = clock.now()
    await session.flush()
    await audit.record(session, "credential.restored", credential.id, by, number=member.number)


async def _tell(
    session: AsyncSession, kind: Kind, member: Member, credential_id: UUID, sha256: str
) -> None:
    hidden = {"credential": str(credential_id), "sha256": sha256}
    await log.append(session, Event(kind, member.account_id, hidden=hidden))


async def issue_missing(
    session: AsyncSession, by: Viewer, most: int, *, before: datetime | None = None
) -> int:
    """Issue to members in good standing who have none: those who joined while none were issued.

    Safe to run again and at the same time elsewhere.

    Args:
        most: how many at most.
        before: replace those issued before then too.

    Returns: how many were issued; 0 when all have one.

    Raises:
        Refused: credentials are off.
    """
    if not issuer.configured():
        raise Refused("set PORTAL_CREDENTIAL_KEYS first: nothing is issued without a key")
    has = exists().where(Credential.member_id == Member.id, Credential.revoked_at.is_(None))
    if before is not None:
        has = has.where(Credential.issued_at >= before)
    members = await session.scalars(
        select(Member)
        .where(Member.standing == Standing.ACTIVE, Member.term_ends_on >= clock.today(), ~has)
        .order_by(Member.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    count = 0
    for member in members.all():
        count += await issue(session, by, member) is not None
    return count
