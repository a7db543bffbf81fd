"""Moves of a proof, states, counts and names of channels: every case, no database."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from app.channels.methods import FAILURES, METHODS, for_platform
from app.channels.models import ProofStatus
from app.channels.policy import proofs
from app.channels.policy.followers import followers_wrong, read_followers
from app.channels.policy.links import recognise, shown
from app.channels.policy.platforms import platforms
from app.channels.policy.proofs import Party, State
from app.core.crypto import uuid7
from app.core.errors import Conflict
from app.core.viewer import STAFF_ROLES, Viewer

S, P = ProofStatus, Party
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ALLOWED = {
    (S.PENDING, S.PROVEN): {P.PORTAL, P.REVIEWER, P.COUNCIL},
    (S.PENDING, S.FAILED): {P.OWNER, P.REVIEWER, P.CLOCK, P.COUNCIL},
    (S.PROVEN, S.STALE): {P.PORTAL},
    (S.STALE, S.PROVEN): {P.PORTAL, P.REVIEWER},
    (S.STALE, S.LOST): {P.PORTAL, P.REVIEWER, P.COUNCIL, P.OWNER},
    (S.PROVEN, S.LOST): {P.REVIEWER, P.COUNCIL, P.OWNER},
}


@pytest.mark.parametrize(("old", "new", "party"), [*itertools.product(S, S, P)])
def test_a_proof_moves_as_the_table_says_and_not_otherwise(old: S, new: S, party: P) -> None:
    if party in ALLOWED.get((old, new), ()):
        proofs.check_move(old, new, party)
    else:
        with pytest.raises(Conflict):
            proofs.check_move(old, new, party)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ((), State.UNPROVEN),
        (("waiting",), State.PENDING),
        (("proven",), State.PROVEN),
        (("proven", "waiting"), State.PROVEN),
        (("proven", "stale"), State.STALE),
        (("proven", "stale", "waiting"), State.STALE),
        (("proven", "lost"), State.LOST),
        (("proven", "lost", "waiting"), State.PENDING),
    ],
)
def test_a_channel_is_what_its_proofs_make_it(facts: tuple[str, ...], state: State) -> None:
    dates = (NOW if fact in facts else None for fact in ("proven", "lost", "stale"))
    found = proofs.state(*dates, waiting="waiting" in facts)
    assert found is state


def test_a_check_is_waited_for_two_minutes_and_a_code_is_good_to_its_last_moment() -> None:
    second = timedelta(seconds=1)
    assert not proofs.is_checking(None, NOW)
    assert proofs.is_checking(NOW, NOW + timedelta(minutes=2) - second)
    assert not proofs.is_checking(NOW, NOW + timedelta(minutes=2))
    assert not proofs.is_over(None, NOW)
    assert not proofs.is_over(NOW + second, NOW)
    assert proofs.is_over(NOW, NOW)


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_reviewers_and_administrators_settle_channels_but_never_their_own(role: str) -> None:
    somebody = Viewer(account_id=uuid7(), roles=frozenset({role}))
    may = role in ("reviewer", "administrator")
    assert proofs.may_settle(somebody, uuid7()) is may
    assert not proofs.may_settle(somebody, somebody.account_id)  # type: ignore[arg-type]
    assert proofs.may_see_evidence(somebody) is (may or role == "auditor")


def test_nobody_else_sees_evidence_or_settles() -> None:
    for somebody in (Viewer(), Viewer(account_id=uuid7())):
        assert not proofs.may_see_evidence(somebody)
        assert not proofs.may_settle(somebody, uuid7())


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("0", 0), ("12000", 12_000), ("12.000", 12_000), ("12,000", 12_000), ("1 234 567", 1_234_567),
        ("12\u202f000", 12_000), ("12K", 12_000), ("12,3K", 12_300), ("1.25M", 1_250_000),
        ("1,2 Tr", 1_200_000), ("3 triệu", 3_000_000), ("45 nghìn", 45_000), ("8,5 N", 8_500),
        ("12.3", None), ("1.234K", None), ("1.2.3", None), ("many", None), ("", None), ("-1", None),
    ],
)  # fmt: skip
def test_a_count_is_read_as_platforms_write_it(written: str, count: int | None) -> None:
    assert read_followers(written) == count


def test_a_count_is_of_the_last_year() -> None:
    today = date(2026, 11, 24)
    assert followers_wrong(None, None, today) is None
    assert followers_wrong(10, today, today) is None
    assert followers_wrong(10, None, today) is None
    assert followers_wrong(10, date(2025, 11, 24), today) is None
    assert followers_wrong(10, date(2025, 11, 23), today) == "counted_on"
    assert followers_wrong(10, date(2026, 11, 25), today) == "counted_on"
    assert followers_wrong(-1, today, today) == "followers"
    assert followers_wrong(9_000_000_000, today, today) == "followers"


@pytest.mark.parametrize(
    ("given", "platform", "name"),
    [
        ("@Abc", "tiktok", "@abc"),
        ("abcde", "facebook", "abcde"),
        ("facebook.com/100012345678", None, "facebook.com/profile.php?id=100012345678"),
        ("@đen", "youtube", "@đen"),
        ("@ten@mastodon.social", None, "@ten@mastodon.social"),
        ("https://www.tênbạn.vn/xin-chào/", "website", "tênbạn.vn/xin-chào"),
        ("аррӏе.com", "website", "xn--80ak6aa92e.com"),  # Cyrillic that looks Latin
    ],
)
def test_a_channel_is_named_as_people_know_it(given: str, platform: str | None, name: str) -> None:
    link = recognise(given, platform)
    assert shown(link.platform, link.url, link.handle) == name


def test_every_platform_has_a_way_and_each_way_its_platforms() -> None:
    websites = {"dns_txt", "well_known"}
    assert set(METHODS) == websites | {
        "page_code",
        "rel_me",
        "staff",
        "oauth",
        "bluesky",
        "mastodon",
    }
    for platform in platforms():
        offered = {method.key for method in for_platform(platform)}
        assert {"page_code", "staff"} <= offered
        assert ("rel_me" in offered) is (platform in ("website", "mastodon"))
        assert (websites & offered) == (websites if platform == "website" else set())
        assert offered & {"bluesky", "mastodon"} == {platform} & {"bluesky", "mastodon"}
    assert set(FAILURES) >= {proofs.CONTESTED, proofs.SAME_CHANNEL}
