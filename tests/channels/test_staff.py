"""The staff's pages of channels: who may, what they see, what they do."""

from uuid import UUID

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from app.accounts.models import Account
from app.audit.models import AuditEvent
from app.channels import queries, service
from app.channels.models import Channel
from app.core.crypto import uuid7
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.portal import Portal


def words(page: str, selector: str = "main") -> str:
    found = LexborHTMLParser(page).css_first(selector)
    return " ".join(found.text().split()) if found else ""


async def staff(portal: Portal, *roles: str) -> Account:
    async with portal.transaction() as session:
        account = await make_account(session, display_name="Trần Thị Duyệt", roles=roles)
    await portal.sign_in(account.id)
    return account


async def asked(portal: Portal, **given: object) -> Channel:
    """A channel whose owner asked staff to look."""
    async with portal.transaction() as session:
        owner = await make_account(session, display_name="Lê Thị Chủ")
        channel = await make_channel(session, account=owner, **given)  # type: ignore[arg-type]
        await make_proof(session, channel, "staff")
        return channel


async def state(portal: Portal, channel_id: UUID) -> str:
    async with portal.transaction() as session:
        found = await queries.channel(session, channel_id)
    assert found is not None
    return found.state


@pytest.mark.parametrize(
    ("role", "seen", "acts"),
    [
        ("reviewer", 200, 303),
        ("administrator", 200, 303),
        ("auditor", 200, 403),
        ("officer", 403, 403),
        ("board", 403, 403),
        ("", 403, 403),
    ],
)
async def test_each_hat_sees_and_does_what_is_its_own(
    portal: Portal, role: str, seen: int, acts: int
) -> None:
    channel = await asked(portal)
    await staff(portal, *filter(None, [role]))
    assert (await portal.get("/staff/channels")).status_code == seen
    answer = await portal.get(f"/staff/channels/{channel.id}")
    assert answer.status_code == seen
    assert ("Lê Thị Chủ" in answer.text) is (seen == 200)
    assert ("/confirm" in answer.text) is (acts == 303)
    answer = await portal.post(
        f"/staff/channels/{channel.id}/confirm", {"seen": str(channel.version), "note": "Seen."}
    )
    assert answer.status_code == acts
    assert await state(portal, channel.id) == ("proven" if acts == 303 else "pending")


async def test_each_look_is_audited_once_an_hour(portal: Portal) -> None:
    channel = await asked(portal)
    person = await staff(portal, "auditor")
    for _look in range(2):
        await portal.get(f"/staff/channels/{channel.id}")
    await portal.get(f"/staff/channels/{uuid7()}")
    async with portal.transaction() as session:
        events = await session.execute(
            select(AuditEvent.actor_id, AuditEvent.subject_id).where(
                AuditEvent.action == "channel.viewed"
            )
        )
        assert events.all() == [(person.id, channel.id)]


@pytest.mark.parametrize("part", ["owner", "rival", "former rival"])
async def test_nobody_sees_or_settles_what_is_their_own_affair(portal: Portal, part: str) -> None:
    """Other claims, and what colleagues noted, are kept from whoever claims the channel."""
    account = await staff(portal, "reviewer", "administrator")
    async with portal.transaction() as session:
        own = await session.get_one(Account, account.id)
        channel = mine = await make_channel(session, account=own, link="tiktok.com/@bepnha")
        if part != "owner":
            channel = await make_channel(session, link="tiktok.com/@bepnha")
        if part == "former rival":
            await service.remove(session, viewer_of(own), mine.id, mine.version)
        await make_proof(session, channel, "staff")
    assert (await portal.get(f"/staff/channels/{channel.id}")).status_code == 403
    assert "@bepnha" not in (await portal.get("/staff/channels")).text
    for act in ("confirm", "refuse", "take-away", "followers"):
        answer = await portal.post(
            f"/staff/channels/{channel.id}/{act}",
            {"seen": str(channel.version), "note": "x", "because": "x", "followers": "1"},
        )
        assert answer.status_code == 403
    assert await state(portal, channel.id) == "pending"


async def test_what_waits_is_listed_and_one_comes_back_to_where_one_was(portal: Portal) -> None:
    channel = await asked(portal, link="tiktok.com/@bepnha")
    await staff(portal, "reviewer")
    page = (await portal.get("/staff/channels")).text
    cells = [
        cell.text(strip=True)
        for cell in LexborHTMLParser(page).css("tbody th, tbody td > :not([aria-hidden])")
    ]
    assert cells[:4] == ["@bepnha", "TikTok", "Lê Thị Chủ", "Asked for a look"]
    link = LexborHTMLParser(page).css_first("tbody a").attributes["href"]
    assert link == f"/staff/channels/{channel.id}?next=/staff/channels"
    tree = LexborHTMLParser((await portal.get(str(link))).text)
    form = tree.css_first("form[action$='/confirm']")
    data = {i.attributes["name"]: i.attributes["value"] for i in form.css("input[type=hidden]")}
    assert data == {"seen": str(channel.version), "next": "/staff/channels"}
    answer = await portal.post(str(form.attributes["action"]), {**data, "note": "In the bio."})  # type: ignore[dict-item]
    assert answer.headers["location"] == "/staff/channels"
    page = (await portal.get("/staff/channels")).text
    assert words(page, ".empty__title") == "No channel waits for a look"
    page = (await portal.get(f"/staff/channels/{channel.id}")).text
    assert "In the bio." in words(page, "[aria-labelledby=attempts]")
    assert "Trần Thị Duyệt" in words(page, "[aria-labelledby=attempts]")
    assert "Proof moved: under way → proven" in words(page, "[aria-labelledby=history]")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"]
)
async def test_next_never_leads_elsewhere(portal: Portal, elsewhere: str) -> None:
    channel = await asked(portal)
    await staff(portal, "reviewer")
    page = await portal.get(f"/staff/channels/{channel.id}", params={"next": elsewhere})
    assert "evil" not in LexborHTMLParser(page.text).css_first("main").html  # type: ignore[operator]
    answer = await portal.post(
        f"/staff/channels/{channel.id}/confirm",
        {"seen": str(channel.version), "note": "Seen.", "next": elsewhere},
    )
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    ("act", "data", "field"),
    [
        ("confirm", {"note": " "}, "note"),
        ("refuse", {"because": ""}, "because"),
        ("followers", {"followers": "many"}, "followers"),
        ("followers", {"followers": "5", "counted_on_day": "31", "counted_on_month": "2", "counted_on_year": "2026"}, "counted_on"),
    ],
)  # fmt: skip
async def test_a_form_without_its_words_comes_back(
    portal: Portal, act: str, data: dict[str, str], field: str
) -> None:
    channel = await asked(portal)
    await staff(portal, "reviewer")
    data |= {"seen": str(channel.version), "next": "/staff"}
    answer = await portal.post(f"/staff/channels/{channel.id}/{act}", data)
    assert answer.status_code == 422
    tree = LexborHTMLParser(answer.text)
    assert tree.css_first(f"#{field}-error") is not None
    assert tree.css_first("input[name=next]").attributes["value"] == "/staff"
    assert await state(portal, channel.id) == "pending"


async def test_two_claims_are_shown_to_staff_on_both_sides(portal: Portal) -> None:
    async with portal.transaction() as session:
        holder = await make_account(session, display_name="Lê Thị Giữ")
        first = await make_channel(session, account=holder, link="tiktok.com/@abc")
        await make_proof(session, first, seen=True)
        second = await make_channel(session, link="tiktok.com/@abc")
        await make_proof(session, second, seen=True, evidence={"matched": "code DTA"})
    await staff(portal, "reviewer")
    page = (await portal.get(f"/staff/channels/{second.id}")).text
    said = [" ".join(one.text().split()) for one in LexborHTMLParser(page).css(".notice")]
    assert said[0].startswith("This channel is disputed")
    assert said[1].startswith(
        "Other accounts say that this channel is theirs Lê Thị Giữ: holds the proof"
    )
    assert f'href="/staff/channels/{first.id}"' in page
    assert "code DTA" in words(page, "[aria-labelledby=attempts]")
    page = (await portal.get(f"/staff/channels/{first.id}")).text
    assert "Nguyễn Khánh Linh: added on" in words(page)
    assert "/take-away" not in page
    answer = await portal.post(
        f"/staff/channels/{second.id}/confirm", {"seen": str(second.version), "note": "Seen."}
    )
    assert answer.status_code == 409
    assert await state(portal, second.id) == "pending"


async def test_a_removed_channel_can_still_be_read_and_no_longer_be_settled(
    portal: Portal,
) -> None:
    channel = await asked(portal)
    await portal.sign_in(channel.account_id)
    await portal.post(f"/apply/channels/{channel.id}/remove", {"seen": str(channel.version)})
    await staff(portal, "reviewer")
    page = (await portal.get(f"/staff/channels/{channel.id}")).text
    assert words(page, ".notice").startswith("The owner removed this channel on")
    assert "/confirm" not in page
    assert (await portal.get(f"/staff/channels/{uuid7()}")).status_code == 404
