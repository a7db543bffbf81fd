"""The directory for programs: the same question, answered as data."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.channels.models import Channel
from app.core import clock, db
from app.core.db import make_engine
from app.core.viewer import Viewer
from app.members import service
from app.members.models import Member
from tests.conftest import statements
from tests.directory.settling import settled
from tests.factories.directory import PROVEN, Crowd, prove
from tests.factories.members import make_member
from tests.portal import Portal

NOON = datetime(2026, 5, 4, 5, 0, tzinfo=UTC)
BOARD = Viewer.system("command line (test)")


async def json_of(portal: Portal, address: str) -> Any:
    answer = await portal.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    return answer.json()


async def wrong_in(portal: Portal, address: str) -> list[tuple[str, str, str]]:
    answer = await portal.get(address)
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "http://localhost:8000/api#unreadable"
    return [(e["in"], e["pointer"], e["code"]) for e in answer.json()["errors"]]


CHANNEL = UUID("019cad5e-7f5a-7c30-9b61-3b0a7ad3f0e2")


@pytest.fixture
async def suong(portal: Portal) -> Member:
    """A member with one channel."""
    with clock.at(NOON):
        async with portal.transaction() as session:
            member = await make_member(session)
            await prove(session, member, "https://www.tiktok.com/@bepnhasuong", id=CHANNEL)
            return member


def told_of(member: Member) -> dict[str, Any]:
    """What the API says of the member of the fixture."""
    return {
        "number": member.number,
        "serial": member.serial,
        "name": "Bếp Nhà Sương",
        "legal_name": None,
        "url": f"http://localhost:8000/members/{member.number}",
        "standing": {"code": "active", "name": "In good standing"},
        "standing_since": "2026-05-04T05:00:00Z",
        "standing_until": None,
        "standing_reasons": None,
        "verified_since": "2026-05-04T05:00:00Z",
        "term_ends_on": "2027-05-04",
        "biography": "Mình nấu món quê bằng nguyên liệu ở chợ gần nhà.",
        "topics": [{"code": "food", "name": "Food & drink"}],
        "languages": [{"code": "vi", "name": "Vietnamese"}],
        "province": {"code": "ho-chi-minh", "name": "Ho Chi Minh City"},
        "portrait": None,
        "channels": [
            {
                "platform": {"code": "tiktok", "name": "TikTok"},
                "handle": "@bepnhasuong",
                "url": "https://www.tiktok.com/@bepnhasuong",
                "followers": 12300,
                "followers_counted_on": "2026-02-27",
                "followers_source": {"code": "declared", "name": "as the owner says"},
                "proof": {"code": "page_code", "name": "by a code on the page"},
                "proven_at": "2026-03-02T09:00:00Z",
                "state": {"code": "proven", "name": "Proven"},
                "state_since": "2026-03-02T09:00:00Z",
                "evidence": f"http://localhost:8000/members/{member.number}/channels/{CHANNEL}",
            }
        ],
        "lost_channels": [],
    }


async def test_members_are_told_as_the_public_knows_them(portal: Portal, suong: Member) -> None:
    assert await json_of(portal, "/api/v1/members") == {
        "members": [told_of(suong)],
        "next": None,
        "total": None,
        "facets": None,
    }


async def test_counts_are_told_to_whoever_asks(portal: Portal, suong: Member) -> None:
    told = await json_of(portal, "/api/v1/members?facets=true&limit=1")
    assert told["total"] == 1
    assert told["facets"]["topic"] == [{"code": "food", "name": "Food & drink", "count": 1}]
    assert told["facets"]["province"] == [
        {"code": "ho-chi-minh", "name": "Ho Chi Minh City", "count": 1}
    ]
    assert set(told["facets"]) == {
        "topic", "province", "platform", "tier", "language", "method", "since", "standing",
    }  # fmt: skip


async def test_codes_stay_and_words_are_the_readers(portal: Portal, suong: Member) -> None:
    for lang, word in (("vi", "Ẩm thực"), ("en", "Food & drink")):
        told = await json_of(portal, f"/api/v1/members?lang={lang}")
        assert told["members"][0]["topics"] == [{"code": "food", "name": word}]


async def test_one_member_has_a_history(portal: Portal, suong: Member) -> None:
    told = await json_of(portal, f"/api/v1/members/{suong.number}")
    assert told == {
        **told_of(suong),
        "history": [
            {
                "at": "2026-05-04T05:00:00Z",
                "old": None,
                "new": {"code": "active", "name": "In good standing"},
                "until": None,
            }
        ],
        "code_of_conduct": None,
        "record": f"http://localhost:8000/members/{suong.number}/record.json",
    }


async def test_of_a_former_member_only_what_others_need_is_told(
    portal: Portal, suong: Member
) -> None:
    async with portal.transaction() as session:
        await service.expel(session, BOARD, suong.number, 12, "Quảng cáo hàng giả.")
    told = await json_of(portal, f"/api/v1/members/{suong.number}")
    assert told["standing"] == {"code": "expelled", "name": "Expelled"}
    assert told["standing_reasons"] == "Quảng cáo hàng giả."
    assert (told["biography"], told["topics"], told["languages"]) == (None, [], [])
    assert told["channels"] == [
        {
            **told_of(suong)["channels"][0],
            "followers": None,
            "followers_counted_on": None,
            "followers_source": None,
            "proof": None,
            "proven_at": None,
            "state": None,
            "state_since": None,
        }
    ]
    assert told["lost_channels"] == []
    assert (await json_of(portal, "/api/v1/members"))["members"] == []
    listed = await json_of(portal, "/api/v1/members?standing=expelled")
    assert [m["number"] for m in listed["members"]] == [suong.number]


async def test_how_a_proof_stands_is_told_with_its_day(portal: Portal, suong: Member) -> None:
    day = PROVEN + timedelta(days=9)
    async with portal.transaction() as session:
        stale = await prove(session, suong, "https://www.youtube.com/@bep", 9, stale_since=day)
        disputed = await prove(
            session, suong, "https://x.com/bep", 8, stale_since=day, disputed_since=day
        )
        lost = await prove(session, suong, "https://www.twitch.tv/bepsuong", 7, lost_at=day)
        await prove(session, suong, "https://www.instagram.com/bep", 6, removed_at=day)
    at = "2026-03-11T09:00:00Z"
    told = await json_of(portal, f"/api/v1/members/{suong.number}")
    assert [(c["url"], c["state"]["code"], c["state_since"]) for c in told["channels"]] == [
        ("https://www.tiktok.com/@bepnhasuong", "proven", "2026-03-02T09:00:00Z"),
        (stale.url, "stale", at),
        (disputed.url, "disputed", at),
    ]
    assert told["lost_channels"] == [
        {
            "platform": {"code": "twitch", "name": "Twitch"},
            "handle": "@bepsuong",
            "url": lost.url,
            "proven_at": "2026-03-02T09:00:00Z",
            "lost_at": at,
            "evidence": f"http://localhost:8000/members/{suong.number}/channels/{lost.id}",
        }
    ]
    checks = [
        (await json_of(portal, f"/api/v1/check?q={one.url}"))["members"][0]["channels"][0]
        for one in (stale, disputed, lost)
    ]
    assert [(c["state"]["code"], c["state_since"]) for c in checks] == [
        ("stale", at), ("disputed", at), ("lost", at),
    ]  # fmt: skip


async def test_a_legal_name_is_told_only_when_its_owner_made_it_public(portal: Portal) -> None:
    async with portal.transaction() as session:
        await make_member(session, stage_name="Kín", legal_name="Nguyễn Thị Bí Mật")
        await make_member(
            session, stage_name="Mở", legal_name="Trần Văn Công", legal_name_public=True
        )
    answer = await portal.get("/api/v1/members?sort=name")
    assert [m["legal_name"] for m in answer.json()["members"]] == [None, "Trần Văn Công"]
    assert "Bí Mật" not in answer.text


async def test_a_number_written_otherwise_leads_to_its_canonical_form(
    portal: Portal, suong: Member
) -> None:
    loose = suong.number.lower().replace("-", " ")
    answer = await portal.get(f"/fr/api/v1/members/{loose}?lang=en")
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"/fr/api/v1/members/{suong.number}?lang=en"


@pytest.mark.parametrize("number", ["DTA-26-99999-6", "DTA-26-00001-9", "x", "..", "%20"])
async def test_nobody_has_that_number(portal: Portal, number: str) -> None:
    answer = await portal.get(f"/api/v1/members/{number}")
    assert answer.status_code == 404
    assert answer.json()["type"] == "http://localhost:8000/api#missing"


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ("topic=food&topic=cooking", [("query", "#/topic/1", "unknown_value")]),
        ("province=79", [("query", "#/province/0", "unknown_value")]),
        ("since=2024", [("query", "#/since/0", "unknown_value")]),
        ("topics=food", [("query", "#/topics", "unknown_name")]),
        ("page=2", [("query", "#/page", "unknown_name")]),
        ("a/b~c=1", [("query", "#/a~1b~0c", "unknown_name")]),
        ("limit=0", [("query", "#/limit", "out_of_range")]),
        ("limit=101", [("query", "#/limit", "out_of_range")]),
        ("limit=ten", [("query", "#/limit", "malformed")]),
        ("limit=1&limit=2", [("query", "#/limit", "given_twice")]),
        ("sort=random", [("query", "#/sort", "unknown_value")]),
        ("facets=yes", [("query", "#/facets", "unknown_value")]),
        ("lang=de", [("query", "#/lang", "unknown_value")]),
        ("after=xyz", [("query", "#/after", "unknown_cursor")]),
        (f"q={'a' * 101}", [("query", "#/q", "too_long")]),
        (f"after={'a' * 501}", [("query", "#/after", "too_long")]),
        (
            "tier=huge&limit=0",
            [("query", "#/tier/0", "unknown_value"), ("query", "#/limit", "out_of_range")],
        ),
    ],
)
async def test_what_means_nothing_is_refused_with_a_pointer_to_it(
    portal: Portal, asked: str, wrong: list[tuple[str, str, str]]
) -> None:
    assert await wrong_in(portal, f"/api/v1/members?{asked}") == wrong


async def test_a_province_of_before_the_merger_means_the_one_of_today(portal: Portal) -> None:
    async with portal.transaction() as session:
        await make_member(session, province="48")
    for value in ("da-nang", "quang-nam"):
        told = await json_of(portal, f"/api/v1/members?province={value}")
        assert [m["province"]["code"] for m in told["members"]] == ["da-nang"]


async def test_refusals_speak_three_languages(portal: Portal) -> None:
    said = {
        lang: (await portal.get(f"/api/v1/members?lang={lang}&limit=0")).json()["errors"][0][
            "detail"
        ]
        for lang in ("vi", "en", "fr")
    }
    assert len(set(said.values())) == 3, said


@pytest.mark.parametrize("address", ["/api/v1/members", "/api/v1/members/{}", "/api/v1/changes"])
async def test_what_one_has_already_is_not_sent_again(
    portal: Portal, suong: Member, address: str
) -> None:
    address = address.format(suong.number)
    await settled(portal)
    first = await portal.get(address)
    same = {"If-None-Match": first.headers["ETag"]}
    again = await portal.get(address, headers=same)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    french = await portal.get(f"{address}?lang=fr", headers=same)
    assert french.status_code == 200
    async with portal.transaction() as session:
        channel = await session.get_one(Channel, (await _channel(portal)).id)
        channel.followers = 99_000
    await settled(portal)
    assert (await portal.get(address, headers=same)).status_code == 200


async def _channel(portal: Portal) -> Channel:
    async with portal.transaction() as session:
        return (await session.scalars(select(Channel))).one()


async def test_head_is_get_without_the_body(portal: Portal, suong: Member) -> None:
    for address in ("/api/v1/members", f"/api/v1/members/{suong.number}", "/api/v1/openapi.json"):
        head, get = await portal.http.head(address), await portal.get(address)
        assert head.status_code == 200
        assert head.headers["ETag"] == get.headers["ETag"]


async def test_a_long_answer_is_sent_short(portal: Portal, suong: Member) -> None:
    answer = await portal.get("/api/v1/members", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"


async def test_the_way_to_the_next_page_stands_in_the_header_too(portal: Portal) -> None:
    async with portal.transaction() as session:
        await Crowd(5).move_in(session)
    address: str | None = "/fr/api/v1/members?standing=active&standing=left&limit=2&lang=en"
    seen: list[str] = []
    while address:
        answer = await portal.get(address)
        seen += [member["number"] for member in answer.json()["members"]]
        following = answer.links.get("next", {}).get("url")
        assert (following is None) == (answer.json()["next"] is None)
        if following:
            assert following.startswith("http://localhost:8000/fr/api/v1/members?standing=active&")
            assert f"after={answer.json()['next']}" in following
        address = following
    whole = await json_of(portal, "/api/v1/members?standing=active&standing=left&limit=100")
    assert seen == [member["number"] for member in whole["members"]]
    assert len(seen) > 2


@pytest.mark.parametrize("many", [1, 3])
async def test_the_statements_do_not_grow_with_the_members(portal: Portal, many: int) -> None:
    async with portal.transaction() as session:
        for place in range(many):
            member = await make_member(session)
            await prove(session, member, f"https://www.tiktok.com/@ai{place}")

    async def asked(address: str) -> int:
        await portal.get("/api/v1/members?limit=1&q=nobodyatall")  # the index is up to date
        with statements(portal.database.engine) as seen:
            assert (await portal.get(address)).status_code == 200
        return len(seen)

    idle = await asked("/api/v1/members?q=nobodyatall")
    assert await asked("/api/v1/members") - idle == 2
    assert await asked("/api/v1/members?facets=true") == idle  # each version is read once
    assert await asked(f"/api/v1/members/{member.number}") - idle == 4


async def test_what_is_kept_of_a_member_is_never_older_than_its_version(
    portal: Portal, suong: Member
) -> None:
    async def standing() -> list[str]:
        told = await json_of(portal, "/api/v1/members?standing=active&standing=suspended")
        return [member["standing"]["code"] for member in told["members"]]

    assert await standing() == ["active"]
    async with portal.transaction() as session:
        until = (clock.now() + timedelta(days=30)).date()
        await service.suspend(session, BOARD, suong.number, until, "Chưa trả lời khiếu nại.")
    assert await standing() == ["suspended"]


@pytest.mark.parametrize(
    ("method", "address", "status", "kind"),
    [
        ("GET", "/api/v1", 404, "missing"),
        ("GET", "/api/v2/members", 404, "missing"),
        ("GET", "/api/v1/members/a/b", 404, "missing"),
        ("POST", "/api/v1/members", 405, "wrong-method"),
        ("PUT", "/api/v1/check", 405, "wrong-method"),
        ("GET", "/api/v1/members/%00", 404, "missing"),
    ],
)
async def test_every_refusal_is_a_problem_document(
    portal: Portal, method: str, address: str, status: int, kind: str
) -> None:
    answer = await portal.http.request(method, address)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == f"http://localhost:8000/api#{kind}"
    assert answer.json()["status"] == status
    assert ("Allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize("address", ["members/DTA-26-00001-0", "check?q=@tenban", "changes"])
async def test_a_database_that_is_away_is_told_with_when_to_ask_again(
    portal: Portal, address: str
) -> None:
    away = db.Database(make_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    db.use_database(away)
    answer = await portal.get(f"/api/v1/{address}")
    db.use_database(portal.database)
    await away.close()
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "http://localhost:8000/api#busy"
    assert answer.headers["Retry-After"] == "5"
