"""A file under `/.well-known/`, which only whoever runs the site can put there.

It proves the whole site, so each page of it; the site may send one on within itself, never to
another. Only a file of plain text counts: many sites answer any address with a page of theirs, and
what visitors write may end up on that.

Source: issue 5 §2; RFC 8615.
"""

from types import MappingProxyType
from urllib.parse import urlsplit, urlunsplit

from app.channels.fetcher import HttpFailed
from app.channels.methods.base import Ask, Finding, Method, Reach, Step, evidence_of
from app.channels.policy.domains import DOMAIN_CODE_LIFE, domain_code, is_domain_code, site_of
from app.channels.policy.keeping import GONE
from app.core.i18n import lazy_gettext as _l

PATH = "/.well-known/dta-challenge.txt"


class WellKnown(Method):
    """A text file on the site."""

    key = "well_known"
    rank = 14
    title = _l("Put a file onto your site")
    summary = _l(
        "You put a small text file onto your site. It stays there and proves the whole site again"
        " and again."
    )
    name = _l("A file on the site")
    how = _l("by a file on the site")
    life = DOMAIN_CODE_LIFE
    needs_identity = False
    stays = True
    failures = MappingProxyType(
        {
            "file_not_found": _l(
                "There is no such file on your site. Check its name and folder; open the address"
                " yourself to see what others see."
            ),
            "file_differs": _l(
                "We read the file and did not find the code on a line of its own. Copy it again."
            ),
            "file_is_a_page": _l(
                "Your site answered with a web page in place of a text file. Check that the file is"
                " there and ends in .txt."
            ),
        }
    )

    def works_for(self, platform: str) -> bool:
        """Websites: nobody puts files onto a platform."""
        return platform == "website"

    def new_code(self) -> str:
        """The same as in a zone."""
        return domain_code()

    def fits(self, code: str) -> bool:
        """A code that was meant for the zone serves as well."""
        return is_domain_code(code)

    def steps(self, ask: Ask) -> tuple[Step, ...]:
        """Make it, put it, leave it there."""
        return (
            Step(
                _l("Make a text file that holds this one line."),
                ask.code,
                _l("The line of the file"),
            ),
            Step(
                _l("Put it onto your site so that it can be read at this address."),
                address_of(ask),
                _l("The address of the file"),
            ),
            Step(_l("Come back here and check. Leave the file there: we look again each week.")),
        )

    async def check(self, ask: Ask, reach: Reach) -> Finding:
        """Read the file and look for the code on a line of its own."""
        address = address_of(ask)
        try:
            page = await reach.fetcher.fetch(address)
        except HttpFailed as failed:
            if failed.status in GONE:
                return Finding("file_not_found", {"chain": [address], "status": failed.status})
            raise
        evidence = evidence_of(page)
        if (urlsplit(page.url).hostname or "").removeprefix("www.") != site_of(ask.key):
            return Finding("moved_elsewhere", evidence)
        if page.media_type != "text/plain":
            return Finding("file_is_a_page", evidence)
        if ask.code and ask.code in _lines(page.text):
            return Finding(None, evidence | {"matched": ask.code})
        return Finding("file_differs", evidence)


def address_of(ask: Ask) -> str:
    """Where the file belongs."""
    parts = urlsplit(ask.url)
    return urlunsplit((parts.scheme, parts.netloc, PATH, "", ""))


def _lines(text: str) -> set[str]:
    """The lines, without the mark that some editors put before the first."""
    return {line.strip() for line in text.removeprefix("\ufeff").splitlines()}


METHOD = WellKnown()
