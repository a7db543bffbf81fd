"""The files attached to a PDF, as they were when it was sealed."""

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader

MOST = 8  # files
MOST_BYTES = 4 * 1024 * 1024  # of one
DEEPEST = 4  # levels of the tree of names


def files(reader: PdfFileReader, revision: int) -> dict[str, bytes]:
    """Files by name, of that revision of the document; further and larger ones are left out."""
    root = reader.get_historical_root(revision)
    held: dict[str, bytes] = {}
    for name, file in _entries(root.get("/Names", {}).get("/EmbeddedFiles", {}), DEEPEST):
        data = file["/EF"]["/F"].data
        if len(data) <= MOST_BYTES:
            held[name] = bytes(data)
        if len(held) == MOST:
            break
    return held


def _entries(node: Any, levels: int) -> Iterator[tuple[str, Any]]:
    """Pairs of name and file below a node of a name tree (ISO 32000-2, 7.9.6)."""
    names = node.get("/Names", [])
    for at in range(0, len(names) - 1, 2):
        file = names[at + 1]
        yield str(file.get("/UF", file.get("/F", names[at]))), file
    if levels:
        for kid in node.get("/Kids", []):
            yield from _entries(kid, levels - 1)
