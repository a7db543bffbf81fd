"""What Prometheus may read at `/metrics`."""

from collections.abc import Iterator

from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.web.fragments import parts

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
