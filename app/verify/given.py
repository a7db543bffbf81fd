"""What was given: known by its first bytes, never by its name or by what a browser says of it."""

import json
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import Any

from app.verify.finding import Kind
from app.verify.limits import DEEPEST, MOST_JSON

PROOF = b"c2sp.org/tlog-proof@"
PNG = b"\x89PNG\r\n\x1a\n"
HEAD = 1024  # bytes in which a PDF may begin (ISO 32000-1, implementation note 13)


def plain(data: bytes) -> bytes:
    """A text as UTF-8 without a mark before it: editors write others. Not for PDF and PNG."""
    for mark, encoding in ((BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace").encode("utf-8", "replace")
    return data.removeprefix(BOM_UTF8)


def kind_of(data: bytes) -> Kind:
    """What `data` is by its beginning; what it really holds is found out by reading it."""
    if data.startswith(PNG):
        return Kind.BADGE
    if b"%PDF-" in data[:HEAD]:
        return Kind.PDF
    text = plain(data).lstrip()
    if text.startswith(PROOF):
        return Kind.PROOF
    if text.startswith(b"{"):
        return Kind.CREDENTIAL
    if text.startswith(b"<") and b"<svg" in text[:HEAD]:
        return Kind.BADGE
    return Kind.OTHER


def read_json(data: bytes) -> dict[str, Any] | None:
    """The object that `data` writes; None for what is none, too deep, too long or ambiguous."""
    if len(data) > MOST_JSON or _depth(data) > DEEPEST:
        return None
    try:
        found = json.loads(plain(data), object_pairs_hook=_distinct, parse_constant=_refused)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _depth(data: bytes) -> int:
    """How deep brackets stand in `data`, those in texts as well: never less than it is."""
    deepest = now = 0
    for byte in data:
        if byte in b"[{":
            now += 1
            deepest = max(deepest, now)
        elif byte in b"]}":
            now -= 1
    return deepest


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _refused(_constant: str) -> Any:
    raise ValueError
