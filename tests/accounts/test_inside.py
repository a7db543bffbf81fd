"""Nobody is led off the portal by a parameter: `inside` against a browser's own reading."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.accounts.routes.browser import wanted
from app.web.pages import inside

HERE = "https://portal.example"
# What makes addresses dangerous, more often than chance would.
SPICE = st.sampled_from(
    ["/", "//", "\\", "\t", "\n", "\r", "\0", " ", "@", ":", "?", "#", "..", ".", "%2f", "%5c", "[",
     "]", "https:", "javascript:", "data:", "evil.example", "ｅｖｉｌ", "／", "\u2028", "\u200b", "vi", "a"]
)  # fmt: skip
PATHS = st.lists(st.one_of(SPICE, st.text(max_size=4)), max_size=8).map("".join)


def origin_as_a_browser_reads(address: str) -> str:
    """The origin that a browser on the portal goes to (URL Standard, "basic URL parser").

    It strips what is below a blank at both ends, drops tabs and line ends inside, and takes a
    backslash for a slash.
    """
    seen = re.sub(r"[\t\n\r]", "", address.strip("".join(map(chr, range(0x21)))))
    seen = seen.replace("\\", "/")
    if re.match(r"[a-z][a-z0-9+.-]*:", seen, re.IGNORECASE):
        return "elsewhere"
    if seen.startswith("//"):
        return "elsewhere"
    parts = urlsplit(urljoin(HERE, re.split(r"[?#]", seen)[0].replace("[", "").replace("]", "")))
    return f"{parts.scheme}://{parts.netloc}"


@given(PATHS)
@example("//evil.example")
@example("/\\evil.example")
@example("/\t/evil.example")
@example("\x00//evil.example")
@example("https:evil.example")
@example("/.//evil.example")
def test_what_is_inside_stays_inside(path: str) -> None:
    assert origin_as_a_browser_reads(inside(path)) == HERE
    assert origin_as_a_browser_reads(wanted(path) or "/") == HERE


@given(PATHS)
def test_what_is_inside_is_a_plain_path(path: str) -> None:
    found = inside(path)

    assert found.startswith("/")
    assert not found.startswith("//")
    assert not any(ord(c) < 0x20 or c in "\x7f\\" for c in found)
    assert found in (path, "/")
    assert inside(found) == found


@given(st.lists(st.from_regex(r"[a-z0-9-]{1,10}", fullmatch=True), min_size=1, max_size=5))
def test_our_own_pages_are_let_through(parts: list[str]) -> None:
    path = "/" + "/".join(parts)

    assert inside(path) == path
    assert wanted(f"{path}?q=a%20b#c") == f"{path}?q=a%20b#c"


@pytest.mark.parametrize(
    "path", ["", "/", "/fr", "/vi/", "/sign-in", "/fr/sign-in", "account", "/" + "a" * 2000]
)
def test_what_is_no_wish_is_none(path: str) -> None:
    assert wanted(path) == ""
