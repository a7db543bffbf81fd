"""What becomes of whom, and when."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from app.applications.policy.deadlines import PROMISE_DAYS, due_at, is_working_day
from app.core.clock import VIETNAM
from app.demo.kols import Kol, invented
from app.demo.seed.plan import FEW, MEMBERS, NAMED, Fate, Since, at_work, by_day, plan
from tests.demo.conftest import few

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BEGIN = datetime(2026, 1, 2, 1, 0, tzinfo=UTC)


def test_every_fate_is_somebodys() -> None:
    fates = Counter(story.fate for story in plan(invented(), NOW, BEGIN))

    assert set(fates) == set(Fate)
    assert all(fates[fate] >= count for fate, count in FEW.items())
    assert sum(fates[fate] for fate in MEMBERS) >= 200


def test_few_people_have_all_fates_too() -> None:
    few = plan(invented()[:30], NOW, BEGIN)

    assert {story.fate for story in few} == set(Fate)


def test_whoever_has_a_button_has_the_fate_that_it_tells() -> None:
    fates = {story.kol.subject: story.fate for story in plan(invented(), NOW, BEGIN)}

    assert {subject: fates[subject] for subject in NAMED} == NAMED


def test_stories_are_told_in_order_between_the_first_day_and_today() -> None:
    moments = [story.at for story in plan(invented(), NOW, BEGIN)]

    assert moments == sorted(moments)
    assert moments[0] > BEGIN
    assert moments[-1] < NOW


def test_the_same_day_gives_the_same_stories() -> None:
    assert plan(invented(), NOW, BEGIN) == plan(invented(), NOW, BEGIN)


@pytest.mark.parametrize("people", [few(), invented()], ids=["few", "all"])
def test_some_members_channels_did_not_stay_as_they_were(people: tuple[Kol, ...]) -> None:
    changed = Counter(story.since for story in plan(people, NOW, BEGIN))

    assert set(changed) == set(Since)
    assert changed[Since.SEEN] > len(people) * 3 // 4


def test_reviewers_find_a_channel_claimed_twice_and_a_person_with_two_accounts() -> None:
    stories = plan(invented(), NOW, BEGIN)
    held = {c for s in stories if s.fate is Fate.ACTIVE for c in s.kol.channels}
    waiting = [story for story in stories if story.fate is Fate.SUBMITTED]
    declined = {(s.kol.name.whole, s.kol.born) for s in stories if s.fate is Fate.DECLINED}

    assert sum(story.also_claims in held for story in waiting) == 1
    assert sum((story.kol.name.whole, story.kol.born) in declined for story in waiting) == 1


def test_some_promises_are_kept_late() -> None:
    waiting = [s for s in plan(invented(), NOW, BEGIN) if s.fate is Fate.SUBMITTED]
    late = [story for story in waiting if due_at(story.at, PROMISE_DAYS) < NOW]

    assert 1 <= len(late) < len(waiting) / 2


def test_staff_work_in_office_hours_of_working_days() -> None:
    rng = random.Random(4)  # noqa: S311
    for hours in range(0, 2400, 7):
        asked = BEGIN + timedelta(hours=hours)
        for days in (0, 1, 5):
            local = at_work(rng, asked, days, NOW).astimezone(VIETNAM)
            assert is_working_day(local.date())
            assert local >= asked


def test_nothing_happens_after_today() -> None:
    rng = random.Random(5)  # noqa: S311

    assert at_work(rng, NOW, 5, NOW) == NOW
    assert by_day(rng, NOW + timedelta(days=1), NOW) < NOW
