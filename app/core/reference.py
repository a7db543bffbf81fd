"""The product's vocabularies, read from `data/`: provinces, topics, tiers, languages, pillars.

The files are the truth; `portal reference load` copies the keys into tables, so that foreign keys
can hold on to them.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml
from babel import Locale

from app.core.config import DATA
from app.core.i18n import current_locale


@dataclass(frozen=True, slots=True)
class Term:
    """One value of a vocabulary with its names."""

    key: str
    names: Mapping[str, str]

    def name(self, locale: str | None = None) -> str:
        """Its name in `locale`, or in the reader's."""
        return self.names.get(locale or current_locale()) or self.names["en"]


@dataclass(frozen=True, slots=True)
class Province(Term):
    """A province or centrally run city since 1 July 2025; `key` is its two-digit code."""

    slug: str = ""
    kind: str = "province"
    region: str = ""
    tile: tuple[int, int] = (0, 0)
    former_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic(Term):
    """What a member speaks about; an expert topic asks for a qualification (duty 7)."""

    expert: bool = False


@dataclass(frozen=True, slots=True)
class Tier(Term):
    """A span of followers of the largest proven channel; `most` is None at the top."""

    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Pillar(Term):
    """One of the five pillars of the assessment, with the most points it can give."""

    points: int = 0
    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def asked(self, locale: str | None = None) -> tuple[str, ...]:
        """What a reviewer asks about it, in `locale` or in the reader's language."""
        return self.questions.get(locale or current_locale()) or self.questions["en"]


@dataclass(frozen=True, slots=True)
class Assessment:
    """The marks of the assessment: `total` points, `pass_mark` to reach, least share a pillar."""

    total: int
    pass_mark: int
    minimum_share: float


LANGUAGES = ("vi", "en", "fr", "zh", "ko", "ja", "km", "tay", "hmn", "cjm", "rad", "th")
_OWN_NAMES = {
    "tay": {"vi": "Tiếng Tày", "en": "Tày", "fr": "Tày"},
    "hmn": {"vi": "Tiếng Mông", "en": "Hmong", "fr": "Hmong"},
    "cjm": {"vi": "Tiếng Chăm", "en": "Cham", "fr": "Cham"},
    "rad": {"vi": "Tiếng Ê Đê", "en": "Ede", "fr": "Édé"},
}


def _language(key: str) -> Term:
    names = _OWN_NAMES.get(key) or {
        locale: _capital(Locale(key).get_language_name(locale) or key)
        for locale in ("vi", "en", "fr")
    }
    return Term(key, names)


def _capital(given: str) -> str:
    return given[:1].upper() + given[1:]


@dataclass
class Reference:
    """Every vocabulary, each read when first asked for."""

    _files: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def _rows(name: str) -> Iterator[dict[str, str]]:
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    @cached_property
    def provinces(self) -> dict[str, Province]:
        """By two-digit code, in the order of the file."""
        return {
            row["code"]: Province(
                row["code"],
                {"vi": row["name_vi"], "en": row["name_en"], "fr": row["name_en"]},
                slug=row["slug"],
                kind=row["kind"],
                region=row["region"],
                tile=(int(row["tile_col"]), int(row["tile_row"])),
                former_names=tuple(n for n in row["former_names"].split(";") if n),
            )
            for row in self._rows("provinces.csv")
        }

    @cached_property
    def topics(self) -> dict[str, Topic]:
        """By key, in the order of the file."""
        return {
            row["key"]: Topic(
                row["key"],
                {locale: row[f"name_{locale}"] for locale in ("vi", "en", "fr")},
                expert=row["expert"] == "yes",
            )
            for row in self._rows("topics.csv")
        }

    @cached_property
    def tiers(self) -> dict[str, Tier]:
        """By key, smallest first."""
        return {
            row["key"]: Tier(
                row["key"],
                {locale: row[f"name_{locale}"] for locale in ("vi", "en", "fr")},
                least=int(row["min_followers"]),
                most=int(row["max_followers"]) if row["max_followers"] else None,
            )
            for row in self._rows("tiers.csv")
        }

    @cached_property
    def languages(self) -> dict[str, Term]:
        """Languages that a member may say they speak in, by BCP 47 key."""
        return {key: _language(key) for key in LANGUAGES}

    @cached_property
    def pillars(self) -> dict[str, Pillar]:
        """The five pillars, in the order of the sheet."""
        return {
            p["key"]: Pillar(
                p["key"],
                {locale: p[locale] for locale in ("vi", "en", "fr")},
                points=p["points"],
                questions={
                    locale: tuple(p[f"questions_{locale}"]) for locale in ("vi", "en", "fr")
                },
            )
            for p in self._pillar_file["pillars"]
        }

    @cached_property
    def assessment(self) -> Assessment:
        """The marks of `pillars.yaml`."""
        file = self._pillar_file
        return Assessment(file["total"], file["pass_mark"], file["minimum_share_per_pillar"])

    @cached_property
    def _pillar_file(self) -> Any:
        return yaml.safe_load((DATA / "pillars.yaml").read_text(encoding="utf-8"))

    def tier_of(self, followers: int) -> Tier:
        """The tier that `followers` (0 or more) falls into."""
        return next(t for t in self.tiers.values() if t.most is None or followers <= t.most)


reference = Reference()
