"""Follow the trust log."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# --- The tree: RFC 6962, section 2.1; proofs as verified by RFC 9162, section 2.1.4.2 -------------

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(body: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two hashes below it."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of leaves, or of subtrees: full ones of one size, but for the last."""
    level = list(hashes) or [EMPTY_ROOT]
    while len(level) > 1:
        pairs = [node_hash(a, b) for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[2 * len(pairs) :]  # an odd one out rises as it is
    return level[0]


# --- Signed notes: c2sp.org/signed-note, c2sp.org/tlog-cosignature --------------------------------

LARGEST_NOTE = 1_000_000  # bytes
MOST_SIGNATURES = 100
ED25519, COSIGNATURE = 0x01, 0x04
LENGTHS = {ED25519: 64, COSIGNATURE: 8 + 64}


class Malformed(ValueError):
    """What was read is not what it should be: a note, a checkpoint, a key, a tile."""


class BadSignature(ValueError):
    """No known key signed the note, or a known key's signature is false."""


def base64_of(text: str) -> bytes:
    """The bytes behind canonical base64. Raises Malformed on any other spelling of them."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("not base64") from None
    if base64.b64encode(found).decode() != text:
        raise Malformed("not the canonical base64")
    return found


def a_name(text: str) -> bool:
    """Whether `text` may name a key."""
    return bool(text) and "+" not in text and not any(c.isspace() or c < " " for c in text)


@dataclass(frozen=True)
class Verifier:
    """A public key that may sign notes."""

    name: str
    key_id: bytes
    kind: int  # ED25519 or COSIGNATURE
    key: bytes

    @classmethod
    def of(cls, vkey: str) -> "Verifier":
        """The key written as `name+id+base64`. Raises Malformed, also for kinds unknown here."""
        name, _, rest = vkey.partition("+")
        key_id, _, encoded = rest.partition("+")
        material = base64_of(encoded)
        found = cls(name, hashlib.sha256(f"{name}\n".encode() + material).digest()[:4], *(0, b""))
        if not a_name(name) or found.key_id.hex() != key_id:
            raise Malformed("not a key: its name or its id is wrong")
        if material[0] not in LENGTHS or len(material) != 1 + 32:
            raise Malformed("not a key of a kind known here")
        return cls(name, found.key_id, material[0], material[1:])

    def check(self, text: bytes, signature: bytes) -> bool:
        """Whether this key made the signature of the note's text."""
        if len(signature) != LENGTHS[self.kind]:
            return False
        if self.kind == COSIGNATURE:
            text = b"cosignature/v1\ntime %d\n" % int.from_bytes(signature[:8], "big") + text
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature[-64:], text)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class Signature:
    """A line below a note: whose key is said to have made it, and what it made."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """A text with its signatures, none of them checked yet."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class Opened:
    """A text that at least one known key signed."""

    text: str
    by: tuple[Verifier, ...]

    @property
    def verified(self) -> tuple[str, ...]:
        """The names of the keys that signed."""
        return tuple(key.name for key in self.by)


def parse_note(note: str | bytes) -> Note:
    """The parts of a signed note. Raises Malformed."""
    try:
        told = note.decode() if isinstance(note, bytes) else note
        size = len(told.encode())
    except UnicodeError:
        raise Malformed("a note is text in UTF-8") from None
    text, blank, below = told.rpartition("\n\n")
    if size > LARGEST_NOTE or not blank or not below.endswith("\n"):
        raise Malformed("not a note: no signatures below a blank line, or too long")
    if any(c < " " and c != "\n" for c in told):
        raise Malformed("not a note: it holds control characters")
    lines = below[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise Malformed("not a note: too many signatures")
    return Note(text + "\n", tuple(map(_signature, lines)))


def _signature(line: str) -> Signature:
    dash, name, encoded = (*line.split(" "), "", "")[:3]
    raw = base64_of(encoded)
    if dash != "—" or line.count(" ") != 2 or not a_name(name) or len(raw) < 5:  # noqa: PLR2004
        raise Malformed("not a note: a line of signature is not one")
    return Signature(name, raw[:4], raw[4:])


def opened(note: str | bytes | Note, verifiers: Iterable[Verifier]) -> Opened:
    """The note's text, if a known key signed it. Signatures by unknown keys say nothing.

    Raises:
        Malformed: it is no note.
        BadSignature: no known key signed it, or the signature of one is false.
    """
    read = note if isinstance(note, Note) else parse_note(note)
    known = {(key.name, key.key_id): key for key in verifiers}
    by: dict[Verifier, None] = {}
    for line in read.signatures:
        key = known.get((line.name, line.key_id))
        if key is not None:
            if not key.check(read.text.encode(), line.signature):
                raise BadSignature(f"the signature by {key.name!r} is false")
            by[key] = None
    if not by:
        raise BadSignature("no known key signed the note")
    return Opened(read.text, tuple(by))


# --- Checkpoints: c2sp.org/tlog-checkpoint

DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
HASH = 32


@dataclass(frozen=True)
class Checkpoint:
    """The head of the log: whose it is, how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text of its note."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that a note's text tells. Raises Malformed, also for more."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:  # noqa: PLR2004
        raise Malformed("not a checkpoint: it is not three lines")
    found = Checkpoint(lines[0], decimal(lines[1]), base64_of(lines[2]))
    if len(found.root) != HASH:
        raise Malformed("not a checkpoint: its root is no hash")
    return found


def decimal(text: str) -> int:
    """A number below 2**63 without leading zeros. Raises Malformed."""
    if not DECIMAL.fullmatch(text) or int(text) >= 1 << 63:
        raise Malformed("not a number as it should be written")
    return int(text)


# --- Tiles: c2sp.org/tlog-tiles

WIDTH = 256


def tile_path(level: int | None, number: int, width: int = WIDTH) -> str:
    """Where a tile is, below the log's address; `level` None for the entries themselves."""
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    part = "" if width == WIDTH else f".p/{width}"
    return f"tile/{'entries' if level is None else level}/{name}{part}"


def read_bundle(data: bytes, width: int) -> list[bytes]:
    """The `width` entries of a bundle, each after its length in two bytes. Raises Malformed."""
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) <= width:
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data) or at + 2 > len(data):
            raise Malformed("a bundle ends in the middle of an entry")
        entries.append(data[at + 2 : end])
        at = end
    if len(entries) != width:
        raise Malformed("a bundle holds another number of entries than it should")
    return entries
