"""One's own account: name, letters, language, ways in, sessions."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import queries
from app.accounts.models import Account, Identity
from app.core import clock
from app.web.models import WebSession
from tests.accounts.conftest import configured, entry
from tests.accounts.journey import at_provider, depart, sign_in
from tests.conftest import statements
from tests.factories.accounts import make_account, viewer_of
from tests.portal import Portal

SOMEBODYS = UUID(int=7)


async def me(portal: Portal) -> Account:
    async with portal.transaction() as session:
        return (await session.scalars(select(Account).order_by(Account.created_at))).first()  # type: ignore[return-value]


async def identities(portal: Portal, account_id: UUID) -> list[str]:
    async with portal.transaction() as session:
        return [one.email for one in await queries.identities(session, account_id)]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/account"),
        ("post", "/account"),
        ("post", f"/account/identities/{SOMEBODYS}/unlink"),
        ("post", f"/account/sessions/{SOMEBODYS}/end"),
        ("post", "/account/sessions/end"),
    ],
)
async def test_an_account_is_its_owners(portal: Portal, method: str, path: str) -> None:
    answer = await getattr(portal, method)(path)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")


async def test_the_page_shows_ones_own_and_nothing_of_others(portal: Portal, provider: str) -> None:
    await sign_in(portal.client(), sub="bich")
    await sign_in(portal, sub="linh")

    page = await portal.get("/account")

    assert page.status_code == 200
    assert "linh@example.vn" in page.text
    assert "bich@example.vn" not in page.text
    assert page.text.count("This browser") == 1
    assert "/end" not in page.text


async def test_a_new_name_is_kept_and_an_empty_one_is_not(portal: Portal, provider: str) -> None:
    await sign_in(portal)

    kept = await portal.post("/account", data={"name": "  Linh   Nguyễn ", "email": ""})
    refused = await portal.post("/account", data={"name": " "})

    assert (kept.status_code, kept.headers["location"]) == (303, "/account")
    assert refused.status_code == 422
    assert 'href="#name">Write the name that we should call you by.' in refused.text
    account = await me(portal)
    assert (account.display_name, account.email) == ("Linh Nguyễn", "linh@example.vn")


async def test_letters_cannot_be_sent_to_an_address_nobody_vouches_for(
    portal: Portal, provider: str
) -> None:
    await sign_in(portal)

    answer = await portal.post("/account", data={"name": "Linh", "email": "victim@example.vn"})

    assert answer.status_code == 422
    account = await me(portal)
    assert (account.display_name, account.email) == ("Nguyễn Khánh Linh", "linh@example.vn")


# Language


async def test_a_language_is_chosen_for_the_browser_and_for_letters(
    portal: Portal, provider: str
) -> None:
    await sign_in(portal)

    answer = await portal.post("/fr/account/language", data={"language": "vi", "next": "/account"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    page = await portal.get("/account")
    assert page.headers["content-language"] == "vi"
    assert "Từ nay chúng tôi dùng tiếng Việt với bạn" in page.text
    assert (await me(portal)).locale == "vi"


async def test_somebody_not_signed_in_chooses_a_language_for_this_browser(portal: Portal) -> None:
    answer = await portal.post("/account/language", data={"language": "fr", "next": "/conduct"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/conduct")
    assert (await portal.get("/sign-in")).headers["content-language"] == "fr"
    assert (await portal.get("/en/sign-in")).headers["content-language"] == "en"


@pytest.mark.parametrize("evil", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_choosing_a_language_leads_nowhere_else(portal: Portal, evil: str) -> None:
    answer = await portal.post("/account/language", data={"language": "fr", "next": evil})

    assert answer.headers["location"] == "/"


async def test_a_language_that_we_do_not_speak_changes_nothing(
    portal: Portal, provider: str
) -> None:
    await sign_in(portal)

    answer = await portal.post("/account/language", data={"language": "de"})

    assert answer.status_code == 303
    assert (await me(portal)).locale == "en"


# Ways in


async def test_a_second_sign_in_is_linked_used_and_unlinked(portal: Portal, provider: str) -> None:
    await sign_in(portal, sub="linh")
    linked = await sign_in(portal, sub="bich", purpose="link", next_path="/account")
    account = await me(portal)

    assert (linked.status_code, linked.headers["location"]) == (303, "/account")
    assert "From now on Test opens your account too." in (await portal.get("/account")).text
    other = portal.client()
    await sign_in(other, sub="bich")
    assert "bich@example.vn" in (await other.get("/account")).text
    assert await identities(portal, account.id) == ["linh@example.vn", "bich@example.vn"]

    async with portal.transaction() as session:
        second = (await queries.identities(session, account.id))[1]
    answer = await portal.post(f"/account/identities/{second.id}/unlink")

    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert await identities(portal, account.id) == ["linh@example.vn"]
    assert (await other.get("/account")).status_code == 303  # its session has ended
    assert (await portal.get("/account")).status_code == 200


async def test_the_only_way_in_is_kept(portal: Portal, provider: str) -> None:
    await sign_in(portal)
    account = await me(portal)
    async with portal.transaction() as session:
        [only] = await queries.identities(session, account.id)

    page = await portal.get("/account")
    answer = await portal.post(f"/account/identities/{only.id}/unlink")

    assert "/unlink" not in page.text
    assert answer.status_code == 422
    assert "This is the only way into your account." in answer.text
    assert await identities(portal, account.id) == ["linh@example.vn"]


async def test_a_sign_in_of_another_account_is_not_linked(portal: Portal, provider: str) -> None:
    await sign_in(portal.client(), sub="bich")
    await sign_in(portal, sub="linh")

    answer = await sign_in(portal, sub="bich", purpose="link", next_path="/account")

    assert answer.status_code == 409
    assert "This sign-in already opens another account." in answer.text
    assert "Back to my account" in answer.text


async def test_linking_and_unlinking_need_a_recent_sign_in(portal: Portal, provider: str) -> None:
    await sign_in(portal, sub="linh")
    await sign_in(portal, sub="bich", purpose="link")
    account = await me(portal)
    async with portal.transaction() as session:
        _, second = await queries.identities(session, account.id)
        await session.execute(
            update(WebSession).values(signed_in_at=clock.now() - timedelta(minutes=16))
        )

    link = await portal.post("/sign-in/test", data={"purpose": "link"})
    unlink = await portal.post(f"/account/identities/{second.id}/unlink")

    for answer in (link, unlink):
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sign-in/confirm?next=/account"
    assert len(await identities(portal, account.id)) == 2


async def test_somebody_who_signed_out_meanwhile_links_nothing(
    portal: Portal, provider: str
) -> None:
    await sign_in(portal, sub="linh")
    back = await at_provider(await depart(portal, purpose="link"), sub="bich")
    await portal.post("/sign-out")

    answer = await portal.get(back)

    assert answer.status_code == 403
    assert "You have been signed out meanwhile" in answer.text
    assert await identities(portal, (await me(portal)).id) == ["linh@example.vn"]


async def test_a_provider_no_longer_configured_is_still_shown_and_can_be_unlinked(
    portal: Portal, provider: str
) -> None:
    await sign_in(portal)
    with configured(entry(provider, "elsewhere")):
        page = await portal.get("/account")

    assert page.status_code == 200
    assert "<strong>Test</strong>" in page.text
    assert "Link Elsewhere" in page.text


# Sessions


async def open_sessions(portal: Portal) -> list[UUID]:
    async with portal.transaction() as session:
        rows = await session.scalars(
            select(WebSession.id)
            .where(WebSession.ended_at.is_(None))
            .order_by(WebSession.created_at)
        )
        return list(rows)


async def test_one_session_is_ended_and_only_ones_own(portal: Portal, provider: str) -> None:
    phone, stranger = portal.client(), portal.client()
    await sign_in(phone)
    await sign_in(stranger, sub="bich")
    await sign_in(portal)
    on_phone, strangers, here = await open_sessions(portal)

    missing = await portal.post(f"/account/sessions/{strangers}/end")
    ended = await portal.post(f"/account/sessions/{on_phone}/end")

    assert missing.status_code == 404
    assert (ended.status_code, ended.headers["location"]) == (303, "/account")
    assert await open_sessions(portal) == [strangers, here]
    assert (await phone.get("/account")).status_code == 303
    assert (await stranger.get("/account")).status_code == 200


async def test_all_other_sessions_are_ended_at_once(portal: Portal, provider: str) -> None:
    stranger = portal.client()
    await sign_in(stranger, sub="bich")
    for _ in range(2):
        await sign_in(portal.client())
    await sign_in(portal)
    before = await open_sessions(portal)

    await portal.post("/account/sessions/end")

    assert "2 other sessions have ended." in (await portal.get("/account")).text
    assert await open_sessions(portal) == [before[0], before[-1]]


async def test_ending_this_session_is_signing_out(portal: Portal, provider: str) -> None:
    await sign_in(portal)
    [here] = await open_sessions(portal)

    answer = await portal.post(f"/account/sessions/{here}/end")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (await portal.get("/account")).status_code == 303


# Queries


async def fill(session: AsyncSession, account: Account, rows: int) -> None:
    at = clock.now()
    for n in range(rows):
        session.add(
            Identity(
                account_id=account.id,
                provider="test",
                issuer="https://issuer.example",
                subject=str(n),
                name="",
                email=f"{n}@example.vn",
                last_used_at=at,
            )
        )
        session.add(
            WebSession(
                token_hash=str(n),
                account_id=account.id,
                provider="test",
                issuer="https://issuer.example",
                signed_in_at=at,
                last_seen_at=at - timedelta(minutes=n),
                address="127.0.0.1",
                user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0",
            )
        )
    await session.flush()


@pytest.mark.parametrize("rows", [1, 3])
async def test_the_page_asks_the_same_however_much_there_is(
    portal: Portal, provider: str, rows: int
) -> None:
    async with portal.transaction() as session:
        account = await make_account(session)
        await fill(session, account, rows)
    await portal.sign_in(account.id)

    with statements(portal.database.engine) as seen:
        page = await portal.get("/account")

    assert page.text.count("@example.vn</span>") == rows
    assert len(re.findall(r"/sessions/[^/]+/end", page.text)) == rows
    assert len(seen) == 5  # session, viewer, identities, person, sessions


async def test_sessions_come_this_one_first_then_the_last_used(session: AsyncSession) -> None:
    account = await make_account(session)
    await fill(session, account, 3)
    rows = (await session.scalars(select(WebSession).order_by(WebSession.token_hash))).all()

    found = await queries.sessions_of(session, viewer_of(account, session_id=rows[2].id))

    assert [one.id for one in found] == [rows[2].id, rows[0].id, rows[1].id]
    assert [one.current for one in found] == [True, False, False]
    assert (found[0].browser, found[0].system) == ("Firefox", "Linux")


async def test_a_session_too_idle_for_staff_is_not_shown_to_them(session: AsyncSession) -> None:
    account = await make_account(session, roles=("reviewer",))
    await fill(session, account, 1)
    await session.execute(update(WebSession).values(last_seen_at=clock.now() - timedelta(hours=3)))

    assert len(await queries.sessions_of(session, viewer_of(account))) == 1
    assert await queries.sessions_of(session, viewer_of(account, "reviewer")) == ()


async def test_people_are_looked_up_in_one_statement(session: AsyncSession) -> None:
    some = [await make_account(session, display_name=f"Person {n}") for n in range(3)]

    with statements(session.bind) as seen:  # type: ignore[arg-type]
        found = await queries.people(session, [one.id for one in some])

    assert {one.id: found[one.id].name for one in some} == {
        one.id: one.display_name for one in some
    }
    assert len(seen) == 1
    assert await queries.person(session, uuid4()) is None


async def test_staff_are_listed_by_name_with_their_hats_in_order(session: AsyncSession) -> None:
    bich = await make_account(session, display_name="Bích", roles=("auditor", "reviewer"))
    an = await make_account(session, display_name="An", roles=("administrator",))
    await make_account(session, display_name="Chi")

    assert [(one.id, one.roles) for one in await queries.staff(session)] == [
        (an.id, ("administrator",)),
        (bich.id, ("reviewer", "auditor")),
    ]


async def test_accounts_are_found_by_name_without_accents_or_by_address(
    session: AsyncSession,
) -> None:
    linh = await make_account(session, display_name="Khánh Linh", email="kl@example.vn")
    await make_account(session, display_name="Bích", email="bich@example.vn")

    for words in ("linh", "khanh linh", "LINH Khánh", "KL@"):
        assert [one.id for one in await queries.accounts_named(session, words)] == [linh.id]
    for words in ("%", "khanh bich", "\u0301"):
        assert await queries.accounts_named(session, words) == ()
