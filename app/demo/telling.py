"""Biographies of invented people, composed so that no two are alike."""

import random
import re
from collections import Counter
from dataclasses import dataclass, field

from app.core.reference import reference
from app.demo import vocabulary

YEARS = range(2012, 2025)  # in which somebody may have begun
TOLD_UNTIL = 2026


@dataclass(slots=True)
class Told:
    """How often each sentence was used, so that the least told one comes next."""

    times: Counter[str] = field(default_factory=Counter)

    def choose(self, rng: random.Random, sentences: tuple[str, ...]) -> str:
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


def biography(rng: random.Random, told: Told, by: Teller) -> str:
    """What `by` writes about themself, in their language."""
    whole = vocabulary.biographies(by.locale).get(by.topic) if by.locale != "vi" else None
    if whole:
        return _filled(rng, told.choose(rng, whole), by)
    words = vocabulary.topics()[by.topic]
    parts = [told.choose(rng, words.openings), told.choose(rng, words.middles)]
    if rng.random() < 0.75:  # noqa: PLR2004 - some stop earlier
        parts.append(told.choose(rng, words.endings))
    text = " ".join(_filled(rng, part, by) for part in parts)
    return _in_ones_own_voice(rng, text)


def _filled(rng: random.Random, text: str, by: Teller) -> str:
    place = vocabulary.places()[by.province]
    since = rng.choice(YEARS)
    return text.format(
        home=place.home,
        home_plain=reference.provinces[by.province].name(by.locale),
        place=rng.choice(place.places),
        dish=rng.choice(place.dishes),
        thing=rng.choice(place.things),
        since=since,
        years=TOLD_UNTIL - since,
        parent="mẹ" if by.woman else "bố",
    )


def _in_ones_own_voice(rng: random.Random, text: str) -> str:
    """“Mình” for most, “tôi” for some: one word through the whole text."""
    if rng.random() < 0.7:  # noqa: PLR2004
        return text
    return re.sub(r"\bmình\b", "tôi", re.sub(r"\bMình\b", "Tôi", text))
