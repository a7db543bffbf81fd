"""What lies in a shared cache is the same for all whom it may be given to, and nobody can put more in.

Goes through every public address (`tests/public.py`).
"""

from collections.abc import AsyncIterator

import httpx2
import pytest

from app.core.config import settings
from tests import public
from tests.factories.accounts import make_account
from tests.factories.conduct import make_code
from tests.factories.directory import prove
from tests.factories.members import make_member
from tests.portal import Portal

EVIL = "evil-marker"
HOSTILE = {
    "Host": f"{EVIL}.example",
    "X-Forwarded-Host": f"{EVIL}.example",
    "X-Forwarded-Proto": EVIL,
    "X-Forwarded-For": f"{EVIL}, 203.0.113.9",
    "X-Forwarded-Prefix": f"/{EVIL}",
    "X-Forwarded-Port": "6666",
    "Forwarded": f"host={EVIL}.example;proto={EVIL}",
    "X-Original-URL": f"/{EVIL}",
    "X-Rewrite-URL": f"/{EVIL}",
    "X-Host": f"{EVIL}.example",
    "X-HTTP-Method-Override": "POST",
    "Accept": f"text/{EVIL}, application/json",
    "Origin": f"https://{EVIL}.example",
    "Referer": f"https://{EVIL}.example/{EVIL}",
    "User-Agent": EVIL,
    "Range": "bytes=0-3",
    "Sec-Fetch-Dest": EVIL,
}
VARIED = {
    "Accept-Language": "fr-CA, vi;q=0.1",
    "Cookie": "lang=fr",
    "HX-Request": "true",
    "Accept-Encoding": "identity",
}
HX = {
    "HX-Request": "true",
    "HX-Current-URL": f"https://{EVIL}.example/members?q={EVIL}",
    "HX-Target": EVIL,
    "HX-Trigger": EVIL,
    "HX-Boosted": "true",
}


@pytest.fixture
async def known(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, str]]:
    """A member, before a portal that does not tire of questions."""
    for name in ("PORTAL_CHECKS_A_MINUTE", "PORTAL_API_A_MINUTE"):
        monkeypatch.setenv(name, "1000000")
    settings.cache_clear()
    async with portal.transaction() as session:
        member = await make_member(session, stage_name="Bếp Nhà Sương", portrait="portraits/abc")
        channel = await prove(session, member, "https://www.tiktok.com/@bepnhasuong")
        await make_code(session)
    yield {
        "word": "suong",
        "number": member.number,
        "portrait": "abc",
        "token": "none",
        "channel": str(channel.id),
    }
    monkeypatch.undo()
    settings.cache_clear()


def shared(answer: httpx2.Response) -> bool:
    """Whether a shared cache may keep the answer."""
    control = answer.headers["Cache-Control"]
    return "no-store" not in control and "private" not in control


def vary(answer: httpx2.Response) -> set[str]:
    return {name.strip() for name in answer.headers.get("Vary", "").split(",")} - {""}


def plain(answer: httpx2.Response) -> tuple[int, bytes, dict[str, str]]:
    """What a cache would give to others; what is of this very answer aside."""
    own = {"x-request-id", "ratelimit", "ratelimit-policy", "date"}
    return (
        answer.status_code,
        answer.content,
        {name: value for name, value in answer.headers.items() if name not in own},
    )


@pytest.mark.parametrize(
    "headers",
    [{"Host": HOSTILE["Host"]}, HOSTILE, HOSTILE | HX],
    ids=["another host", "whatever proxies send", "and whatever htmx sends"],
)
async def test_nobody_can_put_a_word_into_what_others_are_given(
    portal: Portal, known: dict[str, str], headers: dict[str, str]
) -> None:
    for language in ("", "/fr"):
        for address in public.addresses(known):
            answer = await portal.get(language + address, headers=headers)
            assert answer.status_code < 500 or answer.status_code == 503, address
            assert EVIL not in answer.text, address
            assert EVIL not in str(answer.headers), address
            if shared(answer):
                usual = await portal.get(language + address)
                assert plain(answer) == plain(usual), address


@pytest.mark.parametrize(("name", "value"), VARIED.items())
async def test_what_an_answer_depends_on_is_said(
    portal: Portal, known: dict[str, str], name: str, value: str
) -> None:
    for language in public.LANGUAGES:
        for address in public.addresses(known):
            usual = await portal.get(language + address)
            other = await portal.get(language + address, headers={name: value})
            if (shared(usual) or shared(other)) and plain(usual) != plain(other):
                assert name in vary(usual), language + address
                assert name in vary(other), language + address


async def test_no_tag_is_that_of_another_form_of_the_page(
    portal: Portal, known: dict[str, str]
) -> None:
    for address in public.addresses(known):
        tags = []
        for language in ("vi", "en", "fr"):
            for form in ({}, {"HX-Request": "true"}):
                given = {"Accept-Language": language, **form}
                tags.append((await portal.get(address, headers=given)).headers.get("ETag"))
        assert tags == [None] * 6 or len(set(tags)) == 6, address


async def test_who_is_signed_in_is_never_told_that_nothing_changed(
    portal: Portal, known: dict[str, str]
) -> None:
    tags = {}
    for address in public.addresses(known):
        answer = await portal.get(address)
        assert "Set-Cookie" not in answer.headers or not shared(answer), address
        if "ETag" in answer.headers and not address.startswith(("/api/", "/embed/")):
            tags[address] = answer.headers["ETag"]
    assert len(tags) > 20
    async with portal.transaction() as session:
        account = await make_account(session)
    await portal.sign_in(account.id)
    for address, tag in tags.items():
        answer = await portal.get(address, headers={"If-None-Match": tag})
        assert answer.status_code == 200, address
        assert answer.headers["Cache-Control"] == "no-store", address
        assert "ETag" not in answer.headers, address


@pytest.mark.parametrize(
    "address",
    [
        "/nowhere",
        "/members/DTA-26-99999-9",
        "/members/x",
        "/check/many/example.exe",
        "/feeds/members.atom?before=x",
        "/feeds/standings.atom?before=x",
        "/sitemap-9.xml",
        "/api/v1/members?x=1",
        "/api/v1/members/x",
        "/api/v1/changes?since=x",
        "/portraits/x/card.webp",
        "/is/x",
        "/conduct/9.9",
        "/static/x/y.css",
        "/account",
        "/apply",
        "/staff",
        "/members/",
    ],
)
@pytest.mark.parametrize("language", ["", "/vi"])
async def test_no_refusal_is_kept(
    portal: Portal, known: dict[str, str], address: str, language: str
) -> None:
    answer = await portal.get(language + address)
    assert answer.status_code in (303, 308, 404, 422)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
