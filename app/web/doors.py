"""Parts of the site that know nobody: how their addresses begin, and what is taken off there."""

import re
from re import Pattern

from starlette.types import Scope


def below(name: str) -> Pattern[str]:
    """Matches addresses under `/name/`, with a language before it or without."""
    return re.compile(rf"^(?:/(?:vi|en|fr))?/{name}/")


def without_cookies(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The headers of a request, but for its cookies."""
    return [pair for pair in scope["headers"] if pair[0].lower() != b"cookie"]
