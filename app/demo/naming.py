"""Names of invented people: legal, on stage, and in the addresses of their channels."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.text import fold
from app.demo import vocabulary

MARK = "vidu"
"""“Ví dụ”, an example: every invented handle ends in it, and so is known for what it is."""

NORTH = frozenset({"12", "15", "08", "04", "11", "25", "19", "20", "14", "01", "24", "22", "37",
                   "33", "31"})  # fmt: skip
CENTRE = frozenset({"38", "40", "42", "44", "46", "48", "51", "52", "66", "56"})
OLDER = 1974  # those born before it bear the names of their time
LONGEST = 16  # letters of a handle before the mark, so that every platform takes it


@dataclass(frozen=True, slots=True)
class Name:
    """A name as identity papers have it; `given` is what friends call."""

    whole: str
    given: str
    woman: bool
    language: str = ""  # of the people it belongs to, if the portal knows it

    @classmethod
    def of(cls, whole: str, *, woman: bool) -> "Name":
        """The name of a person made by hand."""
        return cls(whole, whole.rsplit(maxsplit=1)[-1], woman)


def legal_name(rng: random.Random, province: str, *, woman: bool, born: int) -> Name:
    """A name that is borne in `province` by people born in `born`."""
    people = _people_of(rng, province)
    if people is not None:
        return _of_a_people(rng, people, woman=woman)
    words = vocabulary.names()
    region = "north" if province in NORTH else "centre" if province in CENTRE else "south"
    families = words["families"][region]
    family = rng.choices(list(families), list(families.values()))[0]
    given = str(rng.choice(words["women" if woman else "men"]))
    if born < OLDER:
        one = str(rng.choice(words["women_older" if woman else "men_older"]))
        given = f"{'Thị' if woman else 'Văn'} {one}"
    elif woman and rng.random() < 0.3:  # noqa: PLR2004 - about as many bear it still
        given = f"Thị {given}"
    return Name(f"{family} {given}", given.split()[-1], woman)


def _people_of(rng: random.Random, province: str) -> Mapping[str, Any] | None:
    chance = rng.random()
    for people in vocabulary.names()["peoples"].values():
        if province in people["provinces"]:
            if chance < people["share"]:
                found: Mapping[str, Any] = people
                return found
            chance -= people["share"]
    return None


def _of_a_people(rng: random.Random, people: Mapping[str, Any], *, woman: bool) -> Name:
    family = str(rng.choice(people["families"]))
    ending = str(rng.choice(people["women" if woman else "men"]))
    first = people.get("order") == "given-first"
    whole = f"{ending} {family}" if first else f"{family} {ending}"
    given, language = ending.rsplit(maxsplit=1)[-1], str(people.get("language", ""))
    return Name(whole.strip(), given, woman, language)


def stage_name(rng: random.Random, name: Name, topic: str, seen: set[str]) -> str:
    """A name to be known by: after the topic, or simply one's own. New each time.

    Args:
        seen: names taken already, case ignored; the one given is added.
    """
    patterns = [
        vocabulary.bare(pattern)
        for pattern in vocabulary.topics()[topic].stage
        if vocabulary.fits(pattern, woman=name.woman, age=0)
    ]
    parent = "Mẹ" if name.woman else "Bố"
    two = " ".join(name.whole.split()[-2:])
    tries = [two] if rng.random() < 0.3 else []  # noqa: PLR2004 - a third keep their own
    tries += [
        p.format(given=name.given, Parent=parent) for p in rng.sample(patterns, len(patterns))
    ]
    tries += [p.format(given=two, Parent=parent) for p in patterns]
    tries += [f"{two} {year}" for year in range(90, 100)]
    found = next(shown for shown in tries if shown.casefold() not in seen)
    seen.add(found.casefold())
    return found


def handle_of(shown: str) -> str:
    """The letters of a stage name, without accents and blanks; the mark is added per platform."""
    return re.sub(r"[^a-z0-9]", "", fold(shown))[:LONGEST]


def link_of(platform: str, handle: str) -> str:
    """The address of an invented channel, as its owner would paste it."""
    if platform == "website":
        return f"https://{handle}.{MARK}.example/"
    if platform == "bluesky":
        return f"https://bsky.app/profile/{handle}.{MARK}.example"
    if platform == "mastodon":
        return f"https://mastodon.example/@{handle}_{MARK}"
    if platform == "x":
        return f"https://x.com/{handle[:10]}_{MARK}"
    if platform in ("telegram", "twitch"):
        host = "t.me" if platform == "telegram" else "www.twitch.tv"
        return f"https://{host}/{handle}_{MARK}"
    hosts = {
        "tiktok": "https://www.tiktok.com/@{}",
        "facebook": "https://www.facebook.com/{}",
        "youtube": "https://www.youtube.com/@{}",
        "instagram": "https://www.instagram.com/{}/",
        "threads": "https://www.threads.com/@{}",
        "zalo": "https://zalo.me/{}",
        "shopee": "https://shopee.vn/{}",
    }
    return hosts[platform].format(f"{handle}.{MARK}")
