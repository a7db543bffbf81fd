"""Why a page could not be read, each with its words for the person."""

from typing import ClassVar

from babel.support import LazyProxy

from app.core.errors import PortalError
from app.core.i18n import lazy_gettext as _l


class FetchFailed(PortalError):
    """A page could not be read. `key` is kept with the proof, `TEXT` is for the person."""

    key: ClassVar[str]
    TEXT: ClassVar[LazyProxy]

    def __init__(self, detail: str = "") -> None:
        super().__init__(self.TEXT)
        self.detail = detail  # for the log and the evidence; never shown


class BadAddress(FetchFailed):
    """It is no address that we open: scheme, port, user-info or shape."""

    key = "bad_address"
    TEXT = _l("The page leads to an address that we do not open.")


class NotPublic(FetchFailed):
    """Its name has an address that is not on the public internet."""

    key = "not_public"
    TEXT = _l("This address does not lead to the public internet, so we do not open it.")


class NotFound(FetchFailed):
    """Its name has no address at all."""

    key = "not_found"
    TEXT = _l("There is no site of this name. Check how the address is written.")


class NoConnection(FetchFailed):
    """The site does not answer, or breaks off, or proves to be another (TLS)."""

    key = "no_connection"
    TEXT = _l("The site did not answer over a secure connection. Try again in a few minutes.")


class TooSlow(FetchFailed):
    """It took longer than `SECONDS`."""

    key = "too_slow"
    TEXT = _l("The page took longer than 5 seconds. Try again in a few minutes.")


class TooBig(FetchFailed):
    """Its body is larger than `MOST_BYTES`."""

    key = "too_big"
    TEXT = _l("The page is larger than 1 MB, so we did not read it to its end.")


class WrongType(FetchFailed):
    """It is no page: a picture, a download, or of no said type."""

    key = "wrong_type"
    TEXT = _l("The address leads to a file, not to a page of text.")


class TooManyRedirects(FetchFailed):
    """It sends one on more than `MOST_REDIRECTS` times."""

    key = "too_many_redirects"
    TEXT = _l("The address sends us on from one page to the next without an end.")


class HttpFailed(FetchFailed):
    """The site answered with a status other than 200 to 299."""

    key = "http_failed"
    TEXT = _l("The site did not show us the page. It may ask people to sign in first.")

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Unreadable(FetchFailed):
    """It is JSON that cannot be read, or says something other than its documentation."""

    key = "unreadable"
    TEXT = _l("The site answered in a form that we do not know. Try again later.")


class Busy(FetchFailed):
    """Too many of us ask the same site at present. It says nothing of the page."""

    key = "busy"
    TEXT = _l("We are reading many pages of this site at the moment. Try again in a few minutes.")


class NotADomain(FetchFailed):
    """It is an address, or no name at all, or a name under which anybody registers names."""

    key = "not_a_domain"
    TEXT = _l("This is no domain of one owner, so no entry in its zone can prove anything.")


class NoDomain(FetchFailed):
    """The domain does not exist, or has no zone."""

    key = "no_domain"
    TEXT = _l("There is no domain of this name. Check how it is written.")


class ZoneSilent(FetchFailed):
    """None of the zone's name servers answered for it, in time and in order."""

    key = "zone_silent"
    TEXT = _l("The name servers of the domain did not answer. Try again in a few minutes.")


class ZoneLoops(FetchFailed):
    """Its name servers send one on more often than `zones` follows."""

    key = "zone_loops"
    TEXT = _l("The name servers of the domain send us on from one to the next without an end.")


FAILURES: dict[str, LazyProxy] = {
    failure.key: failure.TEXT
    for failure in (
        BadAddress,
        NotPublic,
        NotFound,
        NoConnection,
        TooSlow,
        TooBig,
        WrongType,
        TooManyRedirects,
        HttpFailed,
        Unreadable,
        Busy,
        NotADomain,
        NoDomain,
        ZoneSilent,
        ZoneLoops,
    )
}
"""Every key with its text, for a failure that was kept and is shown later."""
