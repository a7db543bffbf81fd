"""Biographies of invented people, composed so that no two are alike."""

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.core.reference import reference
from app.demo import vocabulary

FIRST_YEAR, LAST_YEAR = 2012, 2024  # in which somebody may have begun
TOLD_IN = 2026
SHORTEST = 110  # letters; whoever has told less goes on
GROWN = 17  # the age at which one begins


@dataclass(slots=True)
class Told:
    """What was told already, so that the least told sentence comes next and no text twice."""

    times: Counter[str] = field(default_factory=Counter)
    texts: set[str] = field(default_factory=set)

    def choose(self, rng: random.Random, sentences: Sequence[str]) -> str:
        """One of the sentences that were told least."""
        least = min(self.times[s] for s in sentences)
        found = rng.choice([s for s in sentences if self.times[s] == least])
        self.times[found] += 1
        return found


@dataclass(frozen=True, slots=True)
class Teller:
    """Who writes a biography, as far as the words depend on it."""

    topic: str
    province: str
    locale: str
    woman: bool
    age: int

    def may_say(self, sentence: str) -> bool:
        """Whether a sentence is theirs to say."""
        return vocabulary.fits(sentence, woman=self.woman, age=self.age)


def biography(rng: random.Random, told: Told, by: Teller) -> str:
    """What `by` writes about themself, in their language."""
    if by.locale != "vi":
        whole = vocabulary.biographies(by.locale).get(by.topic, ())
        unused = [text for text in whole if not told.times[text]]
        if unused:
            return _filled(rng, told.choose(rng, unused), by)
    while True:
        text = _composed(rng, told, by)
        if text not in told.texts:
            told.texts.add(text)
            return text


def _composed(rng: random.Random, told: Told, by: Teller) -> str:
    words = vocabulary.topics()[by.topic]
    openings = [sentence for sentence in words.openings if by.may_say(sentence)]
    parts = [told.choose(rng, openings), told.choose(rng, words.middles)]
    stops_here = rng.random() < 0.25  # noqa: PLR2004 - some do
    if not stops_here or sum(map(len, parts)) < SHORTEST:
        parts.append(told.choose(rng, words.endings))
    text = " ".join(_filled(rng, vocabulary.bare(part), by) for part in parts)
    return _in_ones_own_voice(rng, text)


def _filled(rng: random.Random, text: str, by: Teller) -> str:
    place = vocabulary.places()[by.province]
    earliest = max(FIRST_YEAR, TOLD_IN - by.age + GROWN)
    since = rng.randint(min(earliest, LAST_YEAR), LAST_YEAR)
    return text.format(
        home=place.home,
        home_plain=reference.provinces[by.province].name(by.locale),
        place=rng.choice(place.places),
        dish=rng.choice(place.dishes),
        thing=rng.choice(place.things),
        since=since,
        years=TOLD_IN - since,
        parent="mẹ" if by.woman else "bố",
    )


def _in_ones_own_voice(rng: random.Random, text: str) -> str:
    """“Mình” for most, “tôi” for some: one word through the whole text."""
    if rng.random() < 0.7:  # noqa: PLR2004
        return text
    return re.sub(r"\bmình\b", "tôi", re.sub(r"\bMình\b", "Tôi", text))
