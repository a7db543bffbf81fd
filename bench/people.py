"""Members by the million: made from a seed, with a skew as in life, and put in by COPY.

    python -m bench.people URL SIZE [SEED]

The same seed and size make the same rows, whatever the number of processes. The database must be
migrated, hold the reference data and nobody.
"""

import random
import sys
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from typing import Any

import psycopg

from app.channels.models import Channel
from app.channels.policy.lookalikes import channel_skeleton, skeleton
from app.channels.policy.platforms import platforms
from app.core.reference import reference
from app.core.text import fold, vietnamese_sort_key
from app.members import policy
from app.members.models import Member
from bench import vocabulary
from bench.vocabulary import Words, zipf

BEGAN = datetime(2025, 8, 18, 2, 0, tzinfo=UTC)
SPAN = timedelta(days=450)  # over which they joined
SHARE = 25_000  # members made in one go, from a seed of their own
CLEAN = 4  # handles without a number are shared out: one share in so many may have each
STANDINGS = ("active", "suspended", "expelled", "lapsed", "left")
STANDING_WEIGHTS = (88, 1, 0.5, 7, 3.5)
ON_PLATFORMS = (
    "tiktok", "facebook", "youtube", "instagram", "threads", "x", "zalo", "telegram", "shopee",
    "twitch", "bluesky",
)  # fmt: skip
METHODS = (("page_code", 70), ("rel_me", 8), ("staff", 22))
BETWEEN = {"tiktok": "_", "instagram": "_", "threads": "_", "x": "_", "facebook": ".", "zalo": "."}
HANDLE_LENGTH = 15  # fits every platform's rule

ACCOUNTS = ("id", "created_at", "display_name", "email", "locale")
MEMBERS = (
    "id", "created_at", "account_id", "application_id", "serial", "number", "standing",
    "standing_since", "standing_until", "standing_because", "bar_until", "joined_at",
    "term_ends_on", "stage_name", "sort_key", "legal_name", "legal_name_public", "biography",
    "province", "topics", "languages", "name_words", "skeleton", "version",
)  # fmt: skip
CHANNELS = (
    "id", "created_at", "account_id", "platform", "url", "key", "handle", "followers",
    "followers_as_of", "followers_source", "proven_at", "proof_method", "lost_at", "removed_at",
    "changed_at", "skeleton", "version",
)  # fmt: skip
TABLES = (("accounts", ACCOUNTS), ("members", MEMBERS), ("channels", CHANNELS))
Row = tuple[Any, ...]


@dataclass(slots=True)
class Share:
    """Some of the people: serials `first` to `first + size - 1`, made from a seed of their own."""

    seed: int
    first: int
    size: int
    accounts: list[Row] = field(default_factory=list)
    members: list[Row] = field(default_factory=list)
    channels: list[Row] = field(default_factory=list)
    _handles: set[str] = field(default_factory=set)

    def make(self) -> "Share":
        chance = random.Random(f"{self.seed} {self.first}")
        for serial in range(self.first, self.first + self.size):
            self._add(chance, serial)
        return self

    def _add(self, chance: random.Random, serial: int) -> None:
        account = identifier(self.seed, serial, 1)
        legal = legal_name(chance)
        stage = stage_name(chance, legal)
        joined = BEGAN + SPAN * chance.random()
        number = policy.number((joined + timedelta(hours=7)).year, serial)
        locale = chance.choices(("vi", "en", "fr"), (94, 5, 1))[0]
        self.accounts.append((account, joined, legal, f"{serial}@example.vn", locale))
        self.members.append(self._member(chance, serial, account, number, joined, legal, stage))
        chosen = dict.fromkeys(_platforms().draw(chance, how_many(chance, (18, 40, 27, 11, 4))))
        size = 10 ** min(chance.paretovariate(6) * 3.1, 7.4)
        for place, platform in enumerate(chosen):
            row = self._channel(chance, (serial, account, stage, joined), (place, platform), size)
            self.channels.append(row)

    def _member(  # noqa: PLR0917 - what a member is made of
        self, chance: random.Random, serial: int, account: str, number: str, joined: datetime,
        legal: str, stage: str,
    ) -> Row:  # fmt: skip
        standing = chance.choices(STANDINGS, STANDING_WEIGHTS)[0]
        topics = dict.fromkeys(_topics().draw(chance, how_many(chance, (0, 45, 35, 20))))
        languages = dict.fromkeys(["vi", *_languages().draw(chance, how_many(chance, (72, 22, 6)))])
        return (
            identifier(self.seed, serial, 2), joined, account, identifier(self.seed, serial, 3),
            serial, number, standing, joined,
            date(2027, 12, 31) if standing == "suspended" else None, "",
            date(2028, 12, 31) if standing == "expelled" else None, joined,
            policy.term_ends(joined.date()), stage, vietnamese_sort_key(stage), legal,
            chance.random() < 0.2, biography(chance), _provinces().draw(chance, 1)[0],
            array(topics), array(languages), policy.name_words(stage), skeleton(stage), 1,
        )  # fmt: skip

    def _channel(
        self, chance: random.Random, who: tuple[int, str, str, datetime],
        where: tuple[int, str], size: float,
    ) -> Row:  # fmt: skip
        (serial, account, stage, joined), (place, platform) = who, where
        handle, key = self._handle(chance, platform, stage, serial)
        followers = int(size * chance.uniform(0.05, 1)) if chance.random() < 0.9 else None
        proven = joined + timedelta(days=chance.random() * 20)
        over = proven + timedelta(days=30) if chance.random() < 0.04 else None
        lost = over if over and chance.random() < 0.7 else None
        url = platforms()[platform].canonical.format(handle=handle)
        counted = None if followers is None else date(2026, 10, 1)
        return (
            identifier(self.seed, serial, 4 + place), joined, account, platform, url, key,
            handle, followers, counted, None if followers is None else "declared", proven,
            chance.choices([m for m, _ in METHODS], [w for _, w in METHODS])[0], lost,
            None if lost else over, proven, channel_skeleton(platform, key, handle), 1,
        )  # fmt: skip

    def _handle(
        self, chance: random.Random, platform: str, stage: str, serial: int
    ) -> tuple[str, str]:
        """A handle that nobody has, and its key: plain where that is free, else with a number."""
        plain = handle_of(chance, stage, platform)
        found = _written(platform, plain)
        if (taken := platform + found[1]) not in self._handles and self._may_have(taken):
            self._handles.add(taken)
            return found
        between = BETWEEN.get(platform, "") if chance.random() < 0.3 else ""
        own = str(1_000_000 + serial * 7_919 % 8_999_993)  # each serial another, of seven digits
        return _written(platform, plain[: HANDLE_LENGTH - 8].rstrip("._") + between + own)

    def _may_have(self, handle: str) -> bool:
        return zlib.crc32(handle.encode()) % CLEAN == self.first // SHARE % CLEAN and (
            self.first < SHARE * CLEAN
        )


def _written(platform: str, handle: str) -> tuple[str, str]:
    """The handle in the platform's full form, and what two claims to it have in common."""
    handle += ".bsky.social" if platform == "bluesky" else ""
    return handle, handle.replace(".", "") if platforms()[platform].dots_ignored else handle


def identifier(seed: int, serial: int, kind: int) -> str:
    """A UUID that says nothing but is the same each time."""
    return f"0190{seed % 65536:04x}-{kind:04x}-7000-8000-{serial:012x}"


def how_many(chance: random.Random, weights: tuple[int, ...]) -> int:
    return chance.choices(range(len(weights)), weights)[0]


def array(values: Any) -> str:
    return "{" + ",".join(values) + "}"


def legal_name(chance: random.Random) -> str:
    family = vocabulary.families().draw(chance, 1)
    middle = vocabulary.middles().draw(chance, how_many(chance, (5, 80, 15)))
    return " ".join([*family, *middle, *vocabulary.givens().draw(chance, 1)])


def stage_name(chance: random.Random, legal: str) -> str:
    """How somebody calls themselves: mostly their name, or something of their own."""
    nick = vocabulary.nicknames().draw(chance, 1)[0]
    family, *_, given = legal.split()
    shapes = (
        (74, legal),
        (6, " ".join(legal.split()[-2:])),
        (7, nick),
        (4, f"{given} {nick}"),
        (4, f"{nick} {family}"),
        (2, f"{chance.choice(vocabulary.parts()['houses'])} {given}"),
        (3, f"{given} {chance.choice(vocabulary.parts()['brands'])}"),
    )
    return chance.choices([s for _, s in shapes], [w for w, _ in shapes])[0]


def biography(chance: random.Random) -> str:
    """20 to 60 words in one language, or none."""
    if chance.random() < 0.03:
        return ""
    words = chance.choices(
        (vocabulary.vietnamese(), vocabulary.english(), vocabulary.french()), (86, 11, 3)
    )[0]
    drawn = words.draw(chance, chance.randint(20, 60))
    half = chance.randint(8, 12)
    return f"{' '.join(drawn[:half]).capitalize()}. {' '.join(drawn[half:]).capitalize()}."


def handle_of(chance: random.Random, stage: str, platform: str) -> str:
    """What somebody of that name takes: joined, dotted, underlined, with a year or an affix."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in fold(stage)).split()
    way = chance.randint(0, 9)
    if way <= 3:
        made = "".join(words)
    elif way <= 5:
        made = BETWEEN.get(platform, "").join(words)
    elif way == 6:
        made = "".join([*words[1:], words[0]])
    elif way == 7:
        made = "".join(words) + str(chance.randint(75, 2009) % 2010)
    elif way == 8:
        made = "".join(words[-2:]) + chance.choice(("official", "vn", "real", "vlog", "tv"))
    else:
        made = "".join(word[0] for word in words[:-1]) + words[-1]
    made = made[:HANDLE_LENGTH].strip("._")
    return made if len(made) >= 6 and not made[0].isdigit() else f"toi{made}channel"[:HANDLE_LENGTH]


_KEPT: dict[str, Words] = {}


def _kept(name: str, values: Any, steepness: float) -> Words:
    if name not in _KEPT:
        _KEPT[name] = zipf(list(values), steepness)
    return _KEPT[name]


def _topics() -> Words:
    return _kept("topics", reference.topics, 0.8)


def _provinces() -> Words:
    return _kept("provinces", reference.provinces, 0.9)


def _platforms() -> Words:
    return _kept("platforms", ON_PLATFORMS, 1.1)


def _languages() -> Words:
    return _kept("languages", [key for key in reference.languages if key != "vi"], 1.3)


def shares(size: int, seed: int) -> Iterator[tuple[int, int, int]]:
    """Seed, first serial and size of each share."""
    for first in range(1, size + 1, SHARE):
        yield seed, first, min(SHARE, size + 1 - first)


def move_in(url: str, share: tuple[int, int, int]) -> int:
    """Make one share and COPY it. Returns: how many channels."""
    made = Share(*share).make()
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")  # triggers sleep
        connection.execute("SET synchronous_commit = off")
        for (table, columns), rows in zip(
            TABLES, (made.accounts, made.members, made.channels), strict=True
        ):
            with connection.cursor().copy(
                f"COPY {table} ({', '.join(columns)}) FROM STDIN"
            ) as copy:
                for row in rows:
                    copy.write_row(row)
    return len(made.channels)


# What triggers and services would have written beside.
AFTER = """
    INSERT INTO member_changes (account_id, serial, xid, at)
        SELECT account_id, serial, pg_current_xact_id()::text::bigint, now() FROM members
        ORDER BY serial;
    INSERT INTO standing_changes (id, created_at, member_id, at, old, new, party, until, because)
        SELECT md5('joined' || serial)::uuid, joined_at, id, joined_at, NULL, 'active', 'reviewer',
            NULL, ''
        FROM members ORDER BY serial;
    SELECT setval(pg_get_serial_sequence('members', 'serial'), max(serial)) FROM members
"""
# Built once over all rows is quicker than row by row; those of constraints stay.
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid IN ('members'::regclass, 'channels'::regclass) AND NOT EXISTS
        (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY 1
"""


def fill(url: str, size: int, seed: int = 1, processes: int = 2) -> int:
    """Put `size` members into the empty database at `url` (psycopg's form).

    Returns: how many channels they have.
    """
    work = list(shares(size, seed))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute("SET session_replication_role = replica")
        indexes = connection.execute(INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        if len(work) == 1:
            channels = move_in(url, work[0])
        else:
            with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
                channels = sum(pool.map(move_in, [url] * len(work), work))
        for _, definition in indexes:
            connection.execute(definition)
        connection.execute(AFTER)
        connection.execute("VACUUM ANALYZE")
    return channels


assert set(MEMBERS) <= set(Member.__table__.c.keys())
assert set(CHANNELS) <= set(Channel.__table__.c.keys())


if __name__ == "__main__":
    started = time.perf_counter()
    many = int(sys.argv[2])
    total = fill(sys.argv[1], many, int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    print(f"{many:,} members, {total:,} channels in {time.perf_counter() - started:.1f} s")
