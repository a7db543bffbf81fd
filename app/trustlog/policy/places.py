"""Places of entries as people and addresses write them."""

import re

_WRITTEN = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)
_SPACES = re.compile(r"[\s.,\u00a0\u202f_]+")


def read(text: str) -> int | None:
    """The place that an address names, from 0; None when it names none, or not in the one way."""
    return int(text) if _WRITTEN.fullmatch(text) else None


def typed(text: str) -> int | None:
    """The place that somebody typed, perhaps with spaces, points or a number sign."""
    bare = _SPACES.sub("", text[:60]).lstrip("#")
    return read(bare.lstrip("0") or "0") if bare else None
