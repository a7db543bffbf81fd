"""Signing in, through the pages, at a real OpenID provider in a process of its own."""

import logging
import re
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import func, select, update

from app.accounts.models import Account, Identity, Role, SignInAttempt, StaffRole
from app.core import clock
from app.web.models import WebSession
from tests.accounts.conftest import configured, entry
from tests.accounts.journey import at_provider, depart, sign_in
from tests.limits import counted, one_window
from tests.portal import Browser, Portal

pytestmark = pytest.mark.usefixtures("provider")


async def count(portal: Portal, model: type) -> int:
    async with portal.transaction() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def sessions_of(portal: Portal) -> list[tuple[bool, str, str]]:
    """All web sessions, oldest first: open or not, provider, issuer."""
    async with portal.transaction() as session:
        rows = await session.scalars(select(WebSession).order_by(WebSession.created_at))
        return [(row.ended_at is None, row.provider, row.issuer) for row in rows]


async def name_in_header(browser: Browser) -> str | None:
    """Whom the browser is signed in as."""
    found = re.search(r'menu__name">([^<]+)<', (await browser.get("/conduct")).text)
    return found.group(1) if found else None


def heading(answer: httpx2.Response) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)
    assert found, answer.text
    return found.group(1).strip()


# The way there


async def test_the_choice_says_what_each_provider_gives_and_keeps_the_wanted_page(
    portal: Portal,
) -> None:
    answer = await portal.get("/sign-in?next=/apply/about")

    assert answer.status_code == 200
    assert "Continue with Test" in answer.text
    assert "We receive your name and e-mail address." in answer.text
    assert '<input type="hidden" name="next" value="/apply/about">' in answer.text


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/" + "a" * 2000,
    ],
)
async def test_a_wanted_page_elsewhere_is_forgotten(portal: Portal, evil: str) -> None:
    shown = await portal.get("/sign-in?next=" + quote(evil))
    assert '<input type="hidden" name="next" value="">' in shown.text

    answer = await sign_in(portal, next_path=evil)
    assert answer.headers["location"] == "/sign-in"


async def test_without_a_provider_the_page_says_so(portal: Portal) -> None:
    with configured():
        answer = await portal.get("/sign-in")

    assert answer.status_code == 200
    assert "Sign-in is not set up yet" in answer.text


async def test_an_address_kept_by_somebody_leads_to_the_choice_and_begins_nothing(
    portal: Portal, provider: str
) -> None:
    answer = await portal.get("/sign-in/test?next=/apply")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/apply")
    assert await count(portal, SignInAttempt) == 0
    assert (await portal.get("/sign-in/unheard-of")).status_code == 404
    assert (await portal.post("/sign-in/unheard-of")).status_code == 404
    assert (await portal.get("/sign-in/unheard-of/callback?code=a&state=b")).status_code == 404


async def test_another_site_cannot_begin_a_sign_in(portal: Portal) -> None:
    answer = await portal.post("/sign-in/test", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert await count(portal, SignInAttempt) == 0


async def test_the_page_that_leads_on_keeps_the_policy_and_binds_the_browser(
    portal: Portal,
) -> None:
    answer = await portal.post("/sign-in/test")

    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(r"sign-in=[\w-]{43}; HttpOnly; Max-Age=600; Path=/; SameSite=lax", cookie)
    assert "form-action 'self'" in answer.headers["content-security-policy"]
    address = answer.headers["refresh"].removeprefix("0; url=")
    assert f'href="{address.replace("&", "&amp;")}"' in answer.text  # where refreshing is off


# The way back


async def test_signing_in_leads_to_the_page_that_was_wanted(portal: Portal, provider: str) -> None:
    answer = await sign_in(portal, next_path="/account")

    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert await name_in_header(portal) == "Nguyễn Khánh Linh"
    assert await sessions_of(portal) == [(True, "test", provider)]


async def test_a_session_cookie_is_kept_from_scripts_and_other_sites(portal: Portal) -> None:
    answer = await sign_in(portal)

    found = [c for c in answer.headers.get_list("set-cookie") if c.startswith("session=")]
    assert len(found) == 1
    assert re.fullmatch(
        r"session=[\w-]{43}; HttpOnly; Max-Age=5184000; Path=/; SameSite=lax", found[0]
    )


async def test_without_a_wanted_page_one_lands_where_one_works(portal: Portal) -> None:
    answer = await sign_in(portal)
    assert answer.headers["location"] == "/sign-in"

    assert (await portal.get("/sign-in")).headers["location"] == "/apply"
    assert (await portal.get("/sign-in?next=/account")).headers["location"] == "/account"


async def test_coming_again_opens_the_same_account_and_another_person_another(
    portal: Portal,
) -> None:
    other = portal.client()
    await sign_in(portal)
    await sign_in(other)
    assert await count(portal, Account) == 1

    await sign_in(portal.client(), sub="bich")
    assert await count(portal, Account) == 2


async def test_signing_in_renews_the_session_of_the_browser(portal: Portal, provider: str) -> None:
    await sign_in(portal)
    before = portal.http.cookies["session"]
    await sign_in(portal)

    assert portal.http.cookies["session"] != before
    assert await sessions_of(portal) == [(False, "test", provider), (True, "test", provider)]
    thief = portal.client()
    thief.http.cookies.set("session", before, domain="localhost.local")
    assert await name_in_header(thief) is None


async def test_the_language_of_the_address_comes_back_with_the_person(portal: Portal) -> None:
    answer = await portal.post("/fr/sign-in/test", data={"next": "/account"})
    back = await portal.get(await at_provider(answer.headers["refresh"].partition("url=")[2]))

    assert back.headers["location"] == "/fr/account"
    async with portal.transaction() as session:
        assert await session.scalar(select(Account.locale)) == "fr"


async def test_the_language_of_the_address_comes_back_without_a_wanted_page_too(
    portal: Portal,
) -> None:
    answer = await portal.post("/fr/sign-in/test")
    back = await portal.get(await at_provider(answer.headers["refresh"].partition("url=")[2]))

    assert back.headers["location"] == "/fr/sign-in"
    assert (await portal.get("/fr/sign-in")).headers["location"] == "/fr/apply"


async def test_a_problem_is_told_in_the_language_of_the_address(portal: Portal) -> None:
    answer = await portal.post("/fr/sign-in/test")
    back = await at_provider(answer.headers["refresh"].partition("url=")[2])
    state = back.partition("state=")[2].partition("&")[0]

    page = await portal.get(f"/sign-in/test/callback?error=access_denied&state={state}")

    assert heading(page) == "Vous n’avez pas poursuivi avec Test"
    assert 'action="/fr/sign-in/test"' in page.text


async def test_the_account_s_language_follows_to_a_new_browser(portal: Portal) -> None:
    await sign_in(portal)
    async with portal.transaction() as session:
        await session.execute(update(Account).values(locale="vi"))

    other = portal.client()
    await sign_in(other)

    assert (await other.get("/account")).headers["content-language"] == "vi"


# What goes wrong


async def test_saying_no_at_the_provider_is_no_error(portal: Portal) -> None:
    address = await depart(portal, next_path="/account")
    answer = await portal.get(await at_provider(address, action="deny"))

    # This provider leaves the state out of its refusals.
    assert answer.status_code == 200
    assert heading(answer) == "You did not go on with Test"
    assert await count(portal, Account) == 0


async def test_saying_no_with_the_state_keeps_the_way_on(portal: Portal) -> None:
    back = await at_provider(await depart(portal, next_path="/account"))
    state = re.search(r"state=([\w-]+)", back)
    assert state
    answer = await portal.get(f"/sign-in/test/callback?error=access_denied&{state.group(0)}")

    assert answer.status_code == 200
    assert heading(answer) == "You did not go on with Test"
    assert '<input type="hidden" name="next" value="/account">' in answer.text
    assert 'href="/sign-in?next=/account"' in answer.text


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        ("temporarily_unavailable", 502, "Test does not answer"),
        ("server_error", 502, "Test does not answer"),
        ("unauthorized_client", 502, "Test does not accept the portal just now"),
        ("login_required", 400, "Test did not let this sign-in through"),
        ("<script>", 400, "Test did not let this sign-in through"),
    ],
)
async def test_an_error_from_the_provider_has_a_page_of_its_own(
    portal: Portal, error: str, status: int, words: str
) -> None:
    back = await at_provider(await depart(portal))
    state = back.partition("state=")[2].partition("&")[0]
    answer = await portal.get("/sign-in/test/callback", params={"error": error, "state": state})

    assert (answer.status_code, heading(answer)) == (status, words)
    assert "<script>" not in answer.text.partition("<main")[2]


@pytest.mark.parametrize("query", ["", "?code=a", "?state=", "?code=a&state=never-begun"])
async def test_a_return_without_a_known_state_goes_no_further(portal: Portal, query: str) -> None:
    answer = await portal.get(f"/sign-in/test/callback{query}")

    assert (answer.status_code, heading(answer)) == (
        400,
        "We cannot match this sign-in to your browser",
    )
    assert await count(portal, WebSession) == 0


async def test_another_browser_cannot_finish_a_sign_in(portal: Portal) -> None:
    """The attack: sign in as oneself, and have somebody else open the way back."""
    victim = portal.client()
    await depart(victim)
    back = await at_provider(await depart(portal))

    answer = await victim.get(back)

    assert (answer.status_code, heading(answer)) == (
        400,
        "We cannot match this sign-in to your browser",
    )
    assert await name_in_header(victim) is None
    assert (await portal.get(back)).status_code == 303


async def test_a_way_back_used_twice_leads_on_when_the_first_worked(portal: Portal) -> None:
    back = await at_provider(await depart(portal, next_path="/account"))
    await portal.get(back)

    again = await portal.get(back)

    assert (again.status_code, again.headers["location"]) == (303, "/account")
    assert await count(portal, WebSession) == 1


async def test_a_way_back_used_twice_is_refused_when_nobody_is_signed_in(portal: Portal) -> None:
    back = await at_provider(await depart(portal, next_path="/account"))
    await portal.get(back)
    await portal.post("/sign-out")

    again = await portal.get(back)

    assert (again.status_code, heading(again)) == (409, "This sign-in was used already")
    assert '<input type="hidden" name="next" value="/account">' in again.text
    assert await name_in_header(portal) is None


async def test_a_code_used_before_is_refused_by_the_provider(portal: Portal) -> None:
    first = await at_provider(await depart(portal))
    await portal.get(first)
    await portal.post("/sign-out")
    second = await at_provider(await depart(portal))
    code = re.search(r"code=([\w-]+)", first)
    assert code

    answer = await portal.get(re.sub(r"code=[\w-]+", code.group(0), second))

    assert (answer.status_code, heading(answer)) == (400, "Test did not let this sign-in through")
    assert await name_in_header(portal) is None


async def test_a_nonce_changed_on_the_way_is_noticed(portal: Portal) -> None:
    address = await depart(portal)
    answer = await portal.get(
        await at_provider(re.sub(r"nonce=[\w-]+", "nonce=somebody-elses", address))
    )

    assert (answer.status_code, heading(answer)) == (502, "We could not trust the answer of Test")
    assert await count(portal, Account) == 0


async def test_after_ten_minutes_one_begins_again(portal: Portal) -> None:
    back = await at_provider(await depart(portal, next_path="/account"))
    async with portal.transaction() as session:
        await session.execute(
            update(SignInAttempt).values(created_at=clock.now() - timedelta(minutes=11))
        )

    answer = await portal.get(back)

    assert (answer.status_code, heading(answer)) == (400, "That took longer than ten minutes")
    assert 'href="/sign-in?next=/account"' in answer.text


async def test_a_provider_whose_tokens_have_run_out_has_its_clock_off(
    portal: Portal, late_issuer: str
) -> None:
    with configured(entry(late_issuer)):
        answer = await sign_in(portal)

    assert (answer.status_code, heading(answer)) == (502, "The clocks do not agree")


async def test_a_provider_that_is_down_is_said_to_be_down(portal: Portal) -> None:
    with configured(entry("http://127.0.0.1:9")):
        answer = await portal.post("/sign-in/test", data={"next": "/account"})

    assert (answer.status_code, heading(answer)) == (502, "Test does not answer")
    assert '<input type="hidden" name="next" value="/account">' in answer.text
    assert await count(portal, SignInAttempt) == 0


async def test_a_provider_that_goes_down_meanwhile_is_said_to_be_down(portal: Portal) -> None:
    back = await at_provider(await depart(portal))
    with configured(entry("http://127.0.0.1:9")):
        answer = await portal.get(back)

    assert (answer.status_code, heading(answer)) == (502, "Test does not answer")


async def test_no_secret_of_a_trip_is_logged(
    portal: Portal, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        address = await depart(portal)
        back = await at_provider(address)
        await portal.get(back)
        await portal.get(re.sub(r"code=[\w-]+", "code=abcdef", back))

    ours = "\n".join(str(r.msg) for r in caplog.records if r.name in ("accounts", "web"))
    assert "signed in" in ours
    secrets = re.findall(r"(?:code|state|nonce|code_challenge)=([\w-]+)", address + back)
    assert len(secrets) >= 5
    for secret in (*secrets, "abcdef", "kept-secret", portal.http.cookies["session"], "linh"):
        assert secret not in ours


async def test_beginning_too_often_is_refused_for_a_while(portal: Portal) -> None:
    async with one_window():
        answers = [(await portal.post("/sign-in/test")).status_code for _ in range(21)]

        assert answers == [200] * 20 + [429]
        assert (await portal.client().post("/sign-in/test")).status_code == 200


async def test_an_address_without_cookies_is_counted_as_one(portal: Portal) -> None:
    async with one_window():
        await portal.client().post("/sign-in/test")
        await counted(portal, "sign-in", 299)

        answers = [(await portal.client().post("/sign-in/test")).status_code for _ in range(2)]

    assert answers == [200, 429]


# Signing in again, and out


async def age_sessions(portal: Portal, minutes: int = 16) -> None:
    async with portal.transaction() as session:
        await session.execute(
            update(WebSession).values(signed_in_at=clock.now() - timedelta(minutes=minutes))
        )


async def test_confirming_brings_the_same_person_back_with_a_new_session(portal: Portal) -> None:
    await sign_in(portal)
    await age_sessions(portal)
    before = portal.http.cookies["session"]

    asked = await portal.get("/sign-in/confirm?next=/account")
    assert asked.status_code == 200
    assert "Sign in again with Test" in asked.text
    answer = await sign_in(portal, next_path="/account", purpose="confirm")

    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert portal.http.cookies["session"] != before
    skipped = await portal.get("/sign-in/confirm?next=/account")
    assert (skipped.status_code, skipped.headers["location"]) == (303, "/account")
    assert [is_open for is_open, _, _ in await sessions_of(portal)] == [False, True]


async def test_confirming_as_somebody_else_changes_nothing(portal: Portal) -> None:
    await sign_in(portal.client(), sub="bich")
    await sign_in(portal, sub="linh")
    await age_sessions(portal)

    answer = await sign_in(portal, sub="bich", next_path="/account", purpose="confirm")

    assert (answer.status_code, heading(answer)) == (409, "That sign-in belongs to another account")
    assert await name_in_header(portal) == "Nguyễn Khánh Linh"
    assert (await portal.get("/sign-in/confirm?next=/account")).status_code == 200


async def test_confirming_needs_somebody_to_confirm(portal: Portal) -> None:
    shown = await portal.get("/sign-in/confirm?next=/account")
    assert shown.status_code == 303
    assert shown.headers["location"].startswith("/sign-in?next=")

    started = await portal.post("/sign-in/test", data={"purpose": "confirm"})
    assert started.status_code == 303
    assert await count(portal, SignInAttempt) == 0


async def test_signing_out_ends_the_session_for_good(portal: Portal) -> None:
    await sign_in(portal)
    token = portal.http.cookies["session"]

    answer = await portal.post("/sign-out")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "session" not in portal.http.cookies
    portal.http.cookies.set("session", token, domain="localhost.local")
    assert await name_in_header(portal) is None
    assert (await portal.post("/sign-out")).status_code == 303


async def test_another_site_cannot_sign_anybody_out(portal: Portal) -> None:
    await sign_in(portal)

    answer = await portal.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert await name_in_header(portal) == "Nguyễn Khánh Linh"


async def test_staff_are_signed_out_sooner(portal: Portal) -> None:
    await sign_in(portal)
    async with portal.transaction() as session:
        await session.execute(
            update(WebSession).values(last_seen_at=clock.now() - timedelta(hours=3))
        )
        account_id: UUID = (await session.scalars(select(Identity.account_id))).one()
    assert await name_in_header(portal) == "Nguyễn Khánh Linh"

    async with portal.transaction() as session:
        session.add(
            StaffRole(account_id=account_id, role=Role.AUDITOR, granted_by=None, revoked_at=None)
        )
        await session.execute(
            update(WebSession).values(last_seen_at=clock.now() - timedelta(hours=3))
        )
    assert await name_in_header(portal) is None
