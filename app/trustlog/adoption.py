"""An operator's word that this database is the newest, where the portal cannot tell."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.core.errors import Refused
from app.core.viewer import Viewer
from app.trustlog import rounds
from app.trustlog.memory import Memory
from app.trustlog.policy import signing
from app.trustlog.policy.checkpoints import Checkpoint
from app.trustlog.policy.merkle import EMPTY_ROOT
from app.trustlog.policy.signing import WillNotSign
from app.trustlog.refusals import LOG


async def adopt(
    session: AsyncSession, by: Viewer, origin: str, because: str, memory: Memory
) -> Checkpoint:
    """Remember what the database has as the last that was signed, under the name `origin`.

    For a memory that is gone or old, and for a new name of the log. What was surely signed under
    this name is never given up: whoever lost entries needs a new name, or a newer copy.

    Args:
        because: why the operator is sure; for the audit.

    Returns: what is remembered now.

    Raises:
        Refused: there is nothing to adopt, the database contradicts what was signed, or the
            memory cannot be read or written.
        Busy: another process holds the memory.
    """
    if not because.strip():
        raise Refused("say why this database is the newest")
    try:
        with memory.held():
            fresh = await _fresh(session, origin, memory)
            await audit.record(
                session, "log.adopted", LOG, by, after=origin, because=because, size=fresh.size
            )
            memory.write(fresh)
    except WillNotSign as refusal:
        raise Refused(refusal.sentence) from refusal
    return fresh


async def _fresh(session: AsyncSession, origin: str, memory: Memory) -> Checkpoint:
    known = memory.all()
    published, found = await rounds.compared(session, known)
    own = [one for one in known if one.origin == origin]
    for held in (published, *own):
        if held is not None:
            signing.extends(found, held)
    if published is None and not known:
        raise Refused("there is nothing to adopt: nothing was ever signed")
    fresh = Checkpoint(origin, 0, EMPTY_ROOT)
    if published is not None:
        fresh = Checkpoint(origin, published.size, published.root)
    newest = max((*own, fresh), key=lambda one: one.size)
    if known and known[-1] == newest:
        raise Refused("there is nothing to adopt: the memory knows what the database has")
    return newest
