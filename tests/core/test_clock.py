from datetime import UTC, date, datetime, timedelta

from app.core import clock


def test_now_is_in_utc_and_runs() -> None:
    first = clock.now()
    assert first.tzinfo is UTC
    assert timedelta() <= datetime.now(UTC) - first < timedelta(seconds=5)


def test_a_day_is_a_day_in_vietnam() -> None:
    with clock.at(datetime(2026, 3, 1, 16, 59, 58, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 1)
    with clock.at(datetime(2026, 3, 1, 17, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 2)


def test_a_chosen_moment_ends_with_its_block_even_inside_another() -> None:
    moment = datetime(2025, 8, 18, 2, 0, tzinfo=UTC)
    with clock.at(moment):
        with clock.at(moment - timedelta(days=30)):
            assert clock.now() < moment - timedelta(days=29)
        assert moment <= clock.now() < moment + timedelta(minutes=1)
    assert clock.now() > datetime(2026, 1, 1, tzinfo=UTC)


def test_a_clock_can_be_moved_while_it_is_lived_by() -> None:
    moved = timedelta()
    with clock.ahead(lambda: moved):
        before = clock.now()
        moved = timedelta(days=8)
        assert clock.now() - before >= moved
    assert clock.now() - before < moved
