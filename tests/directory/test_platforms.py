"""Every platform of the data: each host, shape, short host and refusal, as the check reads them."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.policy.links import recognise
from app.channels.policy.platforms import platforms
from app.channels.policy.reasons import NotRecognised
from app.core.config import DATA
from app.directory import recognition
from app.directory.queries.check import Verdict, check
from tests.factories.directory import prove
from tests.factories.members import make_member

ROWS: list[dict[str, Any]] = yaml.safe_load((DATA / "platforms.yaml").read_text("utf-8"))
HANDLE = {"bluesky": "tenban.bsky.social"}
IDS = {
    "facebook": "100012345678",
    "youtube": "UC1234567890123456789_-Q",
    "shopee": "123456",
}
DRESSES = (  # how people paste one and the same link
    "https://{}",
    "http://{}",
    "{}",
    "//{}",
    "HTTPS://{}",
    "https://www.{}",
    "  https://{}  ",
    "<https://{}>",
    "\u200b{}\ufeff",
    "https://{}?utm_source=a&x=1",
    "https://{}#top",
    "https://{}/",
)


def handle_of(row: dict[str, Any]) -> str:
    return HANDLE.get(row["key"], "tenban")


def paths(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each path that a channel of the platform can have, with the address kept for it."""
    usual = "/" + row["canonical"].split("/", 3)[-1]
    for shape in row.get("shapes", [usual]):
        if "{legacy}" in shape:
            for legacy in ("c/tenban", "user/tenban"):
                kept = row["canonical_legacy"].format(legacy=legacy)
                yield shape.format(legacy=legacy), kept
        elif "{id}" in shape:
            one = IDS[row["key"]]
            yield shape.format(id=one, name="Ten-Ban"), row["canonical_id"].format(id=one)
        else:
            handle = handle_of(row)
            yield shape.format(handle=handle), row["canonical"].format(handle=handle)


LINKS = [
    (row["key"], f"{host}{path.rstrip('/')}", kept)
    for row in ROWS
    for host in row.get("hosts", ())
    for path, kept in paths(row)
]
SHORT = [(row["key"], host) for row in ROWS for host in row.get("short_hosts", ())]
REFUSED = [
    (row["key"], host, word)
    for row in ROWS
    for host in row.get("hosts", ())
    for word in row.get("refuse", ())
    if not any(shape.startswith(f"/{word}") for shape in row.get("shapes", ()))
]


def test_the_table_has_every_platform_with_hosts_of_its_own() -> None:
    without = {"mastodon", "website"}
    assert {key for key, _link, _kept in LINKS} == set(platforms()) - without
    assert len(LINKS) > 30
    assert len(REFUSED) > 40
    assert len(SHORT) > 8


@pytest.mark.parametrize(("platform", "link", "kept"), LINKS)
def test_a_link_is_read_as_one_channel_in_every_dress(platform: str, link: str, kept: str) -> None:
    for dress in DRESSES:
        if "?" in dress and "?" in link:
            continue
        pasted = dress.format(link)
        if dress.endswith("{}/") and "?" in link:
            continue
        meant = recognition.read(pasted)
        assert [(found.platform, found.url) for found in meant.links] == [(platform, kept)], pasted
        assert not meant.bare


@pytest.mark.parametrize(("platform", "link", "kept"), LINKS)
def test_a_side_door_leads_to_the_same_channel(platform: str, link: str, kept: str) -> None:
    host, _, path = link.partition("/")
    if host.count(".") == 1:
        for door in ("m", "web", "mobile", "vi-vn"):
            assert recognise(f"{door}.{host}/{path}").url == kept


@pytest.mark.parametrize(("platform", "link", "kept"), LINKS)
def test_ports_user_info_and_lookalike_hosts_are_no_channel(
    platform: str, link: str, kept: str
) -> None:
    host, _, path = link.partition("/")
    for hostile in (
        f"https://{host}:8080/{path}",
        f"https://user@{host}/{path}",
        f"https://{host}@evil.example/{path}",
        f"https://{host}.evil.example/{path}",
        f"https://evil{host}/{path}",
        f"https://evil.example/{host}/{path}",
        f"ftp://{host}/{path}",
    ):
        found = {one.platform for one in recognition.read(hostile).links}
        assert platform not in found, hostile


@pytest.mark.parametrize(("platform", "host"), SHORT)
def test_a_short_link_is_known_and_not_opened(platform: str, host: str) -> None:
    for dress in ("https://{}/abc", "http://{}/abc/", "{}/abc", "https://www.{}/abc"):
        pasted = dress.format(host)
        meant = recognition.read(pasted)
        live = host.startswith("live.")
        assert (meant.links, meant.short) == ((), "" if live else pasted)
        assert ("one broadcast" if live else "short link") in meant.reason


@pytest.mark.parametrize(("platform", "host", "word"), REFUSED)
def test_a_word_of_the_platforms_is_nobodys_handle(platform: str, host: str, word: str) -> None:
    with pytest.raises(NotRecognised) as refused:
        recognise(f"https://{host}/{word}/abc")
    assert refused.value.kind in {"not_a_channel", "group", "live"}
    meant = recognition.read(f"https://{host}/{word}/abc")
    assert (meant.links, meant.short) == ((), "")
    assert meant.reason


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["key"])
async def test_a_proven_channel_of_each_platform_is_found(
    session: AsyncSession, row: dict[str, Any]
) -> None:
    own = {"mastodon": "@tenban@mastodon.social", "website": "https://tenban.vn/"}
    canonical = own.get(row["key"]) or row["canonical"].format(handle=handle_of(row))
    member = await make_member(session, stage_name="Người Này")
    link = recognise(canonical, row["key"])
    facts = {name: getattr(link, name) for name in ("platform", "url", "key", "handle")}
    await prove(session, member, "https://x.com/tenban", **facts)
    answer = await check(session, canonical)
    assert answer.verdict is Verdict.GOOD
    assert [channel.url for channel in answer.channels] == [link.url]
    again = await check(session, answer.asked)
    assert (again.verdict, again.people) == (Verdict.GOOD, answer.people)
