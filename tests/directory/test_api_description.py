"""The description is made from the code and true to it; the page explains every problem."""

from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.core import clock
from app.directory.api import examples, shapes
from app.directory.policy import FILTERS, vocabulary
from app.web.problems import KINDS
from tests.portal import Portal

ADDRESS = "/api/v1/openapi.json"


async def described(portal: Portal) -> Any:
    answer = await portal.get(ADDRESS)
    assert answer.status_code == 200
    return answer.json()


def operations(told: Any) -> list[tuple[str, Any]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    ]


async def test_every_operation_is_described_with_examples(portal: Portal) -> None:
    told = await described(portal)
    assert told["openapi"] == "3.1.0"
    assert told["servers"] == [{"url": "http://localhost:8000"}]
    assert {name: one["operationId"] for name, one in operations(told)} == {
        "GET /api/v1/members": "members",
        "GET /api/v1/members/{number}": "member",
        "GET /api/v1/check": "check",
        "POST /api/v1/check": "check_many",
        "GET /api/v1/changes": "changes",
    }
    for name, one in operations(told):
        assert one["summary"], name
        assert len(one["description"]) > 60, name
        assert {"200", "422", "429", "500", "503"} <= one["responses"].keys(), name
        for status, answer in one["responses"].items():
            content = answer.get("content", {})
            kind = "application/json" if status == "200" else "application/problem+json"
            if status not in ("304", "308"):
                assert [*content] == [kind], (name, status)
                assert content[kind]["example"], (name, status)
                assert {"RateLimit", "RateLimit-Policy"} <= answer["headers"].keys()
        for parameter in one.get("parameters", []):
            assert parameter["description"], (name, parameter["name"])


async def test_the_values_of_filters_are_those_of_the_directory(portal: Portal) -> None:
    told = await described(portal)
    parameters = {
        p["name"]: p["schema"] for p in told["paths"]["/api/v1/members"]["get"]["parameters"]
    }
    for name in FILTERS:
        values = parameters[name]["items"]["enum"]
        assert values[: len(vocabulary(name))] == [*vocabulary(name)], name
    assert "quang-nam" in parameters["province"]["items"]["enum"]
    assert parameters["since"]["items"]["enum"][-1] == str(clock.today().year)


async def test_nothing_of_the_pages_and_of_the_framework_is_described(portal: Portal) -> None:
    told = await described(portal)
    assert all(path.startswith("/api/v1/") for path in told["paths"])
    assert {"HTTPValidationError", "ValidationError"} & told["components"][
        "schemas"
    ].keys() == set()
    assert (await portal.get("/docs")).status_code == 404
    assert (await portal.get("/openapi.json")).status_code == 404


@pytest.mark.parametrize(
    ("shape", "example"),
    [
        (shapes.MembersPage, examples.MEMBERS),
        (shapes.Profile, examples.PROFILE),
        (shapes.Check, examples.CHECK),
        (shapes.Checks, examples.CHECKS),
        (shapes.ChangesPage, examples.CHANGES),
        *((shapes.Problem, examples.problem(status)) for status in KINDS),
    ],
)
def test_an_example_is_what_would_be_answered(shape: type[shapes.Shape], example: Any) -> None:
    found = shape.model_validate(example)
    assert found.model_dump(mode="json", by_alias=True, exclude_unset=True) == example


async def test_the_type_of_every_problem_leads_to_its_explanation(portal: Portal) -> None:
    page = LexborHTMLParser((await portal.get("/en/api")).text)
    for status, kind in KINDS.items():
        address, anchor = kind.uri.split("#")
        assert address == "http://localhost:8000/api"
        (found,) = page.css(f"#{anchor}")
        assert found.css_first("dt").text().split() == [str(status), *str(kind.title).split()]
        assert found.css_first("dd").text().strip()


@pytest.mark.parametrize("locale", ["vi", "en", "fr"])
async def test_the_page_tells_limits_and_codes(portal: Portal, locale: str) -> None:
    answer = await portal.get(f"/{locale}/api")
    assert answer.status_code == 200
    assert "ETag" in answer.headers
    page = LexborHTMLParser(answer.text)
    assert "600" in page.css_first("#limits").text()
    codes = {code.text() for code in page.css("#verdicts dt code")}
    assert {"good", "suspended", "lookalike", "unknown"} <= codes
    assert len(page.css("h1")) == 1
