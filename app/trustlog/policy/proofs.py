"""A proof in a file that needs no network: `.tlog-proof` (c2sp.org/tlog-proof)."""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass

from app.trustlog.monitor import HASH, LARGEST_NOTE, Malformed

FORMAT = "c2sp.org/tlog-proof@v1"
LONGEST = 63  # hashes of a path
INDEX = re.compile("index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class TlogProof:
    """An entry's place, the path from it to the root, and the checkpoint's note.

    `extra` is nobody's word: in the log's own files it is canonical JSON, `{"entry": base64 of the
    entry's bytes, "openings": {name: [salt, value]}}`.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint_note: str
    extra: bytes | None = None

    def text(self) -> str:
        """The file."""
        lines = [FORMAT]
        if self.extra is not None:
            lines.append(f"extra {in_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines += [in_base64(one) for one in self.hashes]
        return "\n".join([*lines, "", self.checkpoint_note])


def in_base64(what: bytes) -> str:
    """As proofs write bytes (RFC 4648, section 4)."""
    return b64encode(what).decode()


def parse(text: str) -> TlogProof:
    """What a proof file says; nothing of it is checked yet.

    Raises:
        Malformed: it is no such file.
    """
    if len(text) > LARGEST_NOTE:
        raise Malformed("not a proof: too long")
    above, blank, note = text.partition("\n\n")
    first, *lines = above.split("\n")
    if first != FORMAT or not blank or not note:
        raise Malformed("not a proof: it does not begin as one, or has no checkpoint")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = _bytes(lines.pop(0).removeprefix("extra "))
    place = INDEX.fullmatch(lines[0]) if lines else None
    if place is None:
        raise Malformed("not a proof: it does not say which entry")
    hashes = tuple(map(_bytes, lines[1:]))
    if len(hashes) > LONGEST or any(len(one) != HASH for one in hashes):
        raise Malformed("not a proof: a line of its path is no hash, or it is too long")
    return TlogProof(int(place[1]), hashes, note, extra)


def _bytes(line: str) -> bytes:
    try:
        found = b64decode(line)
    except ValueError:
        found = b""
    if in_base64(found) != line:
        raise Malformed("not a proof: a line of it is not base64 as it should be")
    return found
