"""What verifiers, wallets and people are answered."""

import asyncio
import json
import threading
import time
from typing import Any

import pytest
from sqlalchemy import QueuePool

from app.core.config import settings
from app.credentials import signing, status_lists
from app.credentials.policy.status_list import decoded, is_set
from app.members.models import Member
from tests.conftest import statements
from tests.credentials.standing import MOVES, credentials_of, keys, suspend
from tests.factories.members import make_member
from tests.portal import Portal

LISTS = ("/credentials/status/revocation/1", "/credentials/status/suspension/1")
DID = "/.well-known/did.json"


@pytest.fixture
async def member(portal: Portal) -> Member:
    async with portal.transaction() as session:
        return await make_member(session)


def address(member: Member) -> str:
    return f"/members/{member.number}/credential.json"


async def test_programs_of_any_site_may_read(portal: Portal, member: Member) -> None:
    for path, kind in (
        (address(member), "application/vc"),
        *[(one, "application/vc") for one in LISTS],
        (DID, "application/did+json"),
    ):
        answer = await portal.get(path)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=2, must-revalidate"
        assert "set-cookie" not in answer.headers
        again = await portal.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert (await portal.get(path)).content == answer.content, "the same bytes each time"


async def test_a_number_written_otherwise_leads_to_the_one_address(
    portal: Portal, member: Member
) -> None:
    answer = await portal.get(
        f"/vi/members/{member.number.lower().replace('-', '')}/credential.json"
    )
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"/vi{address(member)}"


@pytest.mark.parametrize(
    "path",
    [
        "/members/DTA-26-99999-2/credential.json", "/members/nobody/credential.json", "/credentials/status/revocation/2",
        "/credentials/status/suspension/0", "/credentials/status/message/1", "/credentials/status/revocation/x",
        "/credentials/status/revocation/99999999999999999999",
    ],
)  # fmt: skip
async def test_what_there_is_not_is_a_page_that_says_so(
    portal: Portal, member: Member, path: str
) -> None:
    answer = await portal.get(path)
    assert answer.status_code in (404, 422)
    assert "<h1" in answer.text


async def test_before_anything_was_issued_there_is_nothing(portal: Portal) -> None:
    with keys():
        async with portal.transaction() as session:
            member = await make_member(session)
        for path in (address(member), *LISTS, DID):
            assert (await portal.get(path)).status_code == 404
        assert "issues no credentials" in (await portal.get("/credentials/achievement")).text


async def test_a_key_that_was_taken_away_leaves_nothing_to_sign_with(
    portal: Portal, member: Member
) -> None:
    with keys():
        for path in (address(member), *LISTS):
            assert (await portal.get(path)).status_code == 503
        assert (await portal.get(DID)).status_code == 200


async def test_a_change_shows_at_once(portal: Portal, member: Member) -> None:
    before = await portal.get(LISTS[1])
    async with portal.transaction() as session:
        await suspend(session, member)
        (credential,) = await credentials_of(session, member)
    tag = {"If-None-Match": before.headers["ETag"]}
    after = await portal.get(LISTS[1], headers=tag)
    assert after.status_code == 200
    bits = decoded(after.json()["credentialSubject"]["encodedList"])
    assert is_set(bits, credential.list_index)
    told = {
        one["statusPurpose"]: one for one in json.loads(credential.document)["credentialStatus"]
    }
    assert told["suspension"]["statusListCredential"] == f"http://localhost:8000{LISTS[1]}"


async def test_a_credential_stays_when_the_membership_ends(portal: Portal, member: Member) -> None:
    before = (await portal.get(address(member))).content
    async with portal.transaction() as session:
        await MOVES["leave"](session, member)
        (credential,) = await credentials_of(session, member)
    after = await portal.get(address(member))
    assert (after.status_code, after.content) == (200, before)
    bits = decoded((await portal.get(LISTS[0])).json()["credentialSubject"]["encodedList"])
    assert is_set(bits, credential.list_index)


async def test_a_list_may_be_believed_for_an_hour_at_most(portal: Portal, member: Member) -> None:
    told = (await portal.get(LISTS[0])).json()
    assert told["id"] == f"http://localhost:8000{LISTS[0]}"
    assert [one["cryptosuite"] for one in told["proof"]] == ["eddsa-rdfc-2022", "eddsa-jcs-2022"]
    assert told["validFrom"].endswith("0:00Z")
    assert told["credentialSubject"]["ttl"] == 2000, "as Cache-Control says"
    assert status_lists.VALID.total_seconds() == 3600
    assert status_lists.WINDOW < status_lists.VALID


@pytest.mark.parametrize("path", ["credential", *LISTS])
async def test_more_members_ask_no_more_of_the_database(portal: Portal, path: str) -> None:
    counts = []
    for _ in (1, 3):
        async with portal.transaction() as session:
            members = [await make_member(session) for _ in range(1 if not counts else 2)]
            for one in members:
                await suspend(session, one)
        asked = address(members[-1]) if path == "credential" else path
        with statements(portal.database.engine) as seen:
            assert (await portal.get(asked)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 3


async def test_others_are_answered_while_one_is_signed_and_a_second_time_nothing_is(
    portal: Portal, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs, where = signing.sign, []

    def slowly(*given: Any) -> bytes:
        where.append(threading.current_thread())
        time.sleep(0.3)
        return signs(*given)

    monkeypatch.setattr(signing, "sign", slowly)
    asked = asyncio.ensure_future(portal.get(address(member)))
    others = 0
    while not asked.done():
        assert (await portal.get(DID)).status_code == 200
        others += 1
    assert others > 3
    assert where != [threading.main_thread()]
    await portal.get(address(member))
    assert len(where) == 1


@pytest.mark.parametrize("kind", ["credential.json", "credential.svg", "list"])
async def test_while_one_is_signed_nothing_of_the_database_is_held(
    portal: Portal, member: Member, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    signs, held, pool = signing.sign, [], portal.database.engine.pool
    assert isinstance(pool, QueuePool)

    def looking(*given: Any) -> bytes:
        held.append(pool.checkedout())
        return signs(*given)

    monkeypatch.setattr(signing, "sign", looking)
    monkeypatch.setattr(signing, "LISTS", signing.Signed(1))
    asked = LISTS[0] if kind == "list" else f"/members/{member.number}/{kind}"
    assert (await portal.get(asked)).status_code == 200
    assert held == [0]


async def test_many_who_ask_at_once_wait_for_one_signature(
    portal: Portal, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs, made = signing.sign, []

    def slowly(*given: Any) -> bytes:
        made.append(given)
        time.sleep(0.1)
        return signs(*given)

    monkeypatch.setattr(signing, "sign", slowly)
    answers = await asyncio.gather(*(portal.get(address(member)) for _ in range(12)))
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    assert len(made) == 1


async def test_what_is_kept_of_what_was_signed_is_bounded() -> None:
    kept, key = signing.Signed(2), settings().credential_keys[0]
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
    }
    made = [
        await kept.get(n, document, key, "did:web:x.example", "2026-01-01T00:00:00Z")
        for n in range(4)
    ]
    assert len(set(made)) == 1
    assert len(kept._kept) == 2


async def test_the_achievement_is_a_page_for_people_and_json_for_programs(portal: Portal) -> None:
    for language, words in (
        ("en", "What it stands for"),
        ("vi", "Chứng nhận nói lên điều gì"),
        ("fr", "Ce qu’elle représente"),
    ):
        answer = await portal.get(
            f"/{language}/credentials/achievement", headers={"Accept": "text/html"}
        )
        assert answer.headers["Content-Type"].startswith("text/html")
        assert words in answer.text
        assert "did:web:localhost%3A8000" in answer.text
        assert "Accept" in answer.headers["Vary"].split(", ")
    sent = await portal.get("/credentials/achievement", headers={"Accept": "application/ld+json"})
    assert (sent.status_code, sent.headers["Cache-Control"]) == (303, "no-store")
    answer = await portal.get(sent.headers["Location"])
    assert answer.headers["Content-Type"] == "application/json"
    told = answer.json()
    assert told["id"] == "http://localhost:8000/credentials/achievement"
    assert told["type"] == ["Achievement"]


async def test_the_achievement_of_a_credential_is_the_one_that_its_address_tells(
    portal: Portal, member: Member
) -> None:
    told = (await portal.get("/credentials/achievement.json")).json()
    del told["@context"]
    assert (await portal.get(address(member))).json()["credentialSubject"]["achievement"] == told
    image = await portal.get(told["image"]["id"].removeprefix("http://localhost:8000"))
    assert (image.status_code, image.headers["Content-Type"]) == (200, "image/png")
