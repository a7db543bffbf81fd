"""A `rel="me"` link from the page to the person's own address on the portal.

Source: https://microformats.org/wiki/rel-me; HTML Living Standard, "Links" (rel is a set of
space-separated tokens, compared without regard to ASCII case).
"""

import asyncio
import html
import re
from urllib.parse import urljoin, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser

from app.channels.fetcher import Fetcher, FetchFailed, Page
from app.channels.methods.base import Ask, Finding, Method, Reach, Step, evidence_of, leads_to
from app.core.i18n import LOCALES
from app.core.i18n import lazy_gettext as _l

PLATFORMS = frozenset({"website", "mastodon"})
MOST_FOLLOWED = 20  # links that may be shortened ones, each one redirect deep
HTML = frozenset({"text/html", "application/xhtml+xml"})
_PREFIX = re.compile(rf"^/(?:{'|'.join(LOCALES)})(?=/is/)")


class RelMe(Method):
    """A link that says "this is me as well"."""

    key = "rel_me"
    rank = 20
    title = _l('Link to your address here with rel="me"')
    summary = _l("You add one link to your page. It can stay, and proves the page again and again.")
    name = _l("A link on the page")
    how = _l("by a link on the page")
    life = None
    needs_identity = True
    stays = True

    def works_for(self, platform: str) -> bool:
        """Where people can mark a link so: their own pages, and Mastodon's profile fields."""
        return platform in PLATFORMS

    def steps(self, ask: Ask) -> tuple[Step, ...]:
        """Copy, add, check."""
        last = Step(_l("Come back here and check."))
        if ask.platform == "mastodon":
            return (
                Step(_l("Copy this address."), ask.identity_url, _l("Your address")),
                Step(_l("Edit your profile, put it into one of the extra fields, and save.")),
                last,
            )
        link = f'<a rel="me" href="{ask.identity_url}">DTA</a>'
        return (
            Step(_l("Copy this link."), link, _l("Your link")),
            Step(
                _l("Put it into the HTML of the page. You may change its words, not its address.")
            ),
            last,
        )

    async def check(self, ask: Ask, reach: Reach) -> Finding:
        """Look at all links of the page, then at where they send one on to."""
        page = await reach.fetcher.fetch(ask.url)
        evidence = evidence_of(page)
        if not leads_to(ask, page.url):
            return Finding("moved_elsewhere", evidence)
        links = links_of(page) if page.media_type in HTML else []
        for link in links:
            if same(link, ask.identity_url):
                return Finding(None, evidence | {"matched": link})
        asked = [link for link in links if link.startswith(("https:", "http:"))][:MOST_FOLLOWED]
        found = await asyncio.gather(*(_redirect_of(reach.fetcher, link) for link in asked))
        for link, target in zip(asked, found, strict=True):
            if target and same(target, ask.identity_url):
                return Finding(None, evidence | {"matched": link, "redirect": target})
        return Finding("link_not_found", evidence | {"links": len(links)})


async def _redirect_of(fetcher: Fetcher, link: str) -> str | None:
    try:
        return await fetcher.redirect_of(link)
    except FetchFailed:
        return None  # one broken link says nothing about the others


def links_of(page: Page) -> list[str]:
    """The addresses of all rel="me" links, absolute, each once, in the order of the page."""
    tree = LexborHTMLParser(page.text)
    base_tag = tree.css_first("base[href]")
    base = page.url
    if base_tag is not None:
        base = _join(page.url, base_tag.attributes.get("href") or "") or page.url
    found: dict[str, None] = {}
    for node in tree.css("a[rel][href], link[rel][href], area[rel][href]"):
        tokens = re.split(r"[ \t\n\f\r]+", (node.attributes.get("rel") or "").lower())
        target = _join(base, (node.attributes.get("href") or "").strip())
        if "me" in tokens and target:
            found[target] = None
    return list(found)


def links_in(fragment: str, base: str) -> list[str]:
    """The addresses of all links in a piece of HTML, absolute, in its order."""
    tree = LexborHTMLParser(fragment)
    found = (_join(base, (a.attributes.get("href") or "").strip()) for a in tree.css("a[href]"))
    return [link for link in found if link]


def names_address(text: str, address: str) -> bool:
    """Whether plain text names an address as a word of its own, with its scheme or without."""
    bare = re.escape(address.partition("://")[2])
    before = r"(?<![^\s(\[<>\"'“”«|,;])"  # within another address it is not meant
    pattern = rf"{before}(?:https?://)?{bare}(?![\w-]|/\w|\.\w)"
    return bool(address) and re.search(pattern, html.unescape(text)) is not None


def text_of(fragment: str) -> str:
    """What a piece of HTML shows, its links as they are written there."""
    return LexborHTMLParser(fragment).text(separator="")


def _join(base: str, href: str) -> str | None:
    try:
        return urljoin(base, href)
    except ValueError:
        return None


def same(one: str, other: str) -> bool:
    """Whether two addresses are one: letters of the host, fragment, end and language aside."""
    return _normal(one) == _normal(other) is not None


def _normal(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.username or parts.password or not parts.hostname:
        return None
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = parts.hostname if port in (None, default) else f"{parts.hostname}:{port}"
    path = _PREFIX.sub("", parts.path).rstrip("/")
    return urlunsplit((parts.scheme, host, path, parts.query, ""))


METHOD = RelMe()
