"""The words that depend on a question to the directory: its heading, what narrows it, ways out."""

from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.directory import recognition
from app.directory.policy import FILTERS, Query, Sort, former_name, label
from app.directory.queries.results import Results
from app.directory.why import Sought
from app.members.policy import words


def heading(query: Query) -> str:
    """The title of the page: what was asked, in the order of the filters."""
    asked = [_("“%(words)s”", words=query.q)] if query.q else []
    for name in FILTERS:
        if query.narrows(name):
            asked += [label(name, value) for value in query.chosen(name)]
    if not asked:
        return _("Directory of members")
    return _("Members: %(what)s", what=", ".join(asked))


def found(results: Results) -> str:
    """How many there are, and where among them the reader is."""
    said = ngettext("%(n)s member", "%(n)s members", results.total)
    if results.pages == 1:
        return said
    where = _("page %(page)s of %(pages)s", page=results.query.page, pages=results.pages)
    return f"{said}, {where}"


def sorts(query: Query) -> list[tuple[Sort, str]]:
    """The orders to choose from; the best fit only where there are words to fit."""
    every = [
        (Sort.RELEVANCE, _("Best match")),
        (Sort.NEWEST, _("Newest")),
        (Sort.NAME, _("Name")),
        (Sort.FOLLOWERS, _("Followers")),
    ]
    return every if query.q else every[1:]


def narrowing(query: Query) -> list[tuple[str, str]]:
    """What was chosen, value by value: its words, and the address without it."""
    return [
        (label(name, value), query.toggled(name, value).address())
        for name in FILTERS
        if query.narrows(name)
        for value in query.chosen(name)
    ]


def without_filters(query: Query) -> str:
    """The address of the same words without any filter."""
    for name in FILTERS:
        query = query.without(name)
    return query.address()


def loosen(results: Results) -> list[tuple[str, str, int | None]]:
    """Ways out of an empty answer: words, address, how many would be found (None: not counted)."""
    ways: list[tuple[str, str, int | None]] = [
        (_without(results.query, way), way.address(), total) for way, total in results.loosened
    ]
    if ways or results.query.q or narrowing(results.query):
        ways.append((_("The whole directory"), Query().address(), None))
    return ways


def _without(query: Query, way: Query) -> str:
    """What `way` has left out of `query`, or what alone it kept, in words."""
    before, after = _parts(query), _parts(way)
    alone = len(after) == 1 and way.q in ("", query.q)
    if alone and len(before) > 2:  # noqa: PLR2004 - of two, "without" says the same
        return _("Only “%(what)s”", what=", ".join(after.values()))
    gone = [text for name, text in before.items() if name not in after]
    if way.q != query.q and way.q:
        gone.append(" ".join(word for word in query.q.split() if word not in way.q.split()))
    return _("Without “%(what)s”", what=", ".join(gone))


def _parts(query: Query) -> dict[str, str]:
    """The words asked for ("q") and the values of each filter, in words."""
    chosen = {
        name: ", ".join(label(name, value) for value in query.chosen(name))
        for name in FILTERS
        if query.narrows(name)
    }
    return {"q": query.q, **chosen} if query.q else chosen


def read_as(results: Results) -> str:
    """The free text as it was read, when words that nobody has were taken for others; else ""."""
    if not results.corrected:
        return ""
    return " ".join(Sought.of(results.query.q, results.corrected).read)


def provinces(results: Results) -> list[tuple[str, str]]:
    """Where the free text names a province: what to choose instead, and its address."""
    ways = []
    for slug in results.named:
        former = former_name(slug, words(results.query.q))
        text = label("province", slug)
        if former:
            text = _("%(province)s, formerly also %(names)s", province=text, names=former)
        ways.append((text, results.query.without("q").toggled("province", slug).address()))
    return ways


def is_for_check(query: Query) -> bool:
    """Whether the free text names one account or number, which the check answers better."""
    meant = recognition.read(query.q) if query.q else recognition.Meant()
    return bool(meant.number or meant.mistyped or len(meant.links) == 1)
