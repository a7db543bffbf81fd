"""Places in the status lists: at random, never twice, and in a new list in good time."""

import json
import secrets

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.credentials import queries, service, status_lists
from app.credentials.models import Credential
from app.credentials.policy.status_list import Purpose, decoded
from tests.credentials.standing import MOVES, credentials_of
from tests.factories.members import OPERATOR, make_member


async def test_places_are_drawn_from_the_whole_list_by_the_system_s_randomness(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    draw = secrets.randbelow

    def watched(limit: int) -> int:
        asked.append(limit)
        return draw(limit)

    monkeypatch.setattr(service.secrets, "randbelow", watched)
    places = []
    for _ in range(12):
        places += [
            one.list_index for one in await credentials_of(session, await make_member(session))
        ]
    assert asked == [131_072] * 12
    assert places != sorted(places)
    assert max(places) - min(places) > 10_000


async def test_a_place_once_taken_is_never_given_again(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([5, 5, 5, 6])
    monkeypatch.setattr(service.secrets, "randbelow", lambda _limit: next(drawn))
    first = await make_member(session)
    await MOVES["leave"](session, first)
    second = await make_member(session)
    (one,), (other,) = await credentials_of(session, first), await credentials_of(session, second)
    assert (one.list_index, other.list_index) == (5, 6)
    told = json.loads(other.document)["credentialStatus"]
    assert {entry["statusListIndex"] for entry in told} == {"6"}, (
        "the document says the place it got"
    )


async def test_a_list_that_is_half_full_is_followed_by_another(session: AsyncSession) -> None:
    member = await make_member(session)
    (credential,) = await credentials_of(session, member)
    await _crowd(session, credential, 131_072 // 2 - 1)
    assert await queries.taken(session, 1) == 131_072 // 2
    following = await make_member(session)
    (newest,) = await credentials_of(session, following)
    assert (credential.list_number, newest.list_number) == (1, 2)
    for purpose in Purpose:
        assert await status_lists.read(session, purpose, 2) is not None
        assert await status_lists.read(session, purpose, 3) is None
        assert await status_lists.read(session, purpose, 0) is None


async def test_a_long_list_is_served_whole(session: AsyncSession) -> None:
    member = await make_member(session)
    (credential,) = await credentials_of(session, member)
    await _crowd(session, credential, 20_000)
    found = await status_lists.read(session, Purpose.REVOCATION, 1)
    assert found is not None
    bits = decoded(json.loads(await found.signed())["credentialSubject"]["encodedList"])
    assert sum(byte.bit_count() for byte in bits) == 20_000


async def _crowd(session: AsyncSession, credential: Credential, count: int) -> None:
    """As many revoked credentials at places that are free."""
    await session.execute(
        text(
            "INSERT INTO credentials (id, created_at, member_id, issued_at, valid_until, document,"
            " document_sha256, list_number, list_index, revoked_at, revoked_because, changed_at)"
            " SELECT gen_random_uuid(), now(), member_id, issued_at, valid_until, document,"
            " document_sha256, 1, place, now(), 'replaced', now() FROM credentials,"
            " generate_series(0, :count) place WHERE id = :id AND place <> list_index LIMIT :count"
        ),
        {"count": count, "id": credential.id},
    )


async def test_only_what_follows_a_standing_issues(session: AsyncSession) -> None:
    member = await make_member(session)
    assert await service.issue_missing(session, OPERATOR, 10) == 0
    found = (
        await session.scalars(select(Credential.id).where(Credential.member_id == member.id))
    ).all()
    assert len(found) == 1
