"""Every deadline at its edge: promises in working days, drafts and questions that run out."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.applications.models import Status
from app.applications.policy import deadlines

SINCE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("sent", "days", "due"),
    [
        # a plain fortnight: Monday 2 March to Monday 16 March
        (datetime(2026, 3, 2, 3, 0, tzinfo=UTC), 10, datetime(2026, 3, 16, 10, 0, tzinfo=UTC)),
        # a Friday: the weekend does not count
        (datetime(2026, 3, 6, 3, 0, tzinfo=UTC), 1, datetime(2026, 3, 9, 10, 0, tzinfo=UTC)),
        # late on Sunday in UTC is Monday in Vietnam
        (datetime(2026, 3, 1, 17, 0, tzinfo=UTC), 1, datetime(2026, 3, 3, 10, 0, tzinfo=UTC)),
        (datetime(2026, 3, 1, 16, 59, tzinfo=UTC), 1, datetime(2026, 3, 2, 10, 0, tzinfo=UTC)),
        # 30 April and 1 May are holidays, the weekend follows
        (datetime(2026, 4, 29, 3, 0, tzinfo=UTC), 1, datetime(2026, 5, 4, 10, 0, tzinfo=UTC)),
        # Tết of 2026: 16 to 20 February
        (datetime(2026, 2, 13, 3, 0, tzinfo=UTC), 1, datetime(2026, 2, 23, 10, 0, tzinfo=UTC)),
        # over the year's end: 1 January
        (datetime(2026, 12, 31, 3, 0, tzinfo=UTC), 1, datetime(2027, 1, 4, 10, 0, tzinfo=UTC)),
    ],
)
def test_a_promise_falls_due_at_the_end_of_its_last_working_day(
    sent: datetime, days: int, due: datetime
) -> None:
    assert deadlines.due_at(sent, days) == due


def test_the_day_of_the_submission_does_not_count() -> None:
    morning, evening = (datetime(2026, 3, 3, hour, tzinfo=UTC) for hour in (1, 16))
    assert deadlines.due_at(morning, 1) == deadlines.due_at(evening, 1)


def test_holidays_may_be_given() -> None:
    closed = {date(2026, 3, 3), date(2026, 3, 4)}
    assert deadlines.due_at(SINCE, 1, closed) == datetime(2026, 3, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(("sent", "days"), [(SINCE, 0), (SINCE.replace(tzinfo=None), 1)])
def test_a_promise_is_at_least_a_day_from_a_moment_with_a_zone(sent: datetime, days: int) -> None:
    with pytest.raises(ValueError, match="at least a day"):
        deadlines.due_at(sent, days)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), 0),
        (date(2026, 3, 2), date(2026, 3, 3), 1),
        (date(2026, 3, 6), date(2026, 3, 8), 0),
        (date(2026, 3, 6), date(2026, 3, 9), 1),
        (date(2026, 4, 29), date(2026, 5, 4), 1),
        (date(2026, 3, 9), date(2026, 3, 6), -1),
    ],
)
def test_working_days_between_two_days(first: date, last: date, days: int) -> None:
    assert deadlines.working_days_between(first, last) == days


def test_drafts_run_out_after_sixty_days_and_questions_after_thirty() -> None:
    ends = {status: deadlines.expires_at(status, SINCE) for status in Status}
    assert ends == {
        **dict.fromkeys(Status),
        Status.DRAFT: SINCE + timedelta(days=60),
        Status.INFO_REQUESTED: SINCE + timedelta(days=30),
    }


@pytest.mark.parametrize(
    ("status", "after", "due"),
    [
        (Status.DRAFT, timedelta(0), None),
        (Status.DRAFT, timedelta(days=46) - MOMENT, None),
        (Status.DRAFT, timedelta(days=46), 14),
        (Status.DRAFT, timedelta(days=57) - MOMENT, 14),
        (Status.DRAFT, timedelta(days=57), 3),
        (Status.DRAFT, timedelta(days=60) - MOMENT, 3),
        (Status.DRAFT, timedelta(days=60), None),
        (Status.INFO_REQUESTED, timedelta(days=20) - MOMENT, None),
        (Status.INFO_REQUESTED, timedelta(days=20), 10),
        (Status.INFO_REQUESTED, timedelta(days=27), 3),
        (Status.INFO_REQUESTED, timedelta(days=30), None),
        (Status.SUBMITTED, timedelta(days=59), None),
    ],
)
def test_reminders_come_before_the_end_the_nearest_only(
    status: Status, after: timedelta, due: int | None
) -> None:
    assert deadlines.reminder_due(status, SINCE, SINCE + after) == due
