"""How long a session holds, to the second, and what its cookie is like."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import select

from app.core import clock
from app.core.crypto import digest
from app.web.models import WebSession
from app.web.sessions import IDLE, IDLE_STAFF, LONGEST, LONGEST_STAFF, alive, cookie_name
from tests.factories.accounts import make_account
from tests.portal import Portal

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def row(*, signed_in: timedelta, seen: timedelta, ended: bool = False) -> WebSession:
    return WebSession(
        account_id=uuid4(),
        signed_in_at=AT - signed_in,
        last_seen_at=AT - seen,
        ended_at=AT if ended else None,
    )


@pytest.mark.parametrize(
    ("staff", "signed_in", "seen", "holds"),
    [
        (False, timedelta(), timedelta(), True),
        (False, LONGEST - SECOND, IDLE - SECOND, True),
        (False, LONGEST - SECOND, IDLE, False),
        (False, LONGEST, timedelta(), False),
        (True, LONGEST_STAFF - SECOND, IDLE_STAFF - SECOND, True),
        (True, LONGEST_STAFF - SECOND, IDLE_STAFF, False),
        (True, LONGEST_STAFF, timedelta(), False),
    ],
)
def test_a_session_holds_until_its_last_second(
    staff: bool,  # noqa: FBT001 - a row of the table
    signed_in: timedelta,
    seen: timedelta,
    holds: bool,  # noqa: FBT001 - a row of the table
) -> None:
    assert alive(row(signed_in=signed_in, seen=seen), staff=staff, at=AT) is holds


def test_an_ended_session_holds_no_more() -> None:
    assert not alive(row(signed_in=SECOND, seen=SECOND, ended=True), staff=False, at=AT)


@pytest.fixture
async def stage_of(portal: Portal, stage: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """The staged browser, signed in as somebody."""
    async with portal.transaction() as session:
        account = await make_account(session, display_name="Nguyễn Khánh Linh")
    await portal.sign_in(account.id)
    stage.cookies.set(cookie_name(), portal.http.cookies[cookie_name()], domain="localhost.local")
    return stage


async def only_row(portal: Portal) -> WebSession:
    async with portal.transaction() as session:
        return (await session.scalars(select(WebSession))).one()


async def test_whoever_signed_in_is_known(stage_of: httpx2.AsyncClient) -> None:
    assert (await stage_of.get("/test/mine")).text == "Nguyễn Khánh Linh"
    assert (await stage_of.get("/test/desk")).status_code == 403


async def test_whoever_did_not_is_led_to_signing_in_and_back(stage: httpx2.AsyncClient) -> None:
    answer = await stage.get("/test/mine?page=2&q=a%20b")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/test/mine%3Fpage%3D2%26q%3Da%2520b"


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://localhost:8000/vi/apply/about?back=check", "/vi/apply/about%3Fback%3Dcheck"),
        ("http://localhost:8000//evil.example/", "/"),
        ("https://evil.example/apply", "/"),
        ("", "/"),
    ],
)
async def test_a_form_sent_too_late_leads_back_to_where_it_stands(
    stage: httpx2.AsyncClient, referer: str, back: str
) -> None:
    answer = await stage.post("/test/mine", headers={"Referer": referer})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/sign-in?next={back}")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_part_of_a_page_is_never_replaced_by_the_sign_in(
    stage: httpx2.AsyncClient, method: str
) -> None:
    headers = {"HX-Request": "true", "Referer": "http://localhost:8000/staff?page=2"}
    answer = await stage.request(method, "/test/mine", headers=headers)
    assert (answer.status_code, answer.text) == (401, "")
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/staff%3Fpage%3D2"


async def test_a_made_up_cookie_is_nobody(stage: httpx2.AsyncClient) -> None:
    for value in ("", "x" * 43, "x" * 9000, "é"):
        headers = {"Cookie": f"{cookie_name()}={value}".encode()}
        assert (await stage.get("/test/mine", headers=headers)).status_code == 303


async def test_only_the_hash_of_the_token_is_kept(
    stage_of: httpx2.AsyncClient, portal: Portal
) -> None:
    token = stage_of.cookies[cookie_name()]
    found = await only_row(portal)
    assert found.token_hash == digest(token)
    assert token not in str(vars(found))


async def test_being_seen_is_written_down_at_most_once_a_minute(
    stage_of: httpx2.AsyncClient, portal: Portal
) -> None:
    before = (await only_row(portal)).last_seen_at
    await stage_of.get("/test/mine")
    assert (await only_row(portal)).last_seen_at == before
    with clock.at(before + timedelta(minutes=2)):
        await stage_of.get("/test/mine")
    assert (await only_row(portal)).last_seen_at >= before + timedelta(minutes=2)


async def test_a_session_left_alone_is_over(stage_of: httpx2.AsyncClient) -> None:
    with clock.at(clock.now() + IDLE + SECOND):
        assert (await stage_of.get("/test/mine")).status_code == 303
