"""What is asked: the eight typical questions, checks, profiles, and the mix of a busy evening."""

import random
from dataclasses import dataclass
from urllib.parse import quote

import psycopg

from app.directory.policy import PER_PAGE, vocabulary

Question = tuple[str, dict[str, str]]

EIGHT = (
    "none", "1 facet", "3 facets", "common word", "rare name", "typing error", "prefix",
    "deep page",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """Things that are there: taken from the database to be asked for."""

    members: int
    active: int
    numbers: list[str]
    handles: list[str]
    names: list[str]


def sample(url: str, seed: int = 1) -> Sample:
    """Some of the people in the database at `url` (psycopg's form)."""
    chance = random.Random(seed)
    with psycopg.connect(url) as connection:
        size = one(connection, "SELECT max(serial) FROM members")
        active = one(connection, "SELECT count(*) FROM members WHERE standing = 'active'")
        serials = [chance.randint(1, size) for _ in range(600)]
        rows = connection.execute(
            "SELECT m.number, c.platform, c.handle, m.stage_name FROM members m"
            " JOIN channels c ON c.account_id = m.account_id AND c.lost_at IS NULL"
            " AND c.removed_at IS NULL WHERE m.serial = ANY(%s) AND m.standing = 'active'"
            " AND c.platform IN ('tiktok', 'instagram') ORDER BY m.serial",
            [serials],
        ).fetchall()
    hosts = {"tiktok": "tiktok.com/@", "instagram": "instagram.com/"}
    return Sample(
        members=size,
        active=active,
        numbers=[row[0] for row in rows],
        handles=[hosts[row[1]] + row[2] for row in rows],
        names=[row[3] for row in rows],
    )


def one(connection: psycopg.Connection, statement: str) -> int:
    found = connection.execute(statement).fetchone()
    assert found is not None
    return int(found[0])


def same(name: str, here: Sample) -> list[Question]:
    """One of the eight questions, as the measurements before the portal had it."""
    return [(_members(_first(name, here)), {})]


def varied(name: str, here: Sample, many: int = 200, seed: int = 2) -> list[Question]:
    """As many questions of that kind, each another, as different people ask them."""
    chance = random.Random(f"{seed} {name}")
    return [(_members(_other(name, here, chance)), {}) for _ in range(many)]


def _members(query: str) -> str:
    return "/vi/members" + (f"?{query}" if query else "")


def _first(name: str, here: Sample) -> str:
    return {
        "none": "",
        "1 facet": "topic=food",
        "3 facets": "topic=food&province=ha-noi&platform=tiktok",
        "common word": "q=nguyen",
        "rare name": f"q={quote('nghiêm trâm')}",
        "typing error": "q=nghiem+tuann",
        "prefix": "q=nguyen+thi+hu",
        "deep page": f"page={here.active // 2 // PER_PAGE}",
    }[name]


def _other(name: str, here: Sample, chance: random.Random) -> str:
    topic = chance.choice(list(vocabulary("topic")))
    province = chance.choice(list(vocabulary("province"))[:20])
    platform = chance.choice(("tiktok", "facebook", "youtube", "instagram"))
    sort = chance.choice(("", "&sort=name", "&sort=followers"))
    family, given = chance.choice(("nguyen", "tran", "le", "pham")), chance.choice(here.names)
    word = given.split()[-1]
    wrong = word[: len(word) // 2] + chance.choice("aeiou") + word[len(word) // 2 :]
    return {
        "none": f"page={chance.randint(1, 20)}{sort}",
        "1 facet": f"topic={topic}{sort}",
        "3 facets": f"topic={topic}&province={province}&platform={platform}{sort}",
        "common word": f"q={family}&page={chance.randint(1, 5)}",
        "rare name": f"q={quote(given)}",
        "typing error": f"q={family}+{quote(wrong)}",
        "prefix": f"q={family}+{quote(given.split()[0][:2])}",
        "deep page": f"page={chance.randint(2, max(3, here.active // PER_PAGE))}{sort}",
    }[name]


def checks(kind: str, here: Sample, many: int = 200) -> list[Question]:
    """Checks of handles; each comes from another address, so that nobody asks too often."""
    chance = random.Random(f"check {kind}")
    made: dict[str, list[str]] = {
        "good": here.handles,
        "unknown": [f"tiktok.com/@khongcoai{n}xyz" for n in range(many)],
        "look-alike": [_disguised(h, chance) for h in here.handles if _host(h) == "tiktok.com"],
    }
    asked = [made[kind][n % len(made[kind])] for n in range(many)]
    return [(f"/vi/check?q={quote(link)}", _from(n)) for n, link in enumerate(asked)]


def _host(link: str) -> str:
    return link.split("/", 1)[0]


def _disguised(link: str, chance: random.Random) -> str:
    """The handle with one letter for another that looks like it, or an affix."""
    start, _, handle = link.partition("@")
    for letter, other in (("o", "0"), ("i", "1"), ("l", "1"), ("g", "9")):
        if letter in handle and chance.random() < 0.7:
            return f"{start}@{handle.replace(letter, other, 1)}"
    return f"{start}@{handle[:16]}_real"


def _from(number: int) -> dict[str, str]:
    return {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


def mix(here: Sample, many: int = 4000, seed: int = 3) -> list[Question]:
    """What 200 people open on a busy evening: mostly lists and profiles, some checks."""
    chance = random.Random(f"mix {seed}")
    lists = [q for name in EIGHT for q in varied(name, here, 100, seed)]
    asked: list[Question] = []
    for number in range(many):
        kind = chance.random()
        if kind < 0.45:
            path = chance.choice(lists)[0]
        elif kind < 0.75:
            path = f"/vi/members/{chance.choice(here.numbers)}"
        elif kind < 0.9:
            path = f"/vi/check?q={quote(chance.choice(here.handles))}"
        elif kind < 0.97:
            path = "/vi"
        else:
            path = f"/vi/members/suggest?q={quote(chance.choice(here.names)[:4])}"
        asked.append((path, _from(number)))
    return asked
