"""The words that depend on a question to the directory: its heading, what narrows it, ways out."""

from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.directory import recognition
from app.directory.policy import FILTERS, Query, Sort, label
from app.directory.queries.results import Results


def heading(query: Query) -> str:
    """The title of the page: what was asked, in the order of the filters."""
    asked = [f"“{query.q}”"] if query.q else []
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


def loosen(results: Results) -> list[tuple[str, str, int | None]]:
    """Ways out of an empty answer: words, address, how many would be found (None: not counted)."""
    query = results.query
    ways: list[tuple[str, str, int | None]] = []
    for each in results.filters:
        if each.narrowed and each.found_without:
            chosen = ", ".join(label(each.name, value) for value in query.chosen(each.name))
            address = query.without(each.name).address()
            ways.append((_("Without “%(what)s”", what=chosen), address, each.found_without))
    if query.q:
        ways.append((_("Without “%(what)s”", what=query.q), query.without("q").address(), None))
    if ways or narrowing(query):
        ways.append((_("The whole directory"), Query().address(), None))
    return ways


def is_for_check(query: Query) -> bool:
    """Whether the free text names one account or number, which the check answers better."""
    meant = recognition.read(query.q) if query.q else recognition.Meant()
    return bool(meant.number or meant.mistyped or len(meant.links) == 1)
