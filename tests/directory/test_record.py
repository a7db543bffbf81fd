"""The page of a member's history that can be checked."""

from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select, update

from app.accounts.models import Account
from app.channels import service as channels
from app.channels.models import Channel
from app.core import clock
from app.core.config import settings
from app.members import service as members
from app.members.models import Member
from app.trustlog import service as log
from app.trustlog.models import Kind, LogEntry
from app.trustlog.policy.entries import Event
from app.trustlog.queries import tree
from tests.conftest import statements
from tests.directory.recording import LINK, facts, lines, make_recorded, own, path, record_json
from tests.factories.accounts import make_account, viewer_of
from tests.factories.directory import Crowd, make_ended
from tests.factories.members import OPERATOR, make_member
from tests.portal import Portal
from tests.trustlog.publishing import publish

TOLD = [
    "Proved the channel @bep.suong on TikTok",
    "Signed version 1.0 of the code of conduct",
    "Became a member",
]


async def make_published(portal: Portal) -> Member:
    async with portal.transaction() as session:
        member = await make_recorded(session)
    await publish(portal.database)
    return member


def told(html: str) -> list[str]:
    """The lines of the page, those of credentials aside."""
    return [line for line in lines(html) if "credential" not in line]


async def test_it_tells_every_entry_in_plain_words_newest_first(portal: Portal) -> None:
    member = await make_published(portal)
    answer = await portal.get(path(member))
    assert answer.status_code == 200
    assert told(answer.text) == TOLD
    assert facts(answer.text, TOLD[0]) == {"Address": LINK, "Way": "by a code on the page"}
    assert facts(answer.text, TOLD[1]) == {"Language": "Vietnamese"}
    assert facts(answer.text, TOLD[2]) == {}
    assert '<meta name="robots" content="noindex, follow">' in answer.text


async def test_each_entry_leads_to_its_place_and_to_its_proof(portal: Portal) -> None:
    member = await make_published(portal)
    found = LexborHTMLParser((await portal.get("/vi" + path(member))).text)
    places = [one["index"] for one in (await record_json(portal, member))["entries"]]
    links = [a.attributes["href"] for a in found.css(".record__place a")]
    assert links == [
        link
        for place in reversed(places)
        for link in (f"/vi/log/{place}", f"/vi{path(member)}/{place}.tlog-proof")
    ]
    for link in links:
        assert link is not None
        assert (await portal.get(link)).status_code == 200, link


async def test_what_has_no_place_yet_waits_and_is_there_a_moment_later(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_recorded(session)
    html = (await portal.get(path(member))).text
    assert told(html) == TOLD
    assert html.count("Waiting to be published; this takes a moment.") == len(lines(html))
    assert ".tlog-proof" not in html
    await publish(portal.database)
    html = (await portal.get(path(member))).text
    assert "Waiting" not in html
    assert html.count(".tlog-proof") == len(lines(html))


async def test_a_place_that_no_checkpoint_covers_yet_is_not_told(portal: Portal) -> None:
    member = await make_published(portal)
    async with portal.transaction() as session:
        head = await tree.latest(session)
        assert head is not None
        await members.suspend(
            session, OPERATOR, member.number, clock.today() + timedelta(days=20), "Quảng cáo sai."
        )
    async with portal.transaction() as session:
        await session.execute(
            update(LogEntry)
            .where(LogEntry.kind == Kind.MEMBERSHIP_SUSPENDED)
            .values(index=head.size)
        )
    html = (await portal.get(path(member))).text
    assert html.count("Waiting to be published") == 1
    assert (await portal.get(path(member, f"/{head.size}.tlog-proof"))).status_code == 404


async def test_without_a_key_it_says_that_nothing_is_published(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with portal.transaction() as session:
        member = await make_recorded(session)
    monkeypatch.setenv("PORTAL_LOG_KEYS", "")
    settings.cache_clear()
    try:
        html = (await portal.get(path(member))).text
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert "This portal does not publish its log" in html
    assert html.count("Written down, not published.") == len(lines(html))
    assert "Waiting" not in html


async def test_who_has_no_entry_is_told_why(portal: Portal) -> None:
    crowd = Crowd(1)
    async with portal.transaction() as session:
        await crowd.move_in(session)
    answer = await portal.get(f"/members/{crowd.members[0]['number']}/record")
    assert answer.status_code == 200
    assert lines(answer.text) == []
    assert "No entry yet" in answer.text
    data = await portal.get(f"/members/{crowd.members[0]['number']}/record.json")
    assert data.json()["entries"] == []


async def test_a_suspension_tells_its_reasons_while_they_are_published(portal: Portal) -> None:
    member = await make_published(portal)
    until = clock.today() + timedelta(days=20)
    async with portal.transaction() as session:
        await members.suspend(session, OPERATOR, member.number, until, "Quảng cáo sai.")
    html = (await portal.get(path(member))).text
    assert facts(html, "The membership was suspended") == {
        "Statement of reasons": "Quảng cáo sai.",
        "Until the end of": f"{until.day} {until:%B %Y}",
    }
    async with portal.transaction() as session:
        await members.reinstate(session, OPERATOR, member.number, "Nhầm người.")
    html = (await portal.get(path(member))).text
    assert list(facts(html, "The membership was suspended")) == ["Until the end of"]
    assert facts(html, "Back in good standing") == {}
    assert "Nhầm người" not in html


async def test_a_channel_that_was_taken_off_is_named_no_more(portal: Portal) -> None:
    member = await make_published(portal)
    async with portal.transaction() as session:
        account = await session.get_one(Account, member.account_id)
        channel = await session.scalar(select(Channel).where(Channel.account_id == account.id))
        assert channel is not None
        await channels.remove(session, viewer_of(account), channel.id, channel.version)
    html = (await portal.get(path(member))).text
    assert told(html)[:3] == [
        "The proof of a channel was lost", "Proved a channel", "Signed version 1.0 of the code of conduct",
    ]  # fmt: skip
    assert "bep.suong" not in html


@pytest.mark.parametrize("standing", ["expelled", "lapsed", "left"])
async def test_of_who_is_no_member_the_history_stays_and_no_channel_is_named(
    portal: Portal, standing: str
) -> None:
    async with portal.transaction() as session:
        member = await make_ended(session, standing)
        account = await session.get_one(Account, member.account_id)
        hidden = {"channel": "x", "platform": "tiktok", "address": LINK}
        await log.append(session, Event(Kind.CHANNEL_PROVEN, account.id, hidden=hidden))
    await publish(portal.database)
    answer = await portal.get(path(member))
    assert answer.status_code == 200
    assert told(answer.text)[0] == "Proved a channel"
    assert told(answer.text)[-1] == "Became a member"
    assert "Which channels they are about is no longer told." in answer.text
    assert "bep.suong" not in answer.text
    kinds = [one["kind"] for one in own((await record_json(portal, member))["entries"])]
    assert kinds == ["membership.begun", f"membership.{standing}", "channel.proven"]


async def test_a_number_written_otherwise_leads_to_the_one_address(portal: Portal) -> None:
    member = await make_published(portal)
    for below in ("", ".json", "/1.tlog-proof"):
        answer = await portal.get(f"/fr/members/{member.number.lower()}/record{below}")
        assert (answer.status_code, answer.headers["location"]) == (
            301,
            f"/fr{path(member, below)}",
        )
        missing = await portal.get(f"/members/DTA-26-99999-0/record{below}")
        assert missing.status_code == 404


async def test_it_asks_the_same_for_few_entries_and_for_many(portal: Portal) -> None:
    member = await make_published(portal)
    counts, sizes = [], []
    for more in (0, 2, 300):
        async with portal.transaction() as session:
            for _ in range(more):
                await log.append(session, Event(Kind.CHANNEL_PROVEN, member.account_id))
        await publish(portal.database)
        with statements(portal.database.engine) as seen:
            html = (await portal.get(path(member))).text
        counts.append(len([one for one in seen if "FROM " in one]))
        sizes.append(len(lines(html)))
    assert counts == [4, 4, 4]
    assert sizes == [4, 6, 50]


async def test_many_entries_come_in_pages(portal: Portal) -> None:
    member = await make_published(portal)
    async with portal.transaction() as session:
        for _ in range(100):
            await log.append(session, Event(Kind.CHANNEL_PROVEN, member.account_id))
    pages = [await portal.get(path(member, f"?page={n}")) for n in (1, 2, 3)]
    assert [len(lines(one.text)) for one in pages] == [50, 50, 4]
    assert lines(pages[2].text)[-1] == "Became a member"
    for wrong in ("0", "4", "x", "01", "-1"):
        assert (await portal.get(path(member, f"?page={wrong}"))).status_code == 404, wrong


async def test_a_browser_that_has_it_is_told_so_until_the_log_grows(portal: Portal) -> None:
    member = await make_published(portal)
    place = (await record_json(portal, member))["entries"][0]["index"]
    for below in ("", ".json", f"/{place}.tlog-proof"):
        answer = await portal.get(path(member, below))
        assert answer.headers["cache-control"] == (
            "public, max-age=0, s-maxage=2, must-revalidate"
        ), below
        tag = {"If-None-Match": answer.headers["etag"]}
        assert (await portal.get(path(member, below), headers=tag)).status_code == 304
        async with portal.transaction() as session:
            await log.append(session, Event(Kind.CHANNEL_LOST, member.account_id))
        await publish(portal.database)
        assert (await portal.get(path(member, below), headers=tag)).status_code == 200


async def test_the_profile_leads_to_the_record_from_each_line_of_its_history(
    portal: Portal,
) -> None:
    member = await make_published(portal)
    async with portal.transaction() as session:
        until = clock.today() + timedelta(days=20)
        await members.suspend(session, OPERATOR, member.number, until, "Quảng cáo sai.")
    page = LexborHTMLParser((await portal.get(f"/members/{member.number}")).text)
    found = page.css(".story li")
    assert len(found) == 2
    for line in found:
        assert [a.attributes["href"] for a in line.css("a.story__log")] == [path(member)]


async def test_two_members_are_not_told_each_others_entries(portal: Portal) -> None:
    async with portal.transaction() as session:
        mine, other = await make_member(session), await make_member(session)
        nobody = await make_account(session)
        await log.append(session, Event(Kind.CHANNEL_PROVEN, nobody.id))
    await publish(portal.database)
    theirs = (await record_json(portal, other))["entries"]
    for entry in theirs:
        answer = await portal.get(path(mine, f"/{entry['index']}.tlog-proof"))
        assert answer.status_code == 404
