"""What makes a feed of Atom entries: its name for ever, its addresses, the parts beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.core.config import settings

MEDIA_TYPE = "application/atom+xml"
_SINCE = "2025-08-18"  # a day on which the host was ours (RFC 4151): the programme's first


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed in all languages; each language is a feed of its own, with ids of its own.

    Attributes:
        key: names it among all feeds, for ever.
        title: what it tells of, in the reader's language.
        subtitle: the same in a sentence.
        path: its address without a language; `page` that of the page that tells the same.
        query: which question, and which part of the answer; "" or with its "?".
        parts: relation → the `query` of another part (RFC 5005).
    """

    key: str
    title: str
    subtitle: str
    path: str
    page: str
    query: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)

    def id(self, locale: str) -> str:
        """Its name for ever in a language, the same for all its parts."""
        return self.tag(self.key, locale)

    def href(self, locale: str) -> str:
        """The address of this part in a language."""
        return self.part_href(locale, self.query)

    def part_href(self, locale: str, query: str) -> str:
        """The address of another part in a language."""
        return f"{settings().base_url}/{locale}{self.path}{query}"

    def page_href(self, locale: str) -> str:
        """The address of the page that tells the same, in a language."""
        return f"{settings().base_url}/{locale}{self.page}"

    @staticmethod
    def tag(key: str, locale: str) -> str:
        """The name for ever of `key` in a language, as a tag (RFC 4151)."""
        return f"tag:{urlsplit(settings().base_url).hostname},{_SINCE}:{locale}/{key}"
