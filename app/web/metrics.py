"""What Prometheus may read at `/metrics`."""

from prometheus_client import Counter, Histogram

requests = Counter("portal_requests_total", "Requests answered", ["method", "route", "status"])
seconds = Histogram(
    "portal_request_seconds",
    "Time to answer",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
