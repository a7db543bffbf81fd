"""What becomes of each invented person, and when; nothing here touches the database."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from app.applications.policy.deadlines import is_working_day
from app.channels.methods.page_code import READABLE
from app.core.clock import VIETNAM
from app.demo.kols import COUNT, SEED, InventedChannel, Kol


class Fate(StrEnum):
    """How somebody's story ends, as of today."""

    NOTHING = "nothing"  # signed in once, began no application
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    ASKED = "asked"
    ANSWERED = "answered"  # changes were asked for and made; waits for the same reviewer
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    DRAFT_EXPIRED = "draft_expired"
    QUESTION_EXPIRED = "question_expired"
    ACTIVE = "active"
    REINSTATED = "reinstated"  # was suspended, is in good standing again
    SUSPENDED = "suspended"
    EXPELLED = "expelled"
    LAPSED = "lapsed"
    LEFT = "left"


class Since(StrEnum):
    """What became of a member's channels since they were proven."""

    SEEN = "seen"
    STALE = "stale"  # the largest has not been seen for some days
    LOST = "lost"  # the smallest, which may be the only one
    JUMPED = "jumped"  # a count of followers that does not fit those before


MEMBERS = frozenset(
    {Fate.ACTIVE, Fate.REINSTATED, Fate.SUSPENDED, Fate.EXPELLED, Fate.LAPSED, Fate.LEFT}
)
FEW: Mapping[Fate, int] = {
    Fate.NOTHING: 4, Fate.DRAFT: 17, Fate.SUBMITTED: 15, Fate.IN_REVIEW: 12, Fate.ASKED: 8,
    Fate.ANSWERED: 3, Fate.DECLINED: 16, Fate.WITHDRAWN: 7, Fate.DRAFT_EXPIRED: 5,
    Fate.QUESTION_EXPIRED: 3, Fate.REINSTATED: 6, Fate.SUSPENDED: 6, Fate.EXPELLED: 4,
    Fate.LAPSED: 9, Fate.LEFT: 7,
}  # fmt: skip
"""How many of each there are among all people of the demonstration; all others are active."""
NAMED: Mapping[str, Fate] = {
    "kol-linh": Fate.NOTHING, "kol-bao": Fate.NOTHING, "kol-thao-draft": Fate.DRAFT,
    "kol-hoa-submitted": Fate.SUBMITTED, "kol-dat-in-review": Fate.IN_REVIEW,
    "kol-phuc-asked": Fate.ASKED, "kol-ngan-member": Fate.ACTIVE,
    "kol-quan-suspended": Fate.SUSPENDED, "kol-vy-declined": Fate.DECLINED,
    "kol-tam-lapsed": Fate.LAPSED, "kol-hai-expelled": Fate.EXPELLED,
}  # fmt: skip

ONE_IN = 14  # members whose channels come to the same end
READABLE_HERE = READABLE | {"website", "mastodon"}
"""The platforms on which the portal finds a code by itself."""

LONGEST_AGO = timedelta(days=350)  # nobody's first term of twelve months is over by itself
DAYS_AGO: Mapping[Fate, tuple[float, float]] = {
    Fate.NOTHING: (2, 200), Fate.DRAFT: (1, 43), Fate.SUBMITTED: (0.3, 18), Fate.IN_REVIEW: (4, 15),
    Fate.ASKED: (8, 24), Fate.ANSWERED: (12, 20), Fate.DECLINED: (16, 220),
    Fate.WITHDRAWN: (10, 250), Fate.DRAFT_EXPIRED: (75, 260), Fate.QUESTION_EXPIRED: (60, 240),
    Fate.ACTIVE: (32, 335), Fate.REINSTATED: (150, 300), Fate.SUSPENDED: (90, 280),
    Fate.EXPELLED: (150, 300), Fate.LAPSED: (240, 335), Fate.LEFT: (120, 300),
}  # fmt: skip
"""How long ago the application was sent (or begun, if it never was), at least and at most."""
OPENING, EVENING = time(8, 15), time(16, 40)


@dataclass(frozen=True, slots=True)
class Story:
    """One person, their fate, and when they sent their application (or began it)."""

    kol: Kol
    fate: Fate
    at: datetime
    also_claims: InventedChannel | None = None  # a channel that a member holds already
    since: Since = Since.SEEN

    @property
    def chance(self) -> random.Random:
        """Chance for the rest of the story: its own, so that no story hangs on another."""
        return random.Random(f"{self.kol.subject}:{SEED}")  # noqa: S311 - nothing secret


def plan(people: Sequence[Kol], now: datetime, begin: datetime) -> tuple[Story, ...]:
    """The stories of `people`, in the order in which they are to be told.

    Args:
        now: today's moment; everything lies before it.
        begin: before it nothing happens; at least three months ago.
    """
    begin = max(begin, now - LONGEST_AGO)
    rng = random.Random(SEED)  # noqa: S311 - nothing secret is made of it
    fates = _fates(rng, [kol for kol in people if kol.subject not in NAMED])
    stories = [
        Story(kol, fate, _moment(rng, fate, now, begin))
        for kol in people
        for fate in [NAMED.get(kol.subject) or fates[kol.subject]]
    ]
    stories = _with_doubles(_with_changes(stories))
    return tuple(sorted(stories, key=lambda story: (story.at, story.kol.subject)))


def _fates(rng: random.Random, people: Sequence[Kol]) -> dict[str, Fate]:
    share = len(people) / (COUNT - len(NAMED))  # fewer people are fewer of each, but one of all
    found = [fate for fate, count in FEW.items() for _ in range(max(1, round(count * share)))]
    found = (found + [Fate.ACTIVE] * len(people))[: len(people)]
    rng.shuffle(found)
    return {kol.subject: fate for kol, fate in zip(people, found, strict=True)}


def _moment(rng: random.Random, fate: Fate, now: datetime, begin: datetime) -> datetime:
    least, most = DAYS_AGO[fate]
    oldest = max((now - begin) / timedelta(days=1) - 2, least + 1)
    # More came lately than at first.
    ago = least + (min(most, oldest) - least) * rng.random() ** 1.25
    return by_day(rng, now - timedelta(days=ago), now)


def _with_changes(stories: Sequence[Story]) -> list[Story]:
    """A few members, and one of each even among few people, whose channels did not stay as seen."""
    members = [s for s in stories if s.fate is Fate.ACTIVE and s.kol.subject not in NAMED]
    changes = (Since.STALE, Since.LOST, Since.JUMPED)
    found = {
        story.kol.subject: changes[place % ONE_IN]
        for place, story in enumerate(members)
        if place % ONE_IN < len(changes)
    }
    return [replace(story, since=found.get(story.kol.subject, story.since)) for story in stories]


def _with_doubles(stories: Sequence[Story]) -> list[Story]:
    """Two cases for reviewers: a channel claimed by two, and one person with two accounts."""
    held = [
        channel
        for story in stories
        if story.fate is Fate.ACTIVE and story.since is Since.SEEN
        for channel in story.kol.channels
        if channel.platform in READABLE_HERE
    ]
    waiting = [s for s in stories if s.fate is Fate.SUBMITTED and s.kol.subject not in NAMED]
    declined = [story for story in stories if story.fate is Fate.DECLINED]
    changed: dict[str, Story] = {}
    if held and waiting:
        changed[waiting[0].kol.subject] = replace(waiting[0], also_claims=held[0])
    if declined and len(waiting) > 1:
        same = replace(waiting[1].kol, name=declined[-1].kol.name, born=declined[-1].kol.born)
        changed[same.subject] = replace(waiting[1], kol=same)
    return [changed.get(story.kol.subject, story) for story in stories]


def by_day(rng: random.Random, moment: datetime, now: datetime) -> datetime:
    """`moment`, moved to an hour at which people are awake, and before `now`."""
    local = moment.astimezone(VIETNAM)
    if not 7 <= local.hour < 23:  # noqa: PLR2004 - the night
        local = local.replace(hour=rng.choice((8, 9, 12, 13, 19, 20, 21, 22)))
    return min(local.astimezone(moment.tzinfo), now - timedelta(minutes=rng.randint(20, 90)))


def at_work(rng: random.Random, moment: datetime, days: int, latest: datetime) -> datetime:
    """An hour of work `days` working days after `moment`, and not after `latest`."""
    local = moment.astimezone(VIETNAM)
    day, left = local.date(), days
    while left or not is_working_day(day):
        day += timedelta(days=1)
        left = max(0, left - is_working_day(day))
    start, end = (datetime.combine(day, hour, VIETNAM) for hour in (OPENING, EVENING))
    found = start + (end - start) * rng.random()
    if found <= local:
        found = local + timedelta(minutes=rng.randint(15, 70))
    return min(found.astimezone(moment.tzinfo), latest)
