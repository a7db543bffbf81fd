"""The files attached to a PDF, as they were when it was sealed."""

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader

MOST = 8  # files
MOST_BYTES = 4 * 1024 * 1024  # of one
DEEPEST = 4  # levels of the tree of names


def files(reader: PdfFileReader, revision: int) -> dict[str, bytes]:
    """Files by name, of that revision of the document; further and larger ones are left out."""
    named = _at(_at(reader.get_historical_root(revision), "/Names"), "/EmbeddedFiles")
    held: dict[str, bytes] = {}
    for name, file in _entries(named, DEEPEST):
        data = file["/EF"]["/F"].data
        if len(data) <= MOST_BYTES:
            held[name] = bytes(data)
        if len(held) == MOST:
            break
    return held


def _entries(node: Any, levels: int) -> Iterator[tuple[str, Any]]:
    """Pairs of name and file below a node of a name tree (ISO 32000-2, 7.9.6)."""
    names, kids = _at(node, "/Names"), _at(node, "/Kids")
    for at in range(0, len(names) - 1, 2):
        file = names[at + 1]
        yield str(_at(file, "/UF") or _at(file, "/F") or names[at]), file
    for at in range(len(kids) if levels else 0):
        yield from _entries(kids[at], levels - 1)


def _at(node: Any, key: str) -> Any:
    """What a dictionary has at `key`, wherever it is written; nothing when it has none.

    Its own `get` would hand over the reference.
    """
    return node[key] if key in node else ()  # noqa: SIM401 - see above
