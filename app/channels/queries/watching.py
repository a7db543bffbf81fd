"""How well proofs are kept, for those who watch the portal; told at `/metrics`."""

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import func, select

from app.channels.models import ChannelProof, CheckTally
from app.channels.policy import keeping
from app.core import clock
from app.core.db import database


async def metrics() -> Iterable[Metric]:
    """Proofs that are due and late, and what looks came to. Two statements."""
    now = clock.now()
    async with database().read() as session:
        due, late = (
            await session.execute(
                select(
                    func.count(),
                    func.count().filter(ChannelProof.next_check_at <= now - keeping.LATE),
                ).where(ChannelProof.next_check_at <= now)
            )
        ).one()
        looks = await session.execute(
            select(CheckTally.method, CheckTally.outcome, func.sum(CheckTally.checks))
            .group_by(CheckTally.method, CheckTally.outcome)
            .order_by(CheckTally.method, CheckTally.outcome)
        )
        checks = CounterMetricFamily(
            "portal_channel_checks", "Looks at kept proofs", labels=["method", "outcome"]
        )
        for method, outcome, count in looks:
            checks.add_metric([method, outcome.value], int(count))
    return (
        GaugeMetricFamily("portal_channel_checks_due", "Kept proofs to look at now", due),
        GaugeMetricFamily("portal_channel_checks_late", "Kept proofs due for six hours", late),
        checks,
    )
