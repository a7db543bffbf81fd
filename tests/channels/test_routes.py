"""Pages of owners, and the address that rel="me" links lead to."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select, text

from app.accounts.models import Account
from app.channels import queries, service
from app.channels.methods import Finding
from app.channels.models import Channel
from app.channels.routes import identity, own
from app.core.crypto import uuid7
from tests.conftest import statements
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.limits import counted, one_window
from tests.portal import Portal


@pytest.fixture
async def owner(portal: Portal) -> Account:
    """Somebody who is signed in."""
    async with portal.transaction() as session:
        account = await make_account(session)
    await portal.sign_in(account.id)
    return account


async def channel_of(portal: Portal, owner: Account, **given: object) -> Channel:
    async with portal.transaction() as session:
        return await make_channel(session, account=owner, **given)  # type: ignore[arg-type]


def words(page: str, selector: str = "main") -> str:
    found = LexborHTMLParser(page).css_first(selector)
    return " ".join(found.text().split()) if found else ""


async def test_a_pasted_link_is_added_and_shown_back_in_canonical_form(
    portal: Portal, owner: Account
) -> None:
    answer = await portal.post(
        "/apply/channels",
        {"link": "https://m.tiktok.com/@BepNha?lang=vi", "platform": "", "followers": "12,3K"},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/apply/channels")
    shown = (await portal.get("/apply/channels")).text
    assert words(shown, ".flash") == "Added as https://www.tiktok.com/@bepnha. Prove it next."
    assert words(shown, ".channel__handle") == "@bepnha"
    assert words(shown, ".channel__count").startswith("12.3K followers said by the owner, ")
    assert LexborHTMLParser(shown).css_first(".channel__handle").attributes["href"] == (
        "https://www.tiktok.com/@bepnha"
    )


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"link": ""}, "link", "Paste the link to your channel."),
        ({"link": "@bepnha"}, "link", "Say which platform this name is on, or paste the whole link."),
        ({"link": "@bepnha", "platform": "myspace"}, "platform", "Choose one of the platforms shown."),
        ({"link": "vt.tiktok.com/ZS1"}, "link", "This is a short link, which hides where it leads. Open it, then paste the address that it leads to."),
        ({"link": "tiktok.com/@taken"}, "link", "You have added this channel already: https://www.tiktok.com/@taken"),
        ({"link": "tiktok.com/@new", "followers": "many"}, "followers", "Write a number, such as 12000 or 12.3K."),
        ({"link": "localhost", "platform": "website"}, "link", "This address does not lead to the public internet."),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(
    portal: Portal, owner: Account, typed: dict[str, str], field: str, message: str
) -> None:
    await channel_of(portal, owner, link="tiktok.com/@taken")
    answer = await portal.post("/apply/channels", typed)
    assert answer.status_code == 422
    tree = LexborHTMLParser(answer.text)
    assert words(answer.text, f"#{field}-error") == f"Error: {message}"
    assert tree.css_first(".error-summary a").attributes["href"] == f"#{field}"
    assert tree.css_first("#link").attributes["value"] == typed["link"]
    async with portal.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Channel)) == 1


async def test_a_channel_of_somebody_else_is_added_without_a_word(
    portal: Portal, owner: Account
) -> None:
    async with portal.transaction() as session:
        await make_proof(session, await make_channel(session, link="tiktok.com/@abc"), seen=True)
    answer = await portal.post("/apply/channels", {"link": "tiktok.com/@abc"})
    assert answer.status_code == 303
    shown = (await portal.get("/apply/channels")).text
    assert words(shown, ".channel__proof") == "Not proven yet"


async def test_only_its_owner_sees_a_channel(portal: Portal, owner: Account) -> None:
    async with portal.transaction() as session:
        other = await make_channel(session, link="tiktok.com/@secret")
    for path in ("", "/followers", "/remove"):
        answer = await portal.get(f"/apply/channels/{other.id}{path}")
        assert answer.status_code == 404
        assert "secret" not in answer.text
    for path in ("proof", "check", "followers", "remove"):
        answer = await portal.post(
            f"/apply/channels/{other.id}/{path}", {"method": "staff", "seen": "1"}
        )
        assert answer.status_code == 404
    assert (await portal.get(f"/apply/channels/{uuid7()}")).status_code == 404
    assert (await portal.get("/apply/channels/none")).status_code == 404
    portal.sign_out()
    answer = await portal.get("/apply/channels")
    assert answer.headers["location"] == "/sign-in?next=/apply/channels"


async def test_proving_goes_from_the_choice_to_the_outcome_without_javascript(
    portal: Portal, owner: Account
) -> None:
    channel = await channel_of(portal, owner)
    path = f"/apply/channels/{channel.id}"
    answer = await portal.post(f"{path}/proof", {"method": "page_code"})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    shown = (await portal.get(path)).text
    code = words(shown, ".copy__code")
    assert code.startswith("DTA-")
    assert "noscript" not in shown

    answer = await portal.post(f"{path}/check")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    shown = (await portal.get(path)).text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in shown
    assert words(shown, ".notice__title") == "We are looking at your page now"
    assert words(shown, ".channel__proof").startswith("Being checked")

    async with portal.transaction() as session:
        (attempt,) = await queries.attempts(session, channel.id)
        await service.record(session, attempt.id, Finding("code_not_found"))
    shown = (await portal.get(path)).text
    assert "noscript" not in shown
    assert words(shown, ".notice").startswith(
        "We looked and did not find the proof We read the page and did not find the code."
    )
    assert words(shown, ".copy__code") == code

    async with portal.transaction() as session:
        await service.record(session, attempt.id, Finding(None))
    shown = (await portal.get(path)).text
    assert words(shown, ".notice__title") == "This channel is proven"
    assert "Check again" not in shown
    assert code not in shown


async def test_a_second_claim_leads_to_where_one_is_heard_and_names_nobody(
    portal: Portal, owner: Account
) -> None:
    async with portal.transaction() as session:
        holder = await make_account(session, display_name="Lê Thị Giữ")
        first = await make_channel(session, account=holder, link="tiktok.com/@abc")
        await make_proof(session, first, seen=True)
        second = await make_channel(session, account=owner, link="tiktok.com/@abc")
        await make_proof(session, second, seen=True)
    shown = (await portal.get(f"/apply/channels/{second.id}")).text
    assert (
        words(shown, ".notice__title") == "Two accounts have shown that they control this channel"
    )
    assert LexborHTMLParser(shown).css_first(".notice a").attributes["href"] == (
        f"/apply/channels/{second.id}/dispute"
    )
    for told in ("Giữ", "Check", str(first.id)):
        assert told not in words(shown)


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (None, "Choose how you want to prove the channel."),
        ("", "Choose how you want to prove the channel."),
        ("pigeon", "Choose how you want to prove the channel."),
        ("dns_txt", "A channel of this platform cannot be proven in this way."),
    ],
)
async def test_a_way_must_be_chosen_from_those_shown(
    portal: Portal, owner: Account, method: str | None, message: str
) -> None:
    channel = await channel_of(portal, owner)
    data = {} if method is None else {"method": method}
    answer = await portal.post(f"/apply/channels/{channel.id}/proof", data)
    assert answer.status_code == 422
    assert words(answer.text, "#method-error") == f"Error: {message}"


async def test_a_refusal_is_shown_with_its_reason(portal: Portal, owner: Account) -> None:
    channel = await channel_of(portal, owner)
    async with portal.transaction() as session:
        await make_proof(session, await session.get_one(Channel, channel.id), "staff")
        reviewer = viewer_of(await make_account(session, roles=("reviewer",)), "reviewer")
        found = await session.get_one(Channel, channel.id)
        await service.refuse(session, reviewer, channel.id, found.version, "No code <b>there</b>.")
    shown = (await portal.get(f"/apply/channels/{channel.id}")).text
    assert "The reason: No code <b>there</b>." in words(shown, ".notice")


async def test_the_count_is_changed_on_its_own_page_and_guarded_against_a_second_window(
    portal: Portal, owner: Account
) -> None:
    channel = await channel_of(portal, owner, followers=10)
    path = f"/apply/channels/{channel.id}/followers"
    tree = LexborHTMLParser((await portal.get(path)).text)
    assert tree.css_first("#followers").attributes["value"] == "10"
    seen = str(tree.css_first("input[name=seen]").attributes["value"])
    answer = await portal.post(path, {"seen": seen, "followers": "1,2 Tr"})
    assert answer.status_code == 303
    answer = await portal.post(path, {"seen": seen, "followers": "7"})
    assert answer.status_code == 409
    assert "1,200,000" in words(answer.text)
    answer = await portal.post(path, {"seen": seen, "followers": "lots"})
    assert answer.status_code == 422
    async with portal.transaction() as session:
        assert await session.scalar(select(Channel.followers)) == 1_200_000


async def test_removing_asks_first(portal: Portal, owner: Account) -> None:
    channel = await channel_of(portal, owner)
    async with portal.transaction() as session:
        await make_proof(session, await session.get_one(Channel, channel.id), seen=True)
    path = f"/apply/channels/{channel.id}/remove"
    shown = (await portal.get(path)).text
    assert words(shown, ".warning").startswith("Its proof goes with it")
    seen = str(LexborHTMLParser(shown).css_first("input[name=seen]").attributes["value"])
    assert (await portal.post(path, {"seen": seen})).headers["location"] == "/apply/channels"
    async with portal.transaction() as session:
        assert await queries.channels_of(session, owner.id) == ()


async def test_checks_and_additions_have_a_limit(portal: Portal, owner: Account) -> None:
    channel = await channel_of(portal, owner)
    async with portal.transaction() as session:
        await make_proof(session, await session.get_one(Channel, channel.id))
    async with one_window():
        for path, what, (most, _), first in (
            (f"/apply/channels/{channel.id}/check", "channels.check", own.CHECKS, 303),
            ("/apply/channels", "channels.add", own.ADDS, 422),
        ):
            answers = [(await portal.post(path, {"link": ""})).status_code]
            await counted(portal, what, most - 1)
            answers += [(await portal.post(path, {"link": ""})).status_code for _ in range(2)]
            assert answers == [first, first, 429]


async def test_pressing_check_twice_makes_one_job(portal: Portal, owner: Account) -> None:
    channel = await channel_of(portal, owner)
    async with portal.transaction() as session:
        await make_proof(session, await session.get_one(Channel, channel.id))
    for _ in range(2):
        await portal.post(f"/apply/channels/{channel.id}/check")
    async with portal.transaction() as session:
        jobs = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name")
        assert await session.scalar(jobs, {"name": service.CHECK}) == 1


@dataclass(frozen=True)
class Shown:
    number: str = "DTA-26-00012-4"
    stage_name: str = "Bếp Nhà Sương"
    standing: str = "active"
    present: bool = True


async def test_the_address_for_rel_me_says_whose_it_is_only_of_members(
    portal: Portal, owner: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await channel_of(portal, owner, link="tenban.vn", platform="website")
    async with portal.transaction() as session:
        found = await session.get_one(Channel, channel.id)
        await make_proof(session, found, "rel_me")
        token = await queries.token_of(session, owner.id)
    portal.sign_out()

    async def nobody(_session: object, _account_id: UUID) -> None:
        return None

    async def member(_session: object, account_id: UUID) -> Shown | None:
        return Shown() if account_id == owner.id else None

    monkeypatch.setattr(identity, "member_of", nobody)
    answer = await portal.get(f"/is/{token}")
    assert answer.status_code == 200
    assert '<meta name="robots" content="noindex">' in answer.text
    assert owner.display_name not in answer.text
    monkeypatch.setattr(identity, "member_of", member)
    answer = await portal.get(f"/is/{token}")
    assert words(answer.text, "h1") == "Bếp Nhà Sương"
    assert 'href="/members/DTA-26-00012-4"' in answer.text
    assert owner.display_name not in answer.text
    assert (await portal.get("/is/unknown")).status_code == 404


async def test_lists_take_the_same_statements_for_one_and_for_three(portal: Portal) -> None:
    counts = []
    async with portal.transaction() as session:
        account = await make_account(session)
        for wanted in (1, 2):
            for _ in range(wanted):
                channel = await make_channel(session, account=account)
                await make_proof(session, channel, "staff")
                other = await make_channel(session, link=channel.url)
                await make_proof(session, other, seen=True)
            with statements(portal.database.engine) as seen:
                await queries.channels_of(session, account.id)
                await queries.channels_of_accounts(session, [account.id, other.account_id])
                await queries.attempts(session, channel.id)
                await queries.other_claims(session, account.id)
                await queries.waiting_for_staff(session, uuid7())
            counts.append(len(seen))
    assert counts == [6, 6]


async def test_the_owners_page_asks_the_same_for_one_and_for_three(
    portal: Portal, owner: Account
) -> None:
    counts = []
    for wanted in (1, 3):
        async with portal.transaction() as session:
            for _ in range(wanted - len(counts)):
                await make_proof(session, await make_channel(session, account=owner))
        with statements(portal.database.engine) as seen:
            page = await portal.get("/apply/channels")
        assert len(LexborHTMLParser(page.text).css(".channel__handle")) == wanted
        counts.append(len(seen))
    assert counts[0] == counts[1]
