"""The words that invented people are made of, read from `words/`."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

WORDS = Path(__file__).with_name("words")
_WHOSE = re.compile(r"\((w|m|\d+\+)\) ")


@dataclass(frozen=True, slots=True)
class Place:
    """How people of one province speak of home."""

    home: str
    places: tuple[str, ...]
    dishes: tuple[str, ...]
    things: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicWords:
    """What is said by those who speak about one topic; slots such as `{place}` are filled later.

    A biography is one opening, one middle and one ending.
    """

    stage: tuple[str, ...]
    openings: tuple[str, ...]
    middles: tuple[str, ...]
    endings: tuple[str, ...]
    qualifications: tuple[str, ...] = ()


def fits(words: str, *, woman: bool, age: int) -> bool:
    """Whether `words` fit somebody: `(w)`, `(m)` or `(30+)` before them says whose they are."""
    found = _WHOSE.match(words)
    if found is None:
        return True
    whose = found[1]
    return woman == (whose == "w") if whose in "wm" else age >= int(whose[:-1])


def bare(words: str) -> str:
    """`words` without what says whose they are."""
    return _WHOSE.sub("", words)


def read(name: str) -> Any:
    """One file of words, by its path below `words/` without the ending."""
    return yaml.safe_load((WORDS / f"{name}.yaml").read_text(encoding="utf-8"))


@lru_cache
def names() -> Any:
    """Family and given names of the peoples of Vietnam, and the stage names to stay away from."""
    return read("names")


@lru_cache
def places() -> dict[str, Place]:
    """By the code of the province."""
    return {
        code: Place(given["home"], *(tuple(given[k]) for k in ("places", "dishes", "things")))
        for code, given in read("places").items()
    }


@lru_cache
def topics() -> dict[str, TopicWords]:
    """By the key of the topic."""
    return {
        path.stem: TopicWords(**{k: tuple(v) for k, v in read(f"topics/{path.stem}").items()})
        for path in sorted((WORDS / "topics").glob("*.yaml"))
    }


@lru_cache
def review() -> Any:
    """What staff and applicants write to each other, and the reasons for decisions."""
    return read("review")


@lru_cache
def biographies(locale: str) -> dict[str, tuple[str, ...]]:
    """Whole biographies in `locale` (en or fr), by topic."""
    return {topic: tuple(given) for topic, given in read(f"biographies.{locale}").items()}
