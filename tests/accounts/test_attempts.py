"""The trip to a provider: one browser, one provider, once, within ten minutes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import sign_in
from app.accounts.models import Purpose, SignInAttempt
from app.accounts.providers.base import RoundTrip
from app.accounts.sign_in import Lost, Returned
from app.core import clock
from app.core.errors import NotAllowed
from app.core.viewer import ANYBODY
from tests.factories.accounts import make_account, viewer_of


async def depart(session: AsyncSession, purpose: Purpose = Purpose.SIGN_IN) -> RoundTrip:
    trip = sign_in.new_trip("test", purpose)
    await sign_in.depart(session, ANYBODY, "test", trip, browser="mine", next_path="/apply")
    return trip


async def test_who_comes_back_finds_what_they_left_with(session: AsyncSession) -> None:
    trip = await depart(session)

    assert await sign_in.come_back(session, "test", "mine", trip.state) == Returned(
        trip, Purpose.SIGN_IN, None, "/apply"
    )


async def test_secrets_are_not_in_the_database_as_they_are_in_the_browser(
    session: AsyncSession,
) -> None:
    trip = await depart(session)

    row = (await session.scalars(select(SignInAttempt))).one()
    assert trip.state not in (row.state_hash, row.nonce, row.verifier)
    assert "mine" not in (row.browser_hash, row.nonce)


@pytest.mark.parametrize(
    ("provider", "browser", "state"),
    [
        ("test", "mine", "another"),
        ("test", "theirs", None),
        ("other", "mine", None),
        ("test", "", ""),
    ],
    ids=["never begun", "another browser", "another provider", "nothing"],
)
async def test_nothing_else_opens_it(
    session: AsyncSession, provider: str, browser: str, state: str | None
) -> None:
    trip = await depart(session)

    found = await sign_in.come_back(
        session, provider, browser, trip.state if state is None else state
    )

    assert found == Lost("unknown")
    assert isinstance(await sign_in.come_back(session, "test", "mine", trip.state), Returned)


async def test_it_is_good_once(session: AsyncSession) -> None:
    trip = await depart(session)
    await sign_in.come_back(session, "test", "mine", trip.state)

    assert await sign_in.come_back(session, "test", "mine", trip.state) == Lost(
        "used", Purpose.SIGN_IN, "/apply"
    )


@pytest.mark.parametrize(
    ("after", "expected"),
    [(timedelta(minutes=9, seconds=59), Returned), (timedelta(minutes=10), Lost)],
)
async def test_it_is_good_for_ten_minutes(
    session: AsyncSession, after: timedelta, expected: type
) -> None:
    trip = await depart(session)

    with clock.at(trip.began_at + after):
        found = await sign_in.come_back(session, "test", "mine", trip.state)

    assert type(found) is expected
    if isinstance(found, Lost):
        assert found == Lost("expired", Purpose.SIGN_IN, "/apply")


async def test_old_attempts_are_swept_away(session: AsyncSession) -> None:
    old = await depart(session)

    with clock.at(clock.now() + timedelta(hours=2)):
        new = await depart(session)

    left = (await session.scalars(select(SignInAttempt.state_hash))).all()
    assert len(left) == 1
    assert await sign_in.come_back(session, "test", "mine", old.state) == Lost("unknown")
    assert new.state != old.state


@pytest.mark.parametrize("purpose", [Purpose.LINK, Purpose.CONFIRM])
async def test_only_somebody_signed_in_links_or_confirms(
    session: AsyncSession, purpose: Purpose
) -> None:
    trip = sign_in.new_trip("test", purpose)

    with pytest.raises(NotAllowed):
        await sign_in.depart(
            session, ANYBODY, "test", trip, browser="b", next_path="/", purpose=purpose
        )


async def test_linking_needs_a_recent_sign_in_and_confirming_gives_one(
    session: AsyncSession,
) -> None:
    account = await make_account(session)
    old = viewer_of(account, signed_in_at=clock.now() - timedelta(minutes=16))

    link = sign_in.new_trip("test", Purpose.LINK)
    with pytest.raises(NotAllowed):
        await sign_in.depart(
            session, old, "test", link, browser="b", next_path="/", purpose=Purpose.LINK
        )

    confirm = sign_in.new_trip("test", Purpose.CONFIRM)
    await sign_in.depart(
        session, old, "test", confirm, browser="b", next_path="/x", purpose=Purpose.CONFIRM
    )
    found = await sign_in.come_back(session, "test", "b", confirm.state)
    assert found == Returned(replace(confirm, fresh=True), Purpose.CONFIRM, account.id, "/x")


def test_a_verifier_has_what_zalo_demands() -> None:
    for _ in range(200):
        verifier = sign_in.new_trip("zalo", Purpose.SIGN_IN).verifier
        assert len(verifier) == 43
        assert any(map(str.islower, verifier))
        assert any(map(str.isupper, verifier))
        assert any(map(str.isdigit, verifier))
