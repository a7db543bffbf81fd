"""Members and questions of a small world in which much is alike.

Hypothesis draws how many and a seed; the rest is made from the seed, which is a hundred times
faster than drawing each word, and still shrinks to few members.
"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from app.channels.policy.lookalikes import skeleton
from app.core.text import vietnamese_sort_key
from app.directory.policy import Query, vocabulary
from app.directory.search.documents import Document, Handle
from app.members import policy

WORDS = (
    "Đen", "đén", "den", "Vâu", "vau", "Hà", "Hạ", "An", "Ân", "Nguyễn", "nguyen", "Hoà", "Hòa",
    "Hoàn", "Thuý", "Tuấn", "tuan", "Minh", "Hương", "d", "ĐÁ", "n", "vlog", "official", "MTP9",
)  # fmt: skip
TYPED = (
    *WORDS, "denvau", "haan", "nguyenminh", "ẩm", "travel", "tuanminh", "ddeen", "vaau", "nguye64n",
    "nguyeenx", "haf", "d9en", "tuaans", "huowng",
)  # fmt: skip
BEGAN = datetime(2025, 12, 31, 16, 59, tzinfo=UTC)  # a minute before 2026 in Vietnam
PLATFORMS = ("tiktok", "youtube", "facebook")
MOST = 40  # serials

seeds = st.integers(0, 1 << 32)


def some(chance: random.Random, least: int, most: int) -> list[str]:
    return chance.choices(WORDS, k=chance.randint(least, most))


def made_handle(chance: random.Random) -> Handle:
    between = chance.choice(("", ".", "_", "-"))
    return Handle(
        platform=chance.choice(PLATFORMS),
        text=between.join(some(chance, 1, 3)).lower(),
        followers=chance.choice((None, 10, 999, 1_000, 20_000, 20_000, 2_000_000)),
        method=chance.choice(("page_code", "staff")),
    )


def made(chance: random.Random, serial: int) -> Document:
    name = " ".join(some(chance, 1, 3))
    handles = tuple(made_handle(chance) for _ in range(chance.randint(0, 2)))
    return Document(
        serial=serial,
        version=chance.randint(1, 9),
        number=policy.number(2026, serial),
        name=name,
        sort_key=vietnamese_sort_key(name),
        legal_name=chance.choice(("", "", "Nguyễn Hạ Minh")),
        biography=", ".join(some(chance, 0, 5)),
        topics=tuple(chance.sample(("food", "music"), chance.randint(0, 2))),
        languages=tuple(chance.sample(("vi", "en"), chance.randint(0, 2))),
        province=chance.choice(("01", "79")),
        standing=chance.choice(("active", "active", "active", "suspended", "left")),
        joined_at=BEGAN + timedelta(minutes=chance.randint(0, 2)),
        handles=handles,
        skeletons=frozenset(filter(None, map(skeleton, (name, *(h.text for h in handles))))),
    )


def crowd(size: int, seed: int) -> list[Document]:
    """Members with different serials, in no order."""
    chance = random.Random(seed)  # noqa: S311 - people for tests, not secrets
    return [made(chance, serial) for serial in chance.sample(range(1, MOST + 1), size)]


crowds = st.builds(crowd, st.integers(0, 30), seeds)


def typed_word(chance: random.Random) -> str:
    """A word as somebody types it: whole, begun, or with something wrong."""
    word = chance.choice(TYPED)
    way = chance.randint(0, 5)
    if way == 0:
        return word[: chance.randint(1, len(word))]
    if way == 1:
        at = chance.randint(0, len(word))
        put = chance.choice(("", "a", "n", "x", "uy"))
        return word[:at] + put + word[at + chance.randint(0, 1) :]
    if way == 2:
        at = chance.randint(0, len(word))
        return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    return word


def question(seed: int) -> Query:
    chance = random.Random(seed)  # noqa: S311
    words: Sequence[str] = [typed_word(chance) for _ in range(chance.choice((0, 1, 1, 2, 2, 3)))]
    pairs = [("q", chance.choice((" ", " ", "")).join(words))]
    for name in ("topic", "province", "platform", "tier", "language", "method", "since"):
        if chance.random() < 1 / 6:
            values = list(vocabulary(name))
            pairs += [(name, value) for value in chance.sample(values, min(2, len(values)))]
    if chance.random() < 1 / 2:
        pairs += [("standing", value) for value in vocabulary("standing")]
    pairs.append(("sort", chance.choice(("", "", "relevance", "newest", "name", "followers"))))
    pairs.append(("page", str(chance.randint(1, 4))))
    return Query.parse(pairs)


queries = st.builds(question, seeds)
