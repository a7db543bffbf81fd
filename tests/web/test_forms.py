from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

import httpx2
import pytest
from babel.support import LazyProxy
from pydantic import Field, field_validator
from selectolax.lexbor import LexborHTMLParser
from starlette.datastructures import FormData

from app.core.errors import Refused
from app.core.i18n import lazy_gettext as _l
from app.web.forms import Form, FormModel, Line, Paragraphs, _typed, blank, check


class Colour(StrEnum):
    RED = "red"


class Everything(FormModel):
    title: Annotated[Line, Field(min_length=2, max_length=10)]
    words: Paragraphs = ""
    born: date | None = None
    agrees: bool | None = None
    count: int | None = None
    colour: Colour | None = None
    size: Literal["s", "m"] | None = None
    tags: Annotated[tuple[str, ...], Field(max_length=2)] = ()

    messages: ClassVar = {"title.missing": _l("Please fill this in.")}

    @field_validator("words")
    @classmethod
    def _kind(cls, given: str) -> str:
        if "rude" in given:
            raise ValueError("Kinder, please.")
        return given


def filled(**given: str | list[str]) -> Form[Everything]:
    pairs = [(k, v) for k, vs in given.items() for v in (vs if isinstance(vs, list) else [vs])]
    form = Form(Everything, typed=_typed(FormData(pairs), Everything))
    check(form)
    return form


def test_what_was_typed_becomes_a_value() -> None:
    form = filled(
        title="  Đen\u200b  Vâu ", words="một \r\n\r\n  hai\u00a0ba  ", born_day="5", born_month="3",
        born_year="1998", agrees="yes", count="12", colour="red", size="m", tags=["a", "b"],
        unknown="ignored",
    )  # fmt: skip
    assert form.errors == {}
    assert form.value == Everything(
        title="Đen Vâu", words="một\n\nhai ba", born=date(1998, 3, 5), agrees=True, count=12,
        colour=Colour.RED, size="m", tags=("a", "b"),
    )  # fmt: skip


def test_blank_fields_count_as_not_given() -> None:
    form = filled(title="Xin", words="  ", born_day="", count=" ", colour="", tags=["", "\u200b"])
    assert form.errors == {}
    assert form.value == Everything(title="Xin")


@pytest.mark.parametrize(
    ("given", "name", "message"),
    [
        ({}, "title", "Please fill this in."),
        ({"title": "x"}, "title", "Use at least 2 characters."),
        ({"title": "x" * 11}, "title", "Use at most 10 characters."),
        ({"words": "rude"}, "words", "Kinder, please."),
        ({"born_day": "31", "born_month": "2", "born_year": "2001"}, "born",
         "Write a real date, such as 24 11 1998."),
        ({"born_year": "2001"}, "born", "Write a real date, such as 24 11 1998."),
        ({"agrees": "perhaps"}, "agrees", "Choose yes or no."),
        ({"count": "many"}, "count", "Write a whole number, such as 12000."),
        ({"count": "1.5"}, "count", "Write a whole number, such as 12000."),
        ({"colour": "blue"}, "colour", "Choose one of the answers shown."),
        ({"size": "xl"}, "size", "Choose one of the answers shown."),
        ({"tags": ["a", "b", "c"]}, "tags", "Choose at most 2."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(
    given: dict[str, str | list[str]], name: str, message: str
) -> None:
    form = filled(**{"title": "Xin", **given} if given else {})
    assert form.errors == {name: message}
    assert {typed: form.typed[typed] for typed in given} == given
    with pytest.raises(Refused):
        _ = form.value


def test_what_shows_nothing_counts_as_not_given() -> None:
    form = filled(title="\u200b\u2066\u3164", words="\u2060")
    assert form.errors == {"title": "Please fill this in."}


def test_every_error_is_said_not_only_the_first() -> None:
    assert set(filled(title="x", count="many", size="xl").errors) == {"title", "count", "size"}


def test_control_characters_never_reach_the_database() -> None:
    assert filled(title="a\x00b\x07c").value.title == "abc"


def test_a_form_is_shown_as_it_is_stored() -> None:
    form = blank(
        Everything, title="Xin", born=date(1998, 3, 5), agrees=False, tags=("a",), count=None
    )
    assert form.typed == {
        "title": "Xin", "born_day": "5", "born_month": "3", "born_year": "1998", "agrees": "no",
        "tags": ["a"],
    }  # fmt: skip
    check(form)
    assert form.value == Everything(title="Xin", born=date(1998, 3, 5), agrees=False, tags=("a",))


def test_the_first_message_at_a_field_stays() -> None:
    form = filled(title="Xin")
    form.error("title", "First.")
    form.error("title", LazyProxy(lambda: "Second."))
    assert form.errors == {"title": "First."}
    with pytest.raises(Refused):
        _ = form.value


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "idna", "zlib"])
async def test_a_form_is_read_as_utf_8_whatever_its_header_says(
    stage: httpx2.AsyncClient, charset: str
) -> None:
    parts = {"title": "Bếp", "words": "\\ud800 +2AA- dài"}
    body = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    )
    answer = await stage.post(
        "/test/refuse/stale",
        content=f"{body}--b--\r\n".encode(),
        headers={"Content-Type": f"multipart/form-data; charset={charset}; boundary=b"},
    )
    assert answer.status_code == 409
    given_back = LexborHTMLParser(answer.text).css_first(".given-back")
    assert given_back is not None
    assert "Bếp" in given_back.text()
    assert "\\ud800 +2AA- dài" in given_back.text()


async def test_a_form_that_takes_no_file_takes_none_in(stage: httpx2.AsyncClient) -> None:
    answer = await stage.post("/test/refuse/stale", files={"title": ("a.bin", b"x" * 10)})
    assert answer.status_code == 422


async def test_a_form_of_texts_is_cut_off_where_no_form_of_ours_ends(
    stage: httpx2.AsyncClient,
) -> None:
    """The refusal comes while the form is read, so 422; a form that is read answers 409."""
    fits = {f"a{n}": "x" * 190_000 for n in range(5)}
    assert (await stage.post("/test/refuse/stale", data=fits)).status_code == 409
    fits["a5"] = "x" * 190_000
    assert (await stage.post("/test/refuse/stale", data=fits)).status_code == 422
