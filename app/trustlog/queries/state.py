"""How the log is: for pages, for those who watch it, and for the command line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.db import database
from app.trustlog import refusals
from app.trustlog.models import LogCheckpoint, LogCosignature, LogEntry
from app.trustlog.refusals import Refusal

LATEST = 100  # lines of witnesses in which each that is still at work is found


@dataclass(frozen=True, slots=True)
class State:
    """What is published, what waits, who cosigned, and whether the log refuses to sign."""

    size: int  # entries that the newest checkpoint tells of; 0 before the first
    signed_at: datetime | None  # that one
    placed: int  # entries that have their places
    waiting: int  # entries that have none yet
    waiting_since: datetime | None  # the oldest of them
    cosigned: tuple[tuple[str, int], ...]  # each witness, and the last size that it cosigned
    refusal: Refusal | None


async def state(session: AsyncSession) -> State:
    """How the log is now. Five statements."""
    newest = (
        await session.execute(
            select(LogCheckpoint.size, LogCheckpoint.signed_at)
            .order_by(LogCheckpoint.size.desc())
            .limit(1)
        )
    ).one_or_none()
    last = await session.scalar(select(func.max(LogEntry.index)))
    waiting, since = (
        await session.execute(
            select(func.count(), func.min(LogEntry.created_at)).where(LogEntry.index.is_(None))
        )
    ).one()
    lines = await session.execute(
        select(LogCosignature.witness, LogCosignature.size)
        .order_by(LogCosignature.size.desc())
        .limit(LATEST)
    )
    cosigned: dict[str, int] = {}
    for witness, size in lines:
        cosigned.setdefault(witness, size)
    return State(
        size=newest.size if newest else 0,
        signed_at=newest.signed_at if newest else None,
        placed=0 if last is None else last + 1,
        waiting=waiting,
        waiting_since=since,
        cosigned=tuple(sorted(cosigned.items())),
        refusal=await refusals.refusal(session),
    )


async def metrics() -> Iterable[Metric]:
    """The same for `/metrics`."""
    async with database().read() as session:
        now = await state(session)
    age = (clock.now() - now.signed_at).total_seconds() if now.signed_at else 0
    cosigned = GaugeMetricFamily(
        "portal_trustlog_cosigned", "Entries that a witness has cosigned", labels=["witness"]
    )
    for witness, size in now.cosigned:
        cosigned.add_metric([witness], size)
    return (
        GaugeMetricFamily(
            "portal_trustlog_waiting",
            "Entries that no checkpoint tells of yet",
            now.waiting + now.placed - now.size,
        ),
        GaugeMetricFamily("portal_trustlog_size", "Entries published", now.size),
        GaugeMetricFamily("portal_trustlog_checkpoint_age_seconds", "Since the newest", age),
        GaugeMetricFamily(
            "portal_trustlog_refusing", "1 while the log refuses to sign", int(bool(now.refusal))
        ),
        cosigned,
    )
