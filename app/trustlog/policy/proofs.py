"""A proof in a file that needs no network: `.tlog-proof` (c2sp.org/tlog-proof)."""

from base64 import b64encode
from dataclasses import dataclass

from app.trustlog.monitor import HASH, LARGEST_NOTE, Malformed, base64_of, decimal

FORMAT = "c2sp.org/tlog-proof@v1"
LONGEST = 63  # hashes of a path


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
            lines.append(f"extra {b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [b64encode(one).decode() for one in self.hashes]
        return "\n".join([*lines, "", self.checkpoint_note])


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
        extra = base64_of(lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index "):
        raise Malformed("not a proof: it does not say which entry")
    index = decimal(lines[0].removeprefix("index "))
    hashes = tuple(base64_of(line) for line in lines[1:])
    if len(hashes) > LONGEST or any(len(one) != HASH for one in hashes):
        raise Malformed("not a proof: a line of its path is no hash, or it is too long")
    return TlogProof(index, hashes, note, extra)
