"""The named refusals of the portal; services raise nothing else. `web.errors` has their pages."""

from collections.abc import Mapping


class PortalError(Exception):
    """Anything the portal refuses on purpose.

    `message` is for the person (translated, or empty for the page's own words).
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(str(message))
        self.message = message


class NotSignedIn(PortalError):
    """The page needs a person; the answer is the way to sign in."""


class NotAllowed(PortalError):
    """The person may not do this (403). The message is for the log, not for the page."""


class Missing(PortalError):
    """No such thing, or none that this person may know of (404)."""


class Gone(PortalError):
    """It was here and is no longer (410)."""


class Conflict(PortalError):
    """The change does not fit what is there now (409)."""


class Stale(Conflict):
    """Somebody changed it since the person opened it (409).

    `changed` says what, as (label, value) in the reader's words.
    """

    def __init__(self, message: object = "", changed: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.changed = dict(changed or {})


class Refused(PortalError):
    """A rule of the portal refuses what was asked (422), with a message that says why."""


class TooMany(PortalError):
    """Asked too often (429); `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = max(1, retry_after)


class Unavailable(PortalError):
    """Something the portal leans on does not answer (503)."""


class NotReady(Unavailable):
    """What would answer is being made, or cannot reach what it leans on (503).

    `retry_after` is in seconds.
    """

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after
