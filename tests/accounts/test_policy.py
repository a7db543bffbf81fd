"""The rules of accounts: who may, for how long, and where to."""

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts import policy
from app.core.viewer import STAFF_ROLES, Viewer

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(), True),
        (timedelta(minutes=15), True),
        (timedelta(minutes=15, microseconds=1), False),
        (timedelta(days=3), False),
    ],
)
def test_a_sign_in_is_recent_for_fifteen_minutes(ago: timedelta, *, expected: bool) -> None:
    assert policy.recent(Viewer(signed_in_at=NOON - ago), NOON) is expected


def test_somebody_not_signed_in_has_no_recent_sign_in() -> None:
    assert policy.recent(Viewer(), NOON) is False


@pytest.mark.parametrize(("ways", "expected"), [(0, False), (1, False), (2, True), (3, True)])
def test_the_last_way_in_stays(ways: int, *, expected: bool) -> None:
    assert policy.may_unlink(ways) is expected


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_only_administrators_manage_staff(role: str) -> None:
    assert policy.may_manage_staff(Viewer(roles=frozenset({role}))) is (role == "administrator")


def test_the_command_line_manages_staff_and_nobody_else_without_a_role() -> None:
    assert policy.may_manage_staff(Viewer.system()) is True
    assert policy.may_manage_staff(Viewer()) is False


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_staff_land_on_their_desk(role: str) -> None:
    assert policy.landing(Viewer(roles=frozenset({role}))) == "/staff"


def test_others_land_on_their_application() -> None:
    assert policy.landing(Viewer()) == "/apply"


MOZILLA = "Mozilla/5.0"


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (
            f"{MOZILLA} (Windows NT 10.0; Win64; x64) Chrome/142.0 Safari/537.36",
            ("Chrome", "Windows"),
        ),
        (f"{MOZILLA} (Windows NT 10.0) Chrome/142.0 Safari/537.36 Edg/142.0", ("Edge", "Windows")),
        (
            f"{MOZILLA} (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
            ("Firefox", "Linux"),
        ),
        (
            f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1",
            ("Safari", "Mac"),
        ),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile Safari/604.1",
            ("Safari", "iPhone"),
        ),
        (
            f"{MOZILLA} (Linux; Android 15) SamsungBrowser/27.0 Chrome/125.0 Safari/537",
            ("Samsung Internet", "Android"),
        ),
        (
            f"{MOZILLA} (Linux; Android 15) Chrome/125.0 Safari/537.36 Zalo android/24",
            ("Zalo", "Android"),
        ),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 18_0) Mobile/15E148 [FBAN/FBIOS;FBAV/480]",
            ("Facebook", "iPhone"),
        ),
        (
            f"{MOZILLA} (Windows NT 10.0) coc_coc_browser/125.0 Chrome/119.0 Safari/537.36",
            ("Cốc Cốc", "Windows"),
        ),
        ("curl/8.5.0", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_browser_is_named_as_people_call_it(user_agent: str, expected: tuple[str, str]) -> None:
    assert policy.device(user_agent) == expected
