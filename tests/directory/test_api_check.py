"""The check for programs: one account, or a thousand."""

from typing import Any
from uuid import UUID

import pytest

from app.directory.api.asked import MOST_LINES
from app.directory.api.bodies import MOST_BYTES
from app.directory.many.limits import A_BREATH
from app.directory.queries.check import Verdict
from app.members.models import Member
from tests.conftest import statements
from tests.factories.directory import PROVEN, prove
from tests.factories.members import make_member
from tests.portal import Portal

CHECK = "/api/v1/check"
CHANNEL = UUID("019cad5e-7f5a-7c30-9b61-3b0a7ad3f0e2")


@pytest.fixture
async def suong(portal: Portal) -> Member:
    async with portal.transaction() as session:
        member = await make_member(session)
        await prove(session, member, "https://www.tiktok.com/@bepnhasuong", id=CHANNEL)
        return member


async def check(portal: Portal, given: str) -> Any:
    answer = await portal.get(CHECK, params={"q": given})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_members_account_is_said_to_be_theirs(portal: Portal, suong: Member) -> None:
    told = await check(portal, "tiktok.com/@BepNhaSuong?lang=vi")
    since = f"{suong.joined_at:%Y-%m-%dT%H:%M:%SZ}"
    assert told == {
        "given": "tiktok.com/@BepNhaSuong?lang=vi",
        "verdict": {"code": "good", "name": "Member in good standing"},
        "meaning": "A member has proven this account and is in good standing.",
        "detail": "Proven on 2 March 2026.",
        "read_as": "TikTok, www.tiktok.com/@bepnhasuong",
        "members": [
            {
                "number": suong.number,
                "name": "Bếp Nhà Sương",
                "url": f"http://localhost:8000/members/{suong.number}",
                "standing": {"code": "active", "name": "In good standing"},
                "standing_since": since,
                "verified_since": since,
                "channels": [
                    {
                        "platform": {"code": "tiktok", "name": "TikTok"},
                        "handle": "@bepnhasuong",
                        "url": "https://www.tiktok.com/@bepnhasuong",
                        "proof": "by a code on the page",
                        "proven_at": "2026-03-02T09:00:00Z",
                        "proven_until": None,
                        "state": {"code": "proven", "name": "Proven"},
                        "state_since": "2026-03-02T09:00:00Z",
                        "evidence": f"http://localhost:8000/members/{suong.number}/channels/{CHANNEL}",
                    }
                ],
                "last_seen_at": "2026-03-02T09:00:00Z",
            }
        ],
        "look_alikes": [],
        "url": "http://localhost:8000/check?q=www.tiktok.com/@bepnhasuong",
    }


async def test_of_a_look_alike_the_letters_that_differ_are_told(
    portal: Portal, suong: Member
) -> None:
    told = await check(portal, "tiktok.com/@bepnhasu0ng")
    assert (told["verdict"]["code"], told["members"]) == ("lookalike", [])
    (like,) = told["look_alikes"]
    assert like["member"]["number"] == suong.number
    assert (like["asked"], like["real"], like["by_name"]) == ("bepnhasu0ng", "bepnhasuong", False)
    assert like["differences"] == ["Character 9 is the digit 0, not the letter “o”."]


async def test_a_proof_that_is_over_is_told_with_its_end(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
        await prove(session, member, "https://www.youtube.com/@kenhcu", lost_at=PROVEN)
    told = await check(portal, "https://www.youtube.com/@kenhcu")
    assert told["verdict"]["code"] == "lost"
    assert told["members"][0]["channels"][0]["proven_until"] == "2026-03-02T09:00:00Z"


async def test_many_are_answered_as_each_alone_in_their_order(
    portal: Portal, suong: Member
) -> None:
    lines = [
        "@bepnhasuong", suong.number, "DTA-26-00001-9", "tiktok.com/@bepnhasu0ng", "  ",
        "https://vt.tiktok.com/abc", "Bếp Nhà Sương", "@bepnhasuong", "x@y.vn",
    ]  # fmt: skip
    answer = await portal.http.post(CHECK, json={"lines": lines})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["checks"] == [await check(portal, line) for line in lines]


async def test_the_statements_do_not_grow_with_the_lines(portal: Portal, suong: Member) -> None:
    await check(portal, "@aido")  # the first question makes the index
    counted = []
    for many in (2, A_BREATH - 2):
        lines = [suong.number, "@bepnhasuong", *(f"@aido{n}" for n in range(many))]
        with statements(portal.database.engine) as seen:
            assert (await portal.http.post(CHECK, json={"lines": lines})).status_code == 200
        counted.append(len([one for one in seen if "rate_counters" not in one]))
    assert counted[0] == counted[1]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"lines": []}, "#/lines", "too_few"),
        ({"lines": ["a"] * (MOST_LINES + 1)}, "#/lines", "too_many"),
        ({"lines": ["a", "b" * 501]}, "#/lines/1", "too_long"),
        ({"lines": ["a", 7]}, "#/lines/1", "malformed"),
        ({"lines": "a"}, "#/lines", "malformed"),
        ({"line": ["a"]}, "#/lines", "missing"),
        ({"lines": ["a"], "more": 1}, "#/more", "unknown_name"),
        ([], "#", "malformed"),
    ],
    ids=str,
)
async def test_a_body_that_is_wrong_is_refused_with_a_pointer(
    portal: Portal, body: Any, pointer: str, code: str
) -> None:
    answer = await portal.http.post(CHECK, json=body)
    assert answer.status_code == 422, answer.text
    first = answer.json()["errors"][0]
    assert (first["in"], first["pointer"], first["code"]) == ("body", pointer, code)


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe", b'{"lines": ["\\ud800"]}'])
async def test_what_is_no_json_is_refused(portal: Portal, content: bytes) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    answer = await portal.http.post(CHECK, content=content, headers=headers)
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_only_json_is_taken(portal: Portal, kind: str) -> None:
    answer = await portal.http.post(
        CHECK, content=b'{"lines": ["a"]}', headers={"Content-Type": kind}
    )
    assert answer.status_code == 415
    assert answer.json()["type"] == "http://localhost:8000/api#wrong-type"
    assert answer.headers["Accept"] == "application/json"


async def test_too_much_is_cut_off(portal: Portal) -> None:
    async def endless() -> Any:
        for _ in range(MOST_BYTES // 65536 + 2):
            yield b" " * 65536

    headers = {"Content-Type": "application/json"}
    answer = await portal.http.post(CHECK, content=endless(), headers=headers)
    assert answer.status_code == 413
    assert answer.json()["type"] == "http://localhost:8000/api#too-large"


@pytest.mark.parametrize("asked", ["", "q=", "q=a&q=b", "query=a", f"q={'a' * 501}"])
async def test_a_check_without_a_question_is_refused(portal: Portal, asked: str) -> None:
    assert (await portal.get(f"{CHECK}?{asked}")).status_code == 422


@pytest.mark.parametrize("given", ["\x00", " ", "🙂", "<b>", "/" * 500, "https://[::1"])
async def test_whatever_is_asked_gets_an_answer(portal: Portal, given: str) -> None:
    told = await check(portal, given)
    assert told["given"] == given
    assert told["verdict"]["code"] in set(Verdict)
