"""What Prometheus may read at `/metrics`."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import REGISTRY, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from app.web.fragments import parts

PATIENCE = 2.0  # seconds for what the database is asked

also: dict[str, Callable[[], Awaitable[Iterable[Metric]]]] = {}
"""What else is told, by name, and asked when it is: handed down by `main` from the slices above."""

requests = Counter("portal_requests_total", "Requests answered", ["method", "route", "status"])
seconds = Histogram(
    "portal_request_seconds",
    "Time to answer",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class _Kept(Collector):
    """How well keeping rendered parts does; counted there in plain numbers, told here."""

    def collect(self) -> Iterator[Metric]:
        asked = CounterMetricFamily(
            "portal_fragments", "Rendered parts asked for", labels=["found"]
        )
        asked.add_metric(["yes"], parts.hits)
        asked.add_metric(["no"], parts.misses)
        yield asked
        yield GaugeMetricFamily("portal_fragments_bytes", "Rendered parts kept", parts.bytes)


REGISTRY.register(_Kept())


@dataclass(frozen=True, slots=True)
class _Now(Collector):
    metrics: list[Metric]

    def collect(self) -> Iterator[Metric]:
        yield from self.metrics


async def told() -> bytes:
    """Everything in Prometheus' text format. While the database is away, what needs none."""
    found: list[Metric] = []
    try:
        async with asyncio.timeout(PATIENCE):
            for ask in also.values():
                found.extend(await ask())
    except (SQLAlchemyError, TimeoutError, OSError):
        found = []
    return generate_latest() + generate_latest(_Now(found))
