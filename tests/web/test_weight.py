"""The first page is light: what a phone fetches for it, fonts included, stays under 150 kB."""

import re

from tests.portal import Portal

MOST = 150_000
PORTRAITS = 5 * 9_000  # the hero's, at their largest


async def test_the_first_page_with_all_that_it_names_is_under_150_kb(portal: Portal) -> None:
    page = await portal.get("/vi/")
    named = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page.text))
    told = {path for path in named if not re.search(r"\.(png|ico)$|print\.css", path)}
    assert {path.rsplit(".", 1)[-1] for path in told} == {"css", "js", "svg", "woff2"}
    weight = await _weight(portal, "/vi/")
    for path in sorted(told | set(re.findall(r'/static/[^"#]+sprite\.svg', page.text))):
        weight += await _weight(portal, path)
    assert weight + PORTRAITS < MOST


async def _weight(portal: Portal, path: str) -> int:
    answer = await portal.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    return answer.num_bytes_downloaded
