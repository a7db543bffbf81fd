"""Which names look alike: what stays of a name once every disguise is taken off. Pure.

Two names with one skeleton look the same; two whose skeletons differ by one letter nearly do. The
rules, and why they are as they are: `docs/decisions/0021-look-alikes.md`.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

import yaml

from app.channels.policy.confusables import plain
from app.channels.policy.links import Link
from app.core.config import DATA

LEAST = 3  # letters of a skeleton; what is shorter is like everything
LEAST_NEAR = 5  # letters from which one letter more or less is taken for a disguise
LEAST_LEFT = 5  # letters that must stay when something is taken off a name
LONGEST = 60  # letters of a skeleton; more is compared no further

_WORDS: dict[str, str] = yaml.safe_load((DATA / "lookalikes.yaml").read_text(encoding="utf-8"))
_SYLLABLES = frozenset(_WORDS["syllables"].split())
_LONGEST_SYLLABLE = max(map(len, _SYLLABLES))

_BETWEEN = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_TYPED_TWICE = re.compile(r"([^i])\1+")  # `ii` may be `li` with a capital I
_TWICE = re.compile(r"([^l])\1+")  # once `i` is written `l`
_SAME = str.maketrans({"0": "o", "1": "l", "i": "l", "3": "e", "4": "a", "5": "s"})
_LETTERS = "abcdefghjklmnopqrstuvwxyz26789"  # what a skeleton is made of, most of the time
_PUBLIC_SUFFIX = re.compile(r"(?:\.(?:com|net|org|edu|gov|co|name|info|pro|biz))?\.[a-z0-9-]+$")


class Likeness(StrEnum):
    """How alike two names are, from the closest."""

    SAME = "same"  # but for case
    DISGUISED = "disguised"  # other letters that look the same, or something added
    NEAR = "near"  # one letter more, less, other, or two swapped


def _core(text: str) -> str:
    for pair, letter in _PAIRS:
        text = text.replace(pair, letter)
    return _TWICE.sub(r"\1", _TYPED_TWICE.sub(r"\1", text).translate(_SAME))


_CORES = tuple(sorted({_core(affix) for affix in _WORDS["affixes"].split()}, key=len, reverse=True))
_AFFIX_CORES = frozenset(_CORES)
_COMMON_CORES = frozenset(map(_core, _WORDS["common"].split()))


@lru_cache(maxsize=50_000)
def skeleton(name: str) -> str | None:
    """What stays of a handle or a name, so that names that look the same share it.

    None when too little is left to compare.
    """
    words = [word for word in _BETWEEN.split(plain(name)) if word]
    while len(words) > 1 and _core(words[-1]) in _AFFIX_CORES and _enough(words[:-1]):
        words.pop()
    while len(words) > 1 and _core(words[0]) in _AFFIX_CORES and _enough(words[1:]):
        words.pop(0)
    found = _unglued(_core("".join(words)))[:LONGEST]
    return found if len(found) >= LEAST else None


def _enough(words: list[str]) -> bool:
    return len(_core("".join(words))) >= LEAST_LEFT


def _unglued(text: str) -> str:
    """`text` without affixes that stand in it without a mark between; short ones leave more."""
    for affix in _CORES:
        least = LEAST_LEFT + (len(affix) < LEAST_LEFT)
        if len(text) - len(affix) < least:
            continue
        if text.endswith(affix):
            return _unglued(text[: -len(affix)])
        if text.startswith(affix):
            return _unglued(text[len(affix) :])
    return text


def named(platform: str, key: str, handle: str | None, host: str | None = None) -> str:
    """The part of a channel's address that somebody may imitate; "" for a number of the platform's.

    Args:
        host: of a website; its key begins with it, so that it may be left out.
    """
    if platform == "website":
        site = (host or key.partition("/")[0]).removeprefix("www.")
        return _PUBLIC_SUFFIX.sub("", site)
    if platform == "bluesky" and handle:
        return handle.removesuffix(".bsky.social")
    if handle:
        return "" if handle.isdecimal() else handle
    kind, slash, own = key.partition("/")
    return own if slash and kind in ("c", "user") else ""


def named_by(link: Link) -> str:
    """As `named`, of a link that was recognised."""
    return named(link.platform, link.key, link.handle, link.host)


def channel_skeleton(platform: str, key: str, handle: str | None) -> str | None:
    """The skeleton kept with a channel."""
    name = named(platform, key, handle)
    return skeleton(name) if name else None


@lru_cache(maxsize=8)  # of who is asked about, once to look and once for each that was found
def near(asked: str) -> frozenset[str]:
    """The skeletons one step away: a letter less, more or other, or two swapped.

    None of a short one or of a common word: their neighbours are other people's.
    """
    if len(asked) < LEAST_NEAR or asked in _COMMON_CORES:
        return frozenset()
    return frozenset(_steps(asked)) - {asked}


def _steps(text: str) -> Iterator[str]:
    splits = [(text[:at], text[at:]) for at in range(len(text) + 1)]
    for head, tail in splits:
        for letter in _LETTERS:
            yield f"{head}{letter}{tail}"
            if tail:
                yield f"{head}{letter}{tail[1:]}"
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


def exact(name: str) -> tuple[str, ...]:
    """The skeletons with which a channel would look the same as `name`; none when it is too short.

    A number put behind a name is taken off as well: `bepsuong2026` poses as `bepsuong`.
    """
    found = [skeleton(name)]
    without = name.rstrip("0123456789")
    if without != name and len(plain(without)) >= LEAST_LEFT:
        found.append(skeleton(without))
    return tuple(dict.fromkeys(one for one in found if one))


def likeness(asked: str, real: str) -> Likeness | None:
    """How alike a name that somebody asks about is to a real one; None when it is not.

    Names that differ in their numbers alone (`linh1998`, `linh1999`), and two names that people
    are given (`minhan`, `minhanh`), are different people's.
    """
    if asked.casefold() == real.casefold():
        return Likeness.SAME
    wanted, ways = skeleton(real), exact(asked)
    if wanted is None or _numbered_otherwise(plain(asked), plain(real)):
        return None
    if wanted in ways:
        return Likeness.DISGUISED
    neighbours = len(wanted) >= LEAST_NEAR and any(wanted in near(way) for way in ways)
    if not neighbours or wanted in _COMMON_CORES or (is_a_name(asked) and is_a_name(real)):
        return None
    return Likeness.NEAR


def _numbered_otherwise(one: str, other: str) -> bool:
    """Whether both carry numbers, and differ in nothing else."""
    numbers = [_DIGITS.findall(text) for text in (one, other)]
    if not all(numbers) or numbers[0] == numbers[1]:
        return False
    without = [_BETWEEN.sub("", _DIGITS.sub("", text)) for text in (one, other)]
    return without[0] == without[1]


def is_a_name(text: str) -> bool:
    """Whether `text`, numbers and marks aside, is made of syllables that people are named by."""
    letters = _BETWEEN.sub("", _DIGITS.sub("", plain(text)))[:LONGEST]
    ends = {0}  # where a row of whole syllables may end
    for at in range(len(letters)):
        if at in ends:
            for size in range(2, _LONGEST_SYLLABLE + 1):
                if letters[at : at + size] in _SYLLABLES:
                    ends.add(at + size)
    return bool(letters) and len(letters) in ends
