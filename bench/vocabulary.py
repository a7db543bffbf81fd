"""A vocabulary as rich as life's: names, nicknames, and the words of biographies, made by rule.

Everything comes from `random.Random(seed)`, so that the same seed makes the same words.
"""

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import yaml

from app.demo.vocabulary import WORDS

# Families by their share of the people, in per mille; 34 more share the rest.
FAMILIES = {
    "Nguyễn": 310, "Trần": 108, "Lê": 92, "Phạm": 68, "Hoàng": 36, "Huỳnh": 33, "Phan": 43,
    "Vũ": 21, "Võ": 21, "Đặng": 21, "Bùi": 20, "Đỗ": 14, "Hồ": 13, "Ngô": 13, "Dương": 10,
    "Lý": 6, "Đinh": 10, "Mai": 8, "Trịnh": 8, "Đào": 8, "Lương": 8, "Trương": 16, "Lâm": 7,
}  # fmt: skip
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
VOWELS = "aăâeêioôơuưy"


@lru_cache
def parts() -> dict[str, list[str]]:
    """What words and names are made of."""
    found = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text())
    return {name: words.split() for name, words in found.items()}


@dataclass(frozen=True, slots=True)
class Words:
    """Words in falling frequency (Zipf), ready to be drawn from."""

    words: Sequence[str]
    weights: Sequence[float]

    def draw(self, chance: random.Random, many: int) -> list[str]:
        return chance.choices(self.words, cum_weights=self.weights, k=many)


def zipf(words: Sequence[str], steepness: float = 1.0) -> Words:
    """`words` so that the n-th comes as often as 1 / n^steepness."""
    return Words(words, list(accumulate(1 / (n + 2) ** steepness for n in range(len(words)))))


def syllable(onset: str, rime: str, tone: str) -> str:
    """One Vietnamese syllable, its tone on the last vowel before the end, near enough."""
    at = max((i for i, letter in enumerate(rime) if letter in "ăâêôơư"), default=-1)
    if at < 0:
        vowels = [i for i, letter in enumerate(rime) if letter in VOWELS]
        at = vowels[-2] if len(vowels) > 1 and vowels[-1] == len(rime) - 1 else vowels[-1]
    return unicodedata.normalize("NFC", onset + rime[: at + 1] + tone + rime[at + 1 :])


@lru_cache
def vietnamese() -> Words:
    """The words of real sentences first, as often as there, then all syllables that could be."""
    chance = random.Random("vietnamese")
    told = "\n".join(path.read_text() for path in sorted((WORDS / "topics").glob("*.yaml")))
    heard = Counter(re.findall(r"(?<![{\w])[^\W\d_]+(?![}\w:])", told.lower()))
    real = [word for word, _ in sorted(heard.items(), key=lambda pair: (-pair[1], pair[0]))]
    every = [
        syllable(onset, rime, tone)
        for onset in parts()["onsets"]
        for rime in parts()["rimes"]
        for tone in TONES
        if not rime.endswith(("c", "ch", "p", "t")) or tone in TONES[4:]
    ]
    chance.shuffle(every)
    return zipf([*real, *every[:6_000]], 0.95)


@lru_cache
def english() -> Words:
    """Ten thousand words and more."""
    return _derived("english", 16_000)


@lru_cache
def french() -> Words:
    """Some thousand words."""
    return _derived("french", 8_000)


def _derived(name: str, most: int) -> Words:
    chance = random.Random(name)
    starts, roots, ends = (parts()[f"{name}_{kind}"] for kind in ("starts", "roots", "ends"))
    every = [
        start + root + end
        for start, end in _by_ease(["", *starts], ["", *ends] if name == "english" else ends)
        for root in chance.sample(roots, len(roots))
    ]
    return zipf(list(dict.fromkeys(every))[:most])


def _by_ease(starts: Sequence[str], ends: Sequence[str]) -> list[tuple[str, str]]:
    """Plain forms first: a word is the rarer the more is put before and behind its root."""
    pairs = [(s, e) for s in range(len(starts)) for e in range(len(ends))]
    return [(starts[s], ends[e]) for s, e in sorted(pairs, key=lambda p: (p[0] * 8 + p[1], p))]


@lru_cache
def families() -> Words:
    rest = (1000 - sum(FAMILIES.values())) / len(parts()["rare_families"])
    weights = [*FAMILIES.values(), *[rest] * len(parts()["rare_families"])]
    return Words([*FAMILIES, *parts()["rare_families"]], list(accumulate(weights)))


@lru_cache
def middles() -> Words:
    return zipf(parts()["middles"], 0.7)


@lru_cache
def givens() -> Words:
    return zipf(parts()["givens"], 0.5)


@lru_cache
def nicknames() -> Words:
    """Thousands of invented nicknames: two syllables in one, or an English word and an ending."""
    chance = random.Random("nicknames")
    soft = [s for s in vietnamese().words if len(s) <= 3]
    doubled = [(chance.choice(soft) + chance.choice(soft)).capitalize() for _ in range(4_000)]
    foreign = [
        chance.choice(parts()["english_roots"]).capitalize()
        + chance.choice(("y", "ie", "o", "ster", "z", "x"))
        for _ in range(2_500)
    ]
    every = list(dict.fromkeys(doubled + foreign))
    chance.shuffle(every)
    return zipf(every, 0.6)
