"""The page on which something is given: forms, limits, languages, what it is by its content."""

import re

import pytest

from app.core.i18n import LOCALES
from app.verify.finding import Kind
from app.verify.given import kind_of, plain, read_json
from app.verify.limits import CHECKS, DEEPEST, MOST_BYTES, MOST_JSON, MOST_PASTED
from app.verify.routes import hands
from tests.limits import counted, one_window
from tests.portal import Portal
from tests.verify.holding import answer, give, paste


@pytest.mark.parametrize("prefix", ["", *(f"/{locale}" for locale in LOCALES)])
async def test_the_page_before_anything_is_given(portal: Portal, prefix: str) -> None:
    found = answer(await portal.get(f"{prefix}/verify"))
    assert found.status == 200
    assert len(found.page.encode()) < 150_000
    assert 'enctype="multipart/form-data"' in found.page
    for path in ("/check", "/log"):
        assert f'href="{prefix}{path}"' in found.page


async def test_others_lead_here(portal: Portal) -> None:
    for path in ("/", "/check"):
        assert 'href="/verify"' in (await portal.get(path)).text


async def test_nothing_and_too_much_of_it(portal: Portal) -> None:
    nothing = await paste(portal, "  \n ")
    assert (nothing.status, nothing.outcome) == (422, "")
    assert nothing.error("file") == "Choose a file, or paste its content."
    assert (await give(portal, b"")).error("file") == "This file is empty."
    files = {"file": ("a.json", b"{}", "application/json")}
    both = answer(await portal.post("/verify", {"text": "{}"}, files=files))
    assert both.error("file").startswith("You chose a file and pasted text as well.")
    assert ">{}</textarea>" in re.sub(r">\s+", ">", both.page)
    assert re.search(r"<title>Error:", both.page)


async def test_a_file_that_is_too_large_is_told_so(portal: Portal) -> None:
    for size in (MOST_BYTES + 1, 33_000_000):
        found = await give(portal, b"%PDF-1.7 " + b"x" * size)
        assert (found.status, found.outcome) == (422, "")
        assert found.error("file").startswith("This file is larger than 10 MB.")
    most = await give(portal, (b"%PDF-1.7 " + b"x" * MOST_BYTES)[:MOST_BYTES])
    assert (most.status, most.outcome) == (200, "foreign")


async def test_a_text_that_is_too_long_is_told_so(portal: Portal) -> None:
    found = await paste(portal, "{" * (MOST_PASTED + 1))
    assert found.status == 422
    assert found.error("text").startswith("This is too much text for this field.")


async def test_who_gives_one_after_another_is_slowed_down(portal: Portal) -> None:
    async with one_window():
        assert (await give(portal, b"abc")).status == 200
        await counted(portal, "verify", CHECKS[0])
        assert (await give(portal, b"abc")).status == 429
        assert (await portal.get("/verify")).status_code == 200


async def test_when_all_hands_are_full_one_is_asked_to_come_again(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hands, "full", hands.most)
    response = await portal.post("/verify", {"text": "{}"})
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert "Traceback" not in response.text
    monkeypatch.setattr(hands, "full", hands.most - 1)
    assert (await paste(portal, "{}")).status == 200
    assert hands.full == hands.most - 1


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04 a workbook", b"\xff\xd8\xff a photograph", b"hello", b"<html>", b"\0", b"[1, 2]"],
)
async def test_what_we_do_not_give_out(portal: Portal, data: bytes) -> None:
    found = await give(portal, data, "chữ ký.pdf")
    assert (found.status, found.outcome) == (200, "unreadable")
    assert found.title == "We do not know this kind of file"


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_answer_is_in_the_readers_language(portal: Portal, locale: str) -> None:
    titles = {
        "vi": "Tài liệu này không có dấu niêm của chúng tôi",
        "en": "This document does not have our seal",
        "fr": "Ce document n’a pas notre sceau",
    }
    found = await give(portal, b"%PDF-1.4 nothing", prefix=f"/{locale}")
    assert found.title == titles[locale]
    assert 'name="robots" content="noindex' in found.page


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", Kind.PDF),
        (b"\n\n junk before %PDF-1.4", Kind.PDF),
        (b"\x89PNG\r\n\x1a\n%PDF-", Kind.BADGE),
        (b'\xef\xbb\xbf <?xml version="1.0"?><svg/>', Kind.BADGE),
        (b" \n{}", Kind.CREDENTIAL),
        ("\ufeff{}".encode("utf-16-le"), Kind.CREDENTIAL),
        (b"\xef\xbb\xbfc2sp.org/tlog-proof@v1\n", Kind.PROOF),
        (b"<p>", Kind.OTHER),
        (b"", Kind.OTHER),
    ],
)
def test_what_it_is_by_its_content(data: bytes, kind: Kind) -> None:
    assert kind_of(data) is kind


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"{",
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": ' + b"[" * DEEPEST + b"]" * DEEPEST + b"}",
        b"{" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "' + b"x" * MOST_JSON + b'"}',
        b'{"a": "\xff"}',
    ],
)
def test_json_that_is_not_read(data: bytes) -> None:
    assert read_json(data) is None


def test_json_that_is_read() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": [1, {"b": "["}]}') == {"a": [1, {"b": "["}]}
    assert plain("é".encode("utf-16")) == "é".encode()
