"""HEAD is GET without the body, and a page with a language prefix keeps its route's name."""

import pytest
from prometheus_client import REGISTRY

from tests.portal import Portal


@pytest.mark.parametrize("path", ["/", "/members", "/vi/check", "/healthz", "/sitemap.xml"])
async def test_head_answers_as_get_does(portal: Portal, path: str) -> None:
    head, get = await portal.http.head(path), await portal.get(path)
    assert (head.status_code, head.headers["content-type"]) == (200, get.headers["content-type"])


async def test_head_does_not_reach_what_only_takes_forms(portal: Portal) -> None:
    assert (await portal.http.head("/sign-out")).status_code == 404


async def test_pages_are_counted_by_route_in_every_language(portal: Portal) -> None:
    labels = {"method": "GET", "route": "/members", "status": "200"}

    def seen() -> float:
        return REGISTRY.get_sample_value("portal_requests_total", labels) or 0

    before = seen()
    for path in ("/members", "/vi/members", "/fr/members"):
        await portal.get(path)
    assert seen() - before == 3
