"""A code that the owner puts into the bio or the page, and that the portal reads there."""

import html
import re

from babel.support import LazyProxy

from app.channels.fetcher import FetchFailed
from app.channels.methods import youtube_data
from app.channels.methods.base import (
    Ask,
    Finding,
    Method,
    Reach,
    Step,
    evidence_of,
    leads_to,
)
from app.channels.methods.presence import still_there
from app.channels.policy.proofs import CODE_LIFE, is_page_code, page_code
from app.core.i18n import lazy_gettext as _l

READABLE = frozenset({"website", "mastodon", "telegram", "youtube", "bluesky", "twitch"})
"""Platforms that show a bio to somebody not signed in, as plain HTML. Others may, at times."""

AROUND = 40  # characters kept on each side of the code


class PageCode(Method):
    """A code in the bio or the page."""

    key = "page_code"
    rank = 30
    title = _l("Put a code into your bio or page")
    summary = _l("You paste a short code, we read the page, and you take it out again.")
    name = _l("A code on the page")
    how = _l("by a code on the page")
    life = CODE_LIFE
    needs_identity = False

    def works_for(self, platform: str) -> bool:  # noqa: ARG002 - every page can hold a code
        """Everywhere."""
        return True

    def new_code(self) -> str:
        """Ten characters that survive being read aloud."""
        return page_code()

    def fits(self, code: str) -> bool:
        """The code that staff look for is the same."""
        return is_page_code(code)

    def hint(self, platform: str) -> LazyProxy | None:
        """Where the page may be closed to us, say so before somebody tries in vain."""
        if platform in READABLE:
            return None
        return _l(
            "This platform often shows its pages only to people who are signed in. If we cannot"
            " read yours, ask staff to look; the same code serves them."
        )

    def steps(self, ask: Ask) -> tuple[Step, ...]:
        """Copy, paste, check."""
        where = (
            _l("Put it anywhere on the page, where everybody can see it, and save.")
            if ask.platform == "website"
            else _l("Open your profile, put it into your bio or description, and save.")
        )
        return (
            Step(_l("Copy this code."), ask.code, _l("Your code")),
            Step(where),
            Step(_l("Come back here and check. Once it is proven you can take the code out.")),
        )

    async def check(self, ask: Ask, reach: Reach) -> Finding:
        """Look for the code where the platform's public API has the bio, then on the page."""
        known = await _by_api(ask, reach)
        if known is None:
            return await self._on_page(ask, reach)
        matched = excerpt(known.description, ask.code)
        if matched is not None:
            return known.seen(None, matched=matched)
        try:
            return known.told_by(await self._on_page(ask, reach))
        except FetchFailed:
            return known.seen("code_not_found" if known.stable_id else "gone")

    async def _on_page(self, ask: Ask, reach: Reach) -> Finding:
        """Read the page and look for the code, in whatever part of it."""
        page = await reach.fetcher.fetch(ask.url)
        evidence = evidence_of(page)
        if not leads_to(ask, page.url):
            return Finding("moved_elsewhere", evidence)
        matched = excerpt(page.text, ask.code)
        if matched is None:
            return Finding("code_not_found", evidence)
        return Finding(None, evidence | {"matched": matched})

    async def recheck(self, ask: Ask, reach: Reach) -> Finding:
        """The code may be taken out once it was seen; what can be seen again is the page."""
        return await still_there(ask, reach)


async def _by_api(ask: Ask, reach: Reach) -> youtube_data.Known | None:
    if not youtube_data.answers_for(ask):
        return None
    try:
        return await youtube_data.read(ask, reach)
    except FetchFailed:
        return None  # its quota is used up, or our key is not good: the page is open all the same


def excerpt(text: str, code: str) -> str | None:
    """The code with what stands around it, in one line; None when it is not there."""
    plain = html.unescape(text)
    found = re.search(rf"(?<![0-9A-Za-z]){re.escape(code)}(?![0-9A-Za-z])", plain, re.IGNORECASE)
    if not code or found is None:
        return None
    around = plain[max(0, found.start() - AROUND) : found.end() + AROUND]
    readable = "".join(one if one.isprintable() else " " for one in around)
    return " ".join(readable.split())


METHOD = PageCode()
