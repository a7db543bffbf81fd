"""What programs ask of the site."""

from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import text

from app.core import clock
from app.core.config import settings
from app.directory.routes import site
from app.members import service
from app.members.models import Standing
from tests.conftest import statements
from tests.factories.directory import Crowd
from tests.factories.members import make_member, viewer_of
from tests.portal import Portal

NS = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
}
BASE = "http://localhost:8000"


async def xml(portal: Portal, path: str) -> ET.Element:
    answer = await portal.get(path)
    assert answer.headers["content-type"].startswith("application/xml")
    return ET.fromstring(answer.text)  # noqa: S314 - our own answer


async def test_the_map_has_every_public_page_in_every_language(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
        gone = await make_member(session)
        await service.leave(session, viewer_of(gone))
    root = await xml(portal, "/sitemap.xml")
    places = [*("/", "/members", "/check", "/conduct", "/membership", "/log", "/api"),
              f"/members/{member.number}"]  # fmt: skip
    expected = [
        BASE + (prefix + ("" if path == "/" and prefix else path))
        for path in places
        for prefix in ("", "/vi", "/en", "/fr")
    ]
    assert [loc.text for loc in root.findall("s:url/s:loc", NS)] == expected
    for url in root.findall("s:url", NS):
        alternates = {link.get("hreflang"): link.get("href") for link in url.findall("x:link", NS)}
        assert list(alternates) == ["x-default", "vi", "en", "fr"]
        assert url.findtext("s:loc", namespaces=NS) in alternates.values()
    assert root.findall("s:url", NS)[-1].findtext("s:lastmod", namespaces=NS) == (
        clock.today().isoformat()
    )


async def test_a_map_that_grows_too_large_becomes_an_index(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = Crowd(25, seed=6)
    for row in crowd.members:
        row.update(standing=Standing.ACTIVE, standing_until=None, bar_until=None)
    async with portal.transaction() as session:
        await crowd.move_in(session)
    monkeypatch.setattr(site, "A_PART", 10)
    index = await xml(portal, "/sitemap.xml")
    parts = [loc.text or "" for loc in index.findall("s:sitemap/s:loc", NS)]
    assert parts == [f"{BASE}/sitemap-{n}.xml" for n in range(4)]
    found: set[str | None] = set()
    for part in parts:
        root = await xml(portal, part.removeprefix(BASE))
        found |= {loc.text for loc in root.findall("s:url/s:loc", NS)}
    assert {f"{BASE}/members/{row['number']}" for row in crowd.members} < found
    assert (await portal.get("/sitemap-4.xml")).status_code == 404
    assert (await portal.get("/sitemap-99999999999999999999.xml")).status_code == 404


async def test_the_map_says_when_a_page_changed_last(portal: Portal) -> None:
    with clock.at(clock.now() - timedelta(days=40)):
        async with portal.transaction() as session:
            member = await make_member(session)
    async with portal.transaction() as session:
        await session.execute(
            text("UPDATE member_changes SET at = :at"), {"at": datetime(2026, 3, 1, 18, tzinfo=UTC)}
        )
    [entry, *_others] = (await xml(portal, "/sitemap.xml")).findall("s:url", NS)[-4:]
    assert entry.findtext("s:loc", namespaces=NS) == f"{BASE}/members/{member.number}"
    assert entry.findtext("s:lastmod", namespaces=NS) == "2026-03-02"  # already, in Vietnam


async def test_a_part_of_the_map_is_read_by_serial_and_skips_nobody(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "A_PART", 4)
    async with portal.transaction() as session:
        members = [await make_member(session) for _ in range(10)]
        for gone in members[4:8]:
            await service.leave(session, viewer_of(gone))
    found = []
    for part in (1, 2, 3):
        with statements(portal.database.engine) as seen:
            root = await xml(portal, f"/sitemap-{part}.xml")
        assert len(seen) == 2
        assert [each for each in seen if "OFFSET" in each or "count(" in each] == []
        found.append([str(loc.text) for loc in root.findall("s:url/s:loc", NS)[::4]])
    assert found == [
        [f"{BASE}/members/{member.number}" for member in members[:4]],
        [],
        [f"{BASE}/members/{member.number}" for member in members[8:]],
    ]


def test_a_part_of_the_map_is_as_large_as_a_file_may_be() -> None:
    assert site.A_PART * 4 <= 50_000


@pytest.mark.parametrize("size", [1, 3])
async def test_the_map_sends_two_statements(portal: Portal, size: int) -> None:
    async with portal.transaction() as session:
        for _ in range(size):
            await make_member(session)
    with statements(portal.database.engine) as seen:
        await portal.get("/sitemap.xml")
    assert len(seen) == 2


async def test_robots_may_read_what_is_public_and_nothing_else(portal: Portal) -> None:
    answer = await portal.get("/robots.txt")
    assert answer.headers["cache-control"] == "public, max-age=86400"
    rules = RobotFileParser()
    rules.parse(answer.text.splitlines())
    for path in ("/", "/members", "/vi/members/DTA-26-00001-0", "/check", "/membership"):
        assert rules.can_fetch("anybot", BASE + path), path
    for path in ("/staff", "/fr/account/sessions", "/vi/apply", "/sign-in/google", "/en/business"):
        assert not rules.can_fetch("anybot", BASE + path), path
    assert rules.site_maps() == [f"{BASE}/sitemap.xml"]


async def test_the_contact_for_security_is_as_rfc_9116_asks(portal: Portal) -> None:
    answer = await portal.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert list(fields) == ["Contact", "Expires", "Preferred-Languages", "Canonical"]
    assert fields["Contact"] == f"mailto:{settings().contact}"
    expires = datetime.strptime(fields["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=30) < expires - clock.now() < timedelta(days=365)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


async def test_the_manifest_speaks_the_readers_language(portal: Portal) -> None:
    answer = await portal.get("/vi/site.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    body = answer.json()
    assert (body["name"], body["lang"]) == ("Liên minh Niềm tin số", "vi")
    [icon] = body["icons"]
    assert (await portal.get(icon["src"])).headers["content-type"] == "image/png"


async def test_the_style_guide_is_for_the_demonstration_only(portal: Portal) -> None:
    assert (await portal.get("/styleguide")).status_code == 404
