"""How certificates name themselves, and how those of a self-made authority say what they are."""

from collections.abc import Iterable

MARK = "Self-made for demonstrations, proves nothing"
LONGEST = 200  # characters of a name that somebody else's certificate gives itself


def is_self_made(units: str | Iterable[str] | None) -> bool:
    """Whether organizational units, as a certificate's subject has them, say `MARK`."""
    return MARK in ([units] if isinstance(units, str) else list(units or ()))


def printable(name: str) -> str:
    """A name as it can be shown: without what does not print, and not for ever."""
    return "".join(char if char.isprintable() else "\ufffd" for char in name)[:LONGEST]
