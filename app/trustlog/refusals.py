"""When the log began to refuse to sign, and when it signed again: written into the audit."""

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import queries as audited
from app.audit import service as audit
from app.audit.queries import Event
from app.core.viewer import Viewer
from app.trustlog.policy.signing import Because, WillNotSign

LOG = uuid5(NAMESPACE_URL, "digital-trust-alliance/log")
"""What the audit calls the log itself."""

REFUSED, SIGNS = "log.refused", "log.signs_again"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Since when the log signs nothing, and why: a sentence in English for those who run it."""

    because: Because
    sentence: str
    since: datetime


async def refusal(session: AsyncSession) -> Refusal | None:
    """Why the log signs nothing now; None while it does. One statement."""
    return _told(await audited.newest(session, LOG, (REFUSED, SIGNS)))


def _told(last: Event | None) -> Refusal | None:
    if last is None or last.action == SIGNS:
        return None
    return Refusal(Because(last.after or ""), last.because, last.at)


async def note(session: AsyncSession, refused: WillNotSign | None) -> bool:
    """Write down that the log refuses, or signs again, if that is not what stands there already.

    Returns: whether it was news.
    """
    last = await audited.newest(session, LOG, (REFUSED, SIGNS))
    now, turn = _told(last), 1 + (last.detail.get("turn", 0) if last else 0)
    if refused is None:
        if now is None:
            return False
        await audit.record(session, SIGNS, LOG, Viewer.system(), turn=turn)
        return True
    if now is not None and (now.because, now.sentence) == (refused.because, refused.sentence):
        return False
    await audit.record(
        session,
        REFUSED,
        LOG,
        Viewer.system(),
        after=refused.because.value,
        because=refused.sentence,
        turn=turn,
    )
    return True
