"""What every route has in common: reads by GET on a read-only session, writes by POST."""

import re
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from app.web import deps
from tests.portal import application

TEMPLATES = Path(__file__).parents[2] / "templates"
ROUTES = [
    found
    for included in application().routes
    if hasattr(included, "effective_route_contexts")
    for found in included.effective_route_contexts()
    if isinstance(found.original_route, APIRoute)
]
OWN = ("/apply", "/account")
ANYBODYS = {"/account/language"}
PAGES = sorted(TEMPLATES.rglob("*.html"))
OF_THE_PUBLIC = [page for page in PAGES if page.name != "styleguide.html"]
ALLOWED = {"SHA-256", "(.txt)"}


def name_of(route: APIRoute) -> str:
    return f"{'/'.join(sorted(route.methods))} {route.path}"


def asked_for(route: APIRoute) -> set[object]:
    """All that the route depends on, directly or through others."""
    found: set[object] = set()
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        found.add(dependant.call)
        waiting += dependant.dependencies
    return found


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_route_reads_by_get_or_writes_by_post(route: APIRoute) -> None:
    assert route.methods in ({"GET"}, {"POST"})
    found = asked_for(route)
    if route.methods == {"GET"}:
        assert deps.write_session not in found
    elif not route.path.endswith("/preview"):  # shows what would be sent, and changes nothing
        assert deps.read_session not in found


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_route_says_in_words_what_it_is(route: APIRoute) -> None:
    assert route.endpoint.__doc__


@pytest.mark.parametrize("route", [r for r in ROUTES if r.path.startswith("/staff")], ids=name_of)
def test_staff_pages_are_for_staff(route: APIRoute) -> None:
    assert deps.staff in asked_for(route)


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.path.startswith(OWN) and r.path not in ANYBODYS], ids=name_of
)
def test_own_pages_are_for_those_who_signed_in(route: APIRoute) -> None:
    assert {deps.signed_in, deps.staff} & asked_for(route)


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.relative_to(TEMPLATES).as_posix())
def test_forms_post_or_search_and_links_go_through_url(path: Path) -> None:
    source = path.read_text("utf-8")
    for form in re.findall(r"<form\b[^>]*>", source, re.DOTALL):
        assert re.search(r'method="(post|get)"', form), form
    plain = re.findall(r'(?:href|action|hx-post|hx-get)="(/[^"]*)"', source)
    assert plain == []


@pytest.mark.parametrize("path", OF_THE_PUBLIC, ids=lambda p: p.relative_to(TEMPLATES).as_posix())
def test_no_words_escape_translation(path: Path) -> None:
    """Outside of `_()` and `{% trans %}` a template has marks and numbers only."""
    source = path.read_text("utf-8")
    source = re.sub(r"{% block kind %}\w+{% endblock %}", "", source)
    source = re.sub(r"{%-?\s*trans\b.*?{%-?\s*endtrans\s*-?%}", "", source, flags=re.DOTALL)
    source = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<!--.*?-->", "\x00", source, flags=re.DOTALL)
    source = re.sub(r"<(code|svg|script)\b.*?</\1>", "", source, flags=re.DOTALL)
    said = re.findall(
        r"\b(?:alt|title|aria-label|placeholder)=\"([^\"\x00]*[^\W\d_]{2,}[^\"\x00]*)\"", source
    )
    text = re.sub(r"<[^>]*>", "\x00", source.replace("->", ""))
    said += [w.strip() for w in text.split("\x00") if re.search(r"[^\W\d_]{2,}", w)]
    assert [w for w in said if w not in ALLOWED and not w.startswith("hx-")] == []
