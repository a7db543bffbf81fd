"""Who issues: the alliance's DID document, and the key that signs now."""

import json
from collections.abc import Iterable
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.audit.models import AuditEvent
from app.core import clock, locks
from app.core.config import settings
from app.core.crypto import digest
from app.core.errors import Refused
from app.core.signing_keys import SigningKey
from app.core.viewer import Viewer
from app.credentials import queries
from app.credentials.models import IssuerDocument, IssuerKey
from app.credentials.policy import did
from app.credentials.policy.multikey import multikey
from app.trustlog import service as log
from app.trustlog.models import Kind
from app.trustlog.policy.entries import Event

LOCK = "credentials.issuer"
ISSUER = uuid5(NAMESPACE_URL, "digital-trust-alliance/issuer")
"""What the audit calls the issuer itself."""
WITHDRAWN = "credentials.key_withdrawn"


def configured() -> bool:
    """Whether this portal issues credentials at all: it has a key for them."""
    return bool(settings().credential_keys)


def name() -> str:
    """The alliance's DID: it follows from the portal's address."""
    return did.did_of(settings().base_url)


async def signing_key(session: AsyncSession) -> SigningKey | None:
    """The key that signs: the first of the configuration that the published document names.

    A key that nobody can look up yet signs nothing, so a new one takes over when it is published.
    None when credentials are off, or nothing was published under the portal's address yet.
    """
    if not configured():
        return None
    published = await queries.published(session)
    if published is None:
        return None
    told = json.loads(published)
    if told["id"] != name():
        return None
    listed = {(method["id"], method["publicKeyMultibase"]) for method in told["verificationMethod"]}
    for key in settings().credential_keys:
        if (did.method_of(name(), key.id), multikey(key.public())) in listed:
            return key
    return None


async def announce(session: AsyncSession, by: Viewer) -> None:
    """Publish the DID document unless it names the key that is to sign.

    A process with yesterday's configuration takes nothing back: its key is named still.
    """
    key = await signing_key(session)
    if configured() and (key is None or key.id != settings().credential_keys[0].id):
        await publish(session, by)


async def publish(session: AsyncSession, by: Viewer) -> bool:
    """Let the DID document say what the configuration says, and the log tell of every change.

    Keys that are no longer configured are retired, and stay in it. Returns: whether it changed.

    Raises:
        Refused: a key has the name of another, or one key two names.
    """
    if not configured():
        return False
    await locks.hold(session, LOCK)
    await _write_keys(session)
    return await _write_document(session, by)


async def withdraw(session: AsyncSession, by: Viewer, key_id: str) -> None:
    """Let a key speak no more, after a theft: whatever it signed fails from now on.

    A process that has it in its configuration still, until it is restarted, signs with it no more.
    Members download their credentials again, signed by the key in use; no other is needed.

    Raises:
        Refused: there is no such key, or it is configured still.
    """
    await locks.hold(session, LOCK)
    if any(key.id == key_id for key in settings().credential_keys):
        raise Refused(f"{key_id} is among PORTAL_CREDENTIAL_KEYS: put another in its place first")
    gone = await session.scalar(
        delete(IssuerKey).where(IssuerKey.id == key_id).returning(IssuerKey.multikey)
    )
    if gone is None:
        raise Refused(f"no key has the name {key_id}")
    await audit.record(session, WITHDRAWN, ISSUER, by, key=key_id, multikey=gone)
    await _write_document(session, by)


async def _write_keys(session: AsyncSession) -> None:
    known = {key.id: key for key in await session.scalars(select(IssuerKey))}
    by_multikey = {key.multikey: key.id for key in known.values()}
    withdrawn = await _withdrawn(session)
    for key in settings().credential_keys:
        written = multikey(key.public())
        if written in withdrawn:
            continue
        if by_multikey.setdefault(written, key.id) != key.id:
            raise Refused(f"the key {key.id} has the name {by_multikey[written]} already")
        if key.id not in known:
            session.add(IssuerKey(id=key.id, multikey=written))
        elif known[key.id].multikey != written:
            raise Refused(f"another key has the name {key.id}: give a new key a new name")
    _retire(known.values())
    await session.flush()


async def _withdrawn(session: AsyncSession) -> frozenset[str]:
    """The keys that are never named again, as Multikey."""
    told = await session.scalars(
        select(AuditEvent.detail["multikey"].astext).where(
            AuditEvent.subject_id == ISSUER, AuditEvent.action == WITHDRAWN
        )
    )
    return frozenset(told)


def _retire(known: Iterable[IssuerKey]) -> None:
    in_use = {key.id for key in settings().credential_keys}
    for key in known:
        if key.id in in_use:
            key.retired_at = None
        elif key.retired_at is None:
            key.retired_at = clock.now()


async def _write_document(session: AsyncSession, by: Viewer) -> bool:
    document = did.document(name(), await queries.multikeys(session))
    if document == await queries.published(session):
        return False
    sha256 = digest(document)
    session.add(IssuerDocument(document=document, sha256=sha256))
    await log.append(session, Event(Kind.DID_CHANGED, facts={"did": name(), "sha256": sha256}))
    await audit.record(session, "credentials.did_changed", None, by, sha256=sha256)
    return True
