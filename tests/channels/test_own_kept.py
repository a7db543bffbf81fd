"""The owner's page of a channel that is proven, stale or lost: looks, evidence, names, counts."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import text

from app.accounts.models import Account
from app.channels import queries, service
from app.channels.methods import Finding
from app.channels.models import (
    Channel,
    ChannelCheck,
    ChannelCount,
    ChannelHandle,
    ChannelProof,
    FollowersSource,
    Outcome,
    ProofNotice,
    ProofStatus,
)
from app.channels.service import keeping
from app.core import clock
from tests.conftest import statements
from tests.factories.accounts import make_account
from tests.factories.channels import make_channel, make_proof
from tests.factories.members import make_member
from tests.portal import Portal

DAY = timedelta(days=1)


@pytest.fixture
async def owner(portal: Portal) -> Account:
    """Somebody who is signed in."""
    async with portal.transaction() as session:
        account = await make_account(session)
    await portal.sign_in(account.id)
    return account


async def proven(
    portal: Portal, owner: Account, link: str = "tiktok.com/@bep", method: str = "page_code"
) -> tuple[Channel, UUID]:
    """A channel proven ten days ago, with the id of its proof."""
    platform = "website" if "." in link and "/" not in link else None
    async with portal.transaction() as session:
        with clock.at(clock.now() - 10 * DAY):
            channel = await make_channel(session, account=owner, link=link, platform=platform)
            proof = await make_proof(session, channel, method)
            seen = {"chain": [channel.url], "matched": proof.code or "x", "sha256": "5f" * 32}
            await service.record(session, proof.id, Finding(None, seen))
    return channel, proof.id


async def look(portal: Portal, proof_id: UUID, *findings: Finding) -> None:
    """Looks of the portal at a kept proof, one after the other."""
    async with portal.transaction() as session:
        for finding in findings:
            await keeping.note(session, proof_id, finding)


def words(page: str, selector: str = "main") -> str:
    found = LexborHTMLParser(page).css_first(selector)
    return " ".join(found.text().split()) if found else ""


def facts(page: str, section: str) -> dict[str, str]:
    rows = LexborHTMLParser(page).css(f"section[aria-labelledby={section}] .summary__row")
    found = [[" ".join(cell.text().split()) for cell in row.css("dt, dd")] for row in rows]
    return {row[0]: row[1] for row in found}


async def test_a_proven_channel_says_when_it_was_seen_and_is_seen_again(
    portal: Portal, owner: Account
) -> None:
    channel, proof_id = await proven(portal, owner)
    async with portal.transaction() as session:
        [attempt] = await queries.attempts(session, channel.id)
    page = (await portal.get(f"/apply/channels/{channel.id}")).text
    assert words(page, "h1") == "@bep"
    assert words(page, ".notice__title") == "This channel is proven"
    assert set(facts(page, "looks")) == {"Last seen", "We look again"}
    assert facts(page, "evidence")["Found there"] == attempt.code
    assert facts(page, "evidence")["SHA-256 of what was read"] == "5f" * 32
    assert "Check now" in words(page, "section[aria-labelledby=looks]")
    assert LexborHTMLParser(page).css("input[name=method]") == []
    assert str(proof_id) not in page


async def test_who_just_had_it_looked_at_is_told_from_when_they_may_ask_again(
    portal: Portal, owner: Account
) -> None:
    channel, proof_id = await proven(portal, owner)
    path = f"/apply/channels/{channel.id}"
    assert (await portal.post(f"{path}/check")).headers["location"] == path
    page = (await portal.get(path)).text
    assert words(page, ".notice__title") == "We are looking at your page now"
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    await look(portal, proof_id, Finding(None))
    page = (await portal.get(path)).text
    assert "You can ask again from" in words(page, "section[aria-labelledby=looks]")
    assert "Check now" not in words(page)
    assert (await portal.post(f"{path}/check")).status_code == 409


async def test_a_proof_not_seen_again_says_what_is_wrong_and_how_to_put_it_right(
    portal: Portal, owner: Account
) -> None:
    channel, proof_id = await proven(portal, owner, "bep.example", "rel_me")
    await look(portal, proof_id, Finding("link_not_found"))
    page = (await portal.get(f"/apply/channels/{channel.id}")).text
    assert words(page, ".notice__title") == "We did not find the proof again"
    assert words(page, ".notice").startswith(
        'We did not find the proof again We read the page and found no rel="me" link'
    )
    assert 'rel="me"' in words(page, ".copy__code")
    [button] = LexborHTMLParser(page).css(".copy__button")
    assert "hidden" in button.attributes, "shown by a script alone"
    assert facts(page, "looks")["Not found, times running"] == "1"
    assert words(page, ".channel__proof").startswith("Not seen lately")
    listed = (await portal.get("/apply/channels")).text
    assert words(listed, ".channels__prove").startswith("See what is the matter")


async def test_a_code_that_may_be_taken_out_is_not_asked_for_again(
    portal: Portal, owner: Account
) -> None:
    channel, proof_id = await proven(portal, owner)
    await look(portal, proof_id, Finding("gone"))
    page = (await portal.get(f"/apply/channels/{channel.id}")).text
    assert words(page, ".notice__title") == "We did not find the proof again"
    assert LexborHTMLParser(page).css(".copy__code") == []


async def test_a_lost_proof_says_when_and_why_and_offers_every_way_again(
    portal: Portal, owner: Account
) -> None:
    channel, proof_id = await proven(portal, owner)
    async with portal.transaction() as session:
        found = await session.get_one(Channel, channel.id)
        proof = await session.get_one(ChannelProof, proof_id)
        proof.status, proof.failure, proof.next_check_at = ProofStatus.LOST, "gone", None
        found.lost_at = clock.now()
    page = (await portal.get(f"/apply/channels/{channel.id}")).text
    assert words(page, ".notice__title") == "The proof of this channel is lost"
    assert "The page says that it is no longer there." in words(page, ".notice")
    ways = [one.attributes["value"] for one in LexborHTMLParser(page).css("input[name=method]")]
    assert ways == ["page_code", "staff"]
    assert "Check now" not in words(page)


async def test_the_first_way_is_the_one_that_holds_best_and_is_chosen(
    portal: Portal, owner: Account
) -> None:
    async with portal.transaction() as session:
        channel = await make_channel(session, account=owner, link="bep.example", platform="website")
    tree = LexborHTMLParser((await portal.get(f"/apply/channels/{channel.id}")).text)
    boxes = tree.css("input[name=method]")
    assert [one.attributes["value"] for one in boxes] == [
        "dns_txt", "well_known", "rel_me", "page_code", "staff",
    ]  # fmt: skip
    assert ["checked" in one.attributes for one in boxes] == [True, False, False, False, False]


async def test_turns_names_and_counts_are_told_newest_first(portal: Portal, owner: Account) -> None:
    channel, proof_id = await proven(portal, owner)
    now = clock.now()
    async with portal.transaction() as session:
        session.add_all(
            [
                ChannelCheck(
                    proof_id=proof_id, at=now - (3 - n) * DAY, outcome=outcome, failure=None,
                    evidence={},
                )
                for n, outcome in enumerate((Outcome.NOT_SEEN, Outcome.UNSURE, Outcome.SEEN))
            ]
            + [
                ChannelHandle(
                    channel_id=channel.id, url="https://www.tiktok.com/@cu", key="cu", handle="cu",
                    since=now - 9 * DAY, until=now - 4 * DAY,
                )
            ]
            + [
                ChannelCount(
                    channel_id=channel.id, at=now - n * DAY, as_of=date(2026, 3, 9 - n),
                    followers=1_000 * (9 - n), source=source, flagged_at=now if n == 0 else None,
                )
                for n, source in enumerate((FollowersSource.DECLARED, FollowersSource.API))
            ]
        )  # fmt: skip
    page = (await portal.get(f"/apply/channels/{channel.id}")).text
    looks = LexborHTMLParser(page).css(".history li > span")
    assert [" ".join(one.text().split()) for one in looks] == [
        "Seen again",
        "We could not get in, which says nothing either way",
        "Looked for, and not found",
    ]
    assert list(facts(page, "names")) == ["@cu"]
    assert facts(page, "counts") == {
        "9 March 2026": "9,000, said by the owner, staff look at it first",
        "8 March 2026": "8,000, from the platform",
    }


async def test_a_member_is_led_to_what_everybody_sees(portal: Portal, owner: Account) -> None:
    channel, _proof = await proven(portal, owner)
    path = f"/apply/channels/{channel.id}"
    assert "What everybody sees" not in (await portal.get(path)).text
    async with portal.transaction() as session:
        member = await make_member(session, account_id=owner.id)
    address = f"/members/{member.number}/channels/{channel.id}"
    assert f'href="{address}"' in (await portal.get(path)).text
    assert (await portal.get(address)).status_code == 200


async def test_who_has_no_proven_channel_left_is_told_until_when_to_prove_one(
    portal: Portal, owner: Account
) -> None:
    channel, _proof = await proven(portal, owner)
    assert LexborHTMLParser((await portal.get("/apply/channels")).text).css(".notice") == []
    now = clock.now()
    async with portal.transaction() as session:
        session.add(
            ProofNotice(
                account_id=owner.id, channel_id=channel.id, began_at=now, ends_at=now + 30 * DAY
            )
        )
    page = (await portal.get("/apply/channels")).text
    assert words(page, ".notice__title") == "You have no proven channel any more"


async def test_the_page_asks_the_same_whatever_became_of_the_channel(
    portal: Portal, owner: Account
) -> None:
    counts = []
    channel, proof_id = await proven(portal, owner)
    for more in range(2):
        if more:
            findings = [Finding("gone"), Finding(None)] * 3
            await look(portal, proof_id, *findings)
        with statements(portal.database.engine) as seen:
            await portal.get(f"/apply/channels/{channel.id}")
        counts.append(len(seen))
    assert counts[0] == counts[1]
    async with portal.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM channel_checks")) == 6
