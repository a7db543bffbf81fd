"""What the fetcher brings back."""

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from app.channels.fetcher.errors import Unreadable
from app.core.crypto import digest

PAGES = frozenset({"text/html", "text/plain", "application/xhtml+xml", "application/json"})
"""Types of a page that somebody may show us."""

JSON = frozenset(
    {
        "application/json",
        "application/activity+json",
        "application/did+ld+json",
        "application/jrd+json",
        "application/ld+json",
    }
)
"""Types in which public APIs answer."""


@dataclass(frozen=True, slots=True)
class Page:
    """What was read. `chain` are all addresses gone through; its last is `url`."""

    url: str
    chain: tuple[str, ...]
    status: int
    media_type: str
    body: bytes
    text: str

    @property
    def sha256(self) -> str:
        """The digest of the decoded body, in lower-case hexadecimal."""
        return digest(self.body)

    def json(self) -> dict[str, Any]:
        """The body as the object that an API answers with; what its members are is unchecked.

        Raises:
            Unreadable: it is no JSON object, or one that is nested without end.
        """
        try:
            found = json.loads(self.body, parse_constant=_refuse)
        except (ValueError, RecursionError) as broken:
            raise Unreadable(type(broken).__name__) from broken
        if not isinstance(found, dict):
            raise Unreadable(type(found).__name__)
        return found


def _refuse(constant: str) -> NoReturn:
    """NaN and the infinities are not JSON (RFC 8259, section 6)."""
    raise ValueError(constant)
