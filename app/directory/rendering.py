"""Parts of the directory's pages that change seldom: rendered once, then kept and put together.

A card is kept for each version of its member, language and prefix of addresses; a value of a
filter for each language, with marks where its count and its state go.
"""

from functools import lru_cache

from markupsafe import Markup

from app.core.i18n import current_locale, format_number
from app.core.reference import Province, reference
from app.directory.policy import vocabulary
from app.directory.queries.lines import Card
from app.directory.queries.results import Filter, Option
from app.directory.search import live
from app.web.fragments import Fragments, Key, kept
from app.web.pages import macro, render

_STATE, _CHECKED, _COUNT = "\ue000", "\ue001", "\ue002"  # of no language: nobody types them
_lists = Fragments(most=8 * 1024 * 1024)  # of their own: odd questions must not push out cards
SHADES = 4  # of the map, beside the one for nobody


def member_card(card: Card, version: int, prefix: str) -> Markup:
    """The card of a member of this very version, its links with the prefix of a language."""
    key = ("card", live().era, prefix, current_locale(), card.serial, version)
    made = macro("components/people.html", "member_card")
    return kept(key, lambda: made(card, f"{prefix}/members/{card.number}"))


def values(shown: Filter) -> Markup:
    """The values of a filter as boxes to tick, each with its count."""
    return _lists.kept(_key("values", shown), lambda: Markup("").join(map(_value, shown.options)))


def tiles(shown: Filter) -> Markup:
    """The provinces as a map: a tile each, darker for more members."""
    most = max((option.count for option in shown.options), default=0)
    return _lists.kept(
        _key("tiles", shown),
        lambda: Markup("").join(_tile(option, most) for option in shown.options),
    )


def _key(kind: str, shown: Filter) -> Key:
    """All that a list says: which values, how many each, which are chosen."""
    said = tuple((option.value, option.count, option.chosen) for option in shown.options)
    return (kind, current_locale(), shown.name, said)


def _value(option: Option) -> Markup:
    part = _part("_value.html", option)
    state = "" if option.count else " filter__value--none"
    return _filled(part, option, state)


def _tile(option: Option, most: int) -> Markup:
    shade = 0 if not option.count else max(1, -(-SHADES * option.count // most))
    state = f" tile--shade{shade}" + (" tile--chosen" if option.chosen else "")
    return _filled(_part("_tile.html", option), option, state)


def _part(template: str, option: Option) -> Markup:
    """A value of a filter in the reader's language, with marks for what each answer has anew."""
    context = {
        "option": option,
        "state": _STATE,
        "checked": _CHECKED,
        "count": _COUNT,
        "province": _province(option.value) if option.name == "province" else None,
        "short": abbreviations().get(option.value, ""),
    }
    key = (template, current_locale(), option.name, option.value)
    return kept(key, lambda: render(f"directory/{template}", context))


def _filled(part: Markup, option: Option, state: str) -> Markup:
    checked = " checked" if option.chosen else ""
    text = str(part).replace(_STATE, state).replace(_CHECKED, checked)
    return Markup(text.replace(_COUNT, _number(current_locale(), option.count)))  # noqa: S704


@lru_cache(maxsize=10_000)
def _number(_locale: str, count: int) -> str:
    return format_number(count)


def _province(slug: str) -> Province:
    return reference.provinces[vocabulary("province")[slug]]


@lru_cache
def abbreviations() -> dict[str, str]:
    """A few letters for each province, by its value: those its words begin with, and no two alike.

    Two of the same initials have the second letter of their last word as well.
    """
    names = {p.slug: p.name("vi").split() for p in reference.provinces.values()}
    initials = {slug: "".join(word[0] for word in words) for slug, words in names.items()}
    alike = list(initials.values())
    return {
        slug: short if alike.count(short) == 1 else f"{short}{_further(slug, names, initials)}"
        for slug, short in initials.items()
    }


def _further(slug: str, names: dict[str, list[str]], initials: dict[str, str]) -> str:
    """The letters that tell the last word from those of provinces with the same initials."""
    last = names[slug][-1]
    others = [n[-1] for s, n in names.items() if s != slug and initials[s] == initials[slug]]
    length = next(n for n in range(2, len(last) + 1) if all(last[:n] != o[:n] for o in others))
    return last[1:length]
