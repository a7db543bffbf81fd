"""Whatever an address is filled with: an answer, never a failure, and nothing taken for markup."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote, unquote_to_bytes

import pytest

from app.core.config import settings
from app.directory.policy import FILTERS, LONGEST, Query, vocabulary
from app.web.middleware import LONGEST_QUERY
from tests import public
from tests.factories.directory import prove
from tests.factories.members import make_member
from tests.portal import Portal, application

NAMES = (
    "q", "topic", "province", "platform", "tier", "language", "method", "since", "standing",
    "sort", "page", "limit", "after", "facets", "lang", "before", "next", "v", "state", "code",
    "error", "kind", "entry",
)  # fmt: skip
VALUES = {
    "nothing": b"",
    "overlong": b"a" * 20_000,
    "overlong, of many words": b"an+" * 6_000,
    "NUL": b"a%00b",
    "line ends": b"a%0D%0ASet-Cookie:%20x=1",
    "half a surrogate": b"%ED%A0%80x",
    "no UTF-8": b"%FF%FE%80",
    "no ASCII": "\u0111\u1ebf".encode(),
    "bytes of no encoding": b"\xff\xfe\x80",
    "half an escape": b"%",
    "half an escape before a letter": b"%zz%2",
    "right to left": quote("\u202eabc\u2066\u061c").encode(),
    "without width": quote("a\u200b\u200d\ufeff\u00adb").encode(),
    "accents upon accents": quote("a" + "\u0301" * 3000).encode(),
    "beyond the plane": quote("\U0001f600\U000e0041\U0010ffff").encode(),
    "letters that grow": quote("\ufdfa" * 500 + "\u0130\u1e9e").encode(),
    "markup": quote("\"'><script>alert(1)</script>").encode(),
    "template": quote("{{7*7}}${7*7}%(x)s%s{0}").encode(),
    "SQL": quote("' OR 1=1;--\\%_*?()&|!:*").encode(),
    "negative": b"-1",
    "huge": b"9" * 4000,
    "float": b"1e309",
    "not a number": b"NaN",
    "half": b"0.5",
    "digits of others": quote("\u0661\u0662\u00b2").encode(),
    "identifier": b"00000000-0000-0000-0000-000000000000",
    "cursor of nothing": b"AAAA" * 120,
    "cursor of digits": b"MDAwMDAwMDAwMDAwMDAwMDo5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OjE",  # …:9999…:1
    "cursor below": b"MDAwMDAwMDAwMDAwMDAwMDotMTotMQ",
}


@pytest.fixture
async def known(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, str]]:
    """A member, before a portal that does not tire of questions."""
    for name in ("PORTAL_CHECKS_A_MINUTE", "PORTAL_API_A_MINUTE"):
        monkeypatch.setenv(name, "1000000")
    settings.cache_clear()
    async with portal.transaction() as session:
        member = await make_member(session)
        channel = await prove(session, member, "https://www.tiktok.com/@bepnhasuong")
    yield {
        "word": "x",
        "number": member.number,
        "portrait": "abc",
        "token": "none",
        "channel": str(channel.id),
    }
    monkeypatch.undo()
    settings.cache_clear()


async def status_of(path: str, query: bytes, **headers: bytes) -> tuple[int, bytes]:
    """Ask as a client that escapes nothing; the status and the answer's head and body."""
    given = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": query, "client": ("127.0.0.1", 1),
        "server": ("localhost", 8000),
        "headers": [(b"host", b"localhost:8000"), (b"accept-language", b"en"), *given],
    }  # fmt: skip
    status, parts = 0, []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            parts.extend(name + b": " + value + b"\n" for name, value in message["headers"])
        else:
            parts.append(message["body"])

    await application()(scope, receive, send)
    return status, b"".join(parts)


def paths(known: dict[str, str]) -> list[str]:
    return sorted({one.partition("?")[0] for one in public.addresses(known)})


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
async def test_no_value_of_a_parameter_makes_an_answer_fail(
    portal: Portal, known: dict[str, str], value: bytes
) -> None:
    for path in paths(known):
        alone = [name.encode() + b"=" + value for name in NAMES]
        together = [b"&".join(alone[:8]), b"&".join(alone), b"&".join(alone[:6] * 2)]
        one_by_one = alone if path.startswith(("/api/", "/feeds/")) else alone[:1]
        for query in (*one_by_one, *together, value):
            status, said = await status_of(path, query)
            assert status < 500, (path, query[:40])
            assert b"<script>alert" not in said or b"/json" in said or b"+json" in said, path
            assert b"\nset-cookie: x=1" not in said.lower(), path


async def test_no_part_of_a_path_makes_an_answer_fail(
    portal: Portal, known: dict[str, str]
) -> None:
    for value in VALUES.values():
        text = unquote_to_bytes(value).decode("utf-8", "replace")
        for path in public.GET:
            filled = re.sub(r"{\w+}", lambda _found: text, path)  # noqa: B023 - used at once
            if filled != path:
                status, _said = await status_of(filled, b"")
                assert status < 500, (path, value[:40])


@pytest.mark.parametrize(
    "path", ["/", "/fr/members", "/check", "/api/v1/members", "/static/x/y.css"]
)
async def test_a_million_parameters_are_refused_before_they_are_taken_apart(
    portal: Portal, path: str
) -> None:
    status, said = await status_of(path, b"&".join([b"topic=food"] * 1_000_000))
    assert status == 422
    assert (
        "adresse est trop longue" if path.startswith("/fr") else "address is too long"
    ) in said.decode()


async def test_the_longest_query_that_is_read_is_longer_than_any_of_ours(portal: Portal) -> None:
    everything = [(name, value) for name in FILTERS for value in vocabulary(name)]
    chosen = Query.parse([("q", "ế" * LONGEST), *everything, ("page", "999999999")]).address()
    assert len(chosen) < LONGEST_QUERY / 2


@pytest.mark.parametrize("page", [b"0", b"-5", b"2", b"999999999", b"9999999999", b"1.5", b"%202"])
async def test_pages_that_are_not_there_are_the_nearest(
    portal: Portal, known: dict[str, str], page: bytes
) -> None:
    for path in ("/members", "/members.atom"):
        status, said = await status_of(path, b"page=" + page)
        assert status == 200
        assert known["number"].encode() in said
