"""The page that shows everybody how a channel was proven, and what became of the proof."""

import re
from datetime import timedelta
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.channels import service as channels
from app.channels.methods import Finding
from app.channels.models import (
    Channel,
    ChannelCheck,
    ChannelHandle,
    ChannelProof,
    Outcome,
    ProofStatus,
)
from app.core import clock
from app.core.crypto import uuid7
from app.members.models import Member
from tests.conftest import statements
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.factories.directory import PROVEN, make_ended, prove
from tests.factories.members import make_member
from tests.portal import Portal

LINK = "https://www.tiktok.com/@bep.suong"
SUM = "5f" * 32


async def make_proven(
    session: AsyncSession, link: str = LINK, method: str = "page_code", **given: Any
) -> tuple[Member, Channel, ChannelProof]:
    """A member with a channel proven on the day `PROVEN`, through the doors of owner and portal."""
    with clock.at(PROVEN):
        member = await make_member(session, stage_name="Bếp Sương")
        account = await session.get_one(Account, member.account_id)
        channel = await make_channel(session, account=account, link=link, **given)
        proof = await make_proof(session, channel, method)
        evidence = {"chain": [link], "matched": f"… {proof.code} …", "sha256": SUM}
        await channels.record(session, proof.id, Finding(None, evidence))
    return member, channel, proof


def turn(proof: ChannelProof, days: int, outcome: Outcome, failure: str | None = None) -> Any:
    at = PROVEN + timedelta(days=days)
    return ChannelCheck(proof_id=proof.id, at=at, outcome=outcome, failure=failure, evidence={})


def path(member: Member, channel: Channel) -> str:
    return f"/members/{member.number}/channels/{channel.id}"


def facts(html: str) -> dict[str, str]:
    rows = LexborHTMLParser(html).css(".evidence .summary__row")
    found = [[" ".join(cell.text().split()) for cell in row.css("dt, dd")] for row in rows]
    return {row[0]: row[1] for row in found}


def story(html: str) -> list[str]:
    return [" ".join(line.text().split()) for line in LexborHTMLParser(html).css(".story li")]


async def test_it_says_how_when_by_whom_and_what_was_seen(portal: Portal) -> None:
    async with portal.transaction() as session:
        member, channel, _proof = await make_proven(session)
    answer = await portal.get(path(member, channel))
    assert answer.status_code == 200
    assert facts(answer.text) == {
        "Way": "by a code on the page",
        "Proven on": "2 March 2026, 16:00",
        "Seen by": "The portal",
        "Last seen": "2 March 2026, 16:00",
        "Addresses opened": LINK,
        "What was found there": "DTA-••••••••",
        "SHA-256 of what was read": SUM,
    }
    assert story(answer.text) == ["2 March 2026 Proven by a code on the page"]
    assert '<meta name="robots" content="noindex, follow">' in answer.text


async def test_a_look_by_staff_says_so_and_names_nobody(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
        account = await session.get_one(Account, member.account_id)
        channel = await make_channel(session, account=account, link=LINK)
        reviewer = await make_account(session, display_name="Lê Văn Soi", roles=("reviewer",))
        by = viewer_of(reviewer, "reviewer")
        await channels.confirm(session, by, channel.id, channel.version, "Thấy mã ở tiểu sử.")
    html = (await portal.get(path(member, channel))).text
    assert facts(html)["Seen by"] == "Staff of the alliance"
    assert "Lê Văn Soi" not in html
    assert "Thấy mã" not in html


async def test_every_turn_since_is_told_newest_first(portal: Portal) -> None:
    async with portal.transaction() as session:
        member, channel, proof = await make_proven(session)
        session.add_all(
            [
                turn(proof, 7, Outcome.NOT_SEEN, "code_not_found"),
                turn(proof, 8, Outcome.SEEN),
                turn(proof, 15, Outcome.UNSURE, "closed"),
                turn(proof, 22, Outcome.NOT_SEEN, "gone"),
                turn(proof, 29, Outcome.NOT_SEEN, "other_id"),
                ChannelHandle(
                    channel_id=channel.id, url="https://www.tiktok.com/@bep.cu", key="bep.cu",
                    handle="bep.cu", since=PROVEN, until=PROVEN + timedelta(days=8, hours=1),
                ),
            ]
        )  # fmt: skip
        proof.status, proof.next_check_at = ProofStatus.LOST, None
        channel.lost_at = PROVEN + timedelta(days=29, minutes=1)
    html = (await portal.get(path(member, channel))).text
    assert story(html) == [
        "31 March 2026 The proof was lost",
        "31 March 2026 Looked for: the name led to another channel",
        "24 March 2026 Looked for: the page was no longer there",
        "17 March 2026 The page was closed to the portal, which says nothing either way",
        "10 March 2026 Known as @bep.cu until then",
        "10 March 2026 Seen again",
        "9 March 2026 Looked for, and not found",
        "2 March 2026 Proven by a code on the page",
    ]
    assert "from 2 March 2026 to 10 March 2026" in html
    assert "This channel is no longer proven" in html


@pytest.mark.parametrize(
    ("given", "word", "said"),
    [
        ({"stale_since": PROVEN}, "Not seen lately", "The proof has not been found again since 2 March 2026; the portal keeps looking."),
        ({"stale_since": PROVEN, "disputed_since": PROVEN}, "Being examined", "Whose channel this is has been under examination since 2 March 2026."),
        ({}, "Proven", ""),
    ],
)  # fmt: skip
async def test_a_proof_that_is_not_as_it_should_be_says_so_wherever_it_is_shown(
    portal: Portal, given: dict[str, Any], word: str, said: str
) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
        channel = await prove(session, member, LINK, **given)
    for address in (f"/members/{member.number}", f"/check?q={LINK}", path(member, channel)):
        tree = LexborHTMLParser((await portal.get(address)).text)
        [status] = tree.css(".channel .status")
        assert status.text().strip() == word, address
        remark = tree.css_first(".channel__remark, .notice--warning .notice__title")
        assert (remark.text() if remark else "") == said, address
    card = LexborHTMLParser((await portal.get("/members")).text).css(".member__channels .status")
    assert [one.text().strip() for one in card] == ([word] if said else [])


async def test_a_loss_shows_on_the_page_of_the_member_and_leads_to_its_story(
    portal: Portal,
) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
        kept = await prove(session, member, "https://www.youtube.com/@bep")
        lost = await prove(session, member, LINK, lost_at=PROVEN + timedelta(days=30))
    tree = LexborHTMLParser((await portal.get(f"/members/{member.number}")).text)
    assert [a.attributes["href"] for a in tree.css("a.channel__evidence")] == [
        path(member, kept),
        path(member, lost),
    ]
    states = [one.text().strip() for one in tree.css(".channel .status")]
    assert states == ["Proven", "Proof lost"]


async def test_only_channels_that_the_member_has_proven_have_such_a_page(portal: Portal) -> None:
    async with portal.transaction() as session:
        member, channel, _proof = await make_proven(session)
        other = await make_member(session)
        theirs = await prove(session, other, "https://www.youtube.com/@khac")
        off = await prove(session, member, "https://x.com/bep", removed_at=PROVEN)
        account = await session.get_one(Account, member.account_id)
        unproven = await make_channel(session, account=account, link="https://x.com/chua")
    for number, asked in (
        (member.number, theirs.id), (other.number, channel.id), (member.number, off.id),
        (member.number, unproven.id), (member.number, uuid7()), ("DTA-26-99999-0", channel.id),
    ):  # fmt: skip
        answer = await portal.get(f"/members/{number}/channels/{asked}")
        assert answer.status_code == 404, (number, asked)
    assert (await portal.get(f"/members/{member.number}/channels/none")).status_code == 404


async def test_a_number_written_otherwise_leads_to_the_one_address(portal: Portal) -> None:
    async with portal.transaction() as session:
        member, channel, _proof = await make_proven(session)
    answer = await portal.get(f"/fr/members/{member.number.lower()}/channels/{channel.id}")
    assert (answer.status_code, answer.headers["location"]) == (301, f"/fr{path(member, channel)}")


@pytest.mark.parametrize("standing", ["expelled", "lapsed", "left"])
async def test_of_a_former_member_only_which_channel_it_was_is_told(
    portal: Portal, standing: str
) -> None:
    async with portal.transaction() as session:
        member = await make_ended(session, standing)
        channel = await prove(session, member, "https://x.com/bepsuong", lost_at=None)
    html = (await portal.get(path(member, channel))).text
    tree = LexborHTMLParser(html)
    assert [one.text() for one in tree.css(".channel__handle")] == ["@bepsuong"]
    assert tree.css(".channel__proof") == tree.css(".evidence") == tree.css(".story") == []


async def test_it_asks_the_same_for_one_proof_and_for_many(portal: Portal) -> None:
    counts = []
    async with portal.transaction() as session:
        member, channel, proof = await make_proven(session)
    for more in range(2):
        async with portal.transaction() as session:
            session.add_all([turn(proof, day, Outcome.SEEN) for day in range(1, 5 * more)])
        with statements(portal.database.engine) as seen:
            await portal.get(path(member, channel))
        counts.append(len([one for one in seen if "FROM " in one]))
    assert counts == [5, 5]


async def test_a_browser_that_has_it_is_told_so_until_something_changes(portal: Portal) -> None:
    async with portal.transaction() as session:
        member, channel, proof = await make_proven(session)
    tag = {"If-None-Match": (await portal.get(path(member, channel))).headers["etag"]}
    assert (await portal.get(path(member, channel), headers=tag)).status_code == 304
    async with portal.transaction() as session:
        session.add(turn(proof, 7, Outcome.SEEN))
    assert (await portal.get(path(member, channel), headers=tag)).status_code == 200


async def test_a_channel_that_is_examined_is_handed_on_nowhere_without_saying_so(
    portal: Portal,
) -> None:
    async with portal.transaction() as session:
        member = await make_member(session, stage_name="Bếp Sương")
        await prove(session, member, "https://www.youtube.com/@bep", stale_since=PROVEN)
        await prove(session, member, LINK, disputed_since=PROVEN)
    page = (await portal.get(f"/members/{member.number}")).text
    assert re.findall(r'href="([^"]+)" rel="me noopener nofollow"', page) == [
        "https://www.youtube.com/@bep"
    ]
    assert re.findall(r'"sameAs": (\[.*?\])', page) == ['["https://www.youtube.com/@bep"]']
    card = (await portal.get(f"/members/{member.number}/card.vcf")).text
    assert re.findall(r"^URL:(\S+)", card, re.MULTILINE) == ["https://www.youtube.com/@bep"]
    said = "Be careful: whose account this is, is being examined"
    for address in (f"/check?q={LINK}", f"/embed/check?q={LINK}", f"/embed/check/badge?q={LINK}"):
        tree = LexborHTMLParser((await portal.get(address)).text)
        [title] = tree.css(".answer h2, .badge-box__name")
        assert title.text().strip() == said, address
    about = LexborHTMLParser((await portal.get(f"/check?q={member.number}")).text)
    assert [h2.text().strip() for h2 in about.css(".answer h2")] == ["Yes: this is Bếp Sương"]


async def test_a_list_says_beside_a_line_what_is_to_be_known_of_its_proof(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
        await prove(session, member, "https://www.youtube.com/@bep", stale_since=PROVEN)
        await prove(session, member, LINK, disputed_since=PROVEN)
    lines = ["https://www.youtube.com/@bep", LINK, member.number]
    told = (await portal.http.post("/api/v1/check", json={"lines": lines})).json()["checks"]
    assert [one["detail"] for one in told[:2]] == [
        "Proven on 2 March 2026. The proof has not been found again since 2 March 2026; the portal keeps looking.",
        "Proven on 2 March 2026. Whose channel this is has been under examination since 2 March 2026.",
    ]  # fmt: skip
    assert told[2]["detail"].startswith("Theirs: ")
