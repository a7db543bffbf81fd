"""Signed notes (c2sp.org/signed-note). What checks them stands in `trustlog.monitor`."""

import struct
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.trustlog.monitor import (
    COSIGNATURE,
    ED25519,
    BadSignature,
    Malformed,
    Verifier,
    a_name,
    key_as_text,
    parse_note,
    signers_of,
)

__all__ = [
    "COSIGNATURE",
    "ED25519",
    "BadSignature",
    "Malformed",
    "Note",
    "Opened",
    "Signature",
    "Signer",
    "Verifier",
    "key_as_text",
    "opened",
    "parse",
    "sign",
]


class Signature(NamedTuple):
    """A line below a note: whose key is said to have made it, and what it made."""

    name: str
    key_id: bytes
    signature: bytes


class Note(NamedTuple):
    """A text with its signatures, none of them checked yet."""

    text: str
    signatures: tuple[Signature, ...]


class Opened(NamedTuple):
    """A text that at least one known key signed: the names of those keys, and the keys."""

    text: str
    verified: tuple[str, ...]
    by: tuple[Verifier, ...]


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that signs notes under a name: the log's; or a witness's, with kind COSIGNATURE."""

    name: str
    key: Ed25519PrivateKey
    kind: int = ED25519

    def __post_init__(self) -> None:
        if not a_name(self.name):
            raise ValueError("a key's name is not empty and has no space and no plus in it")

    @property
    def vkey(self) -> str:
        """The public key as others are given it."""
        material = bytes([self.kind]) + self.key.public_key().public_bytes_raw()
        return key_as_text(self.name, material)

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return bytes.fromhex(self.vkey.split("+", 2)[1])

    def line(self, text: str, at: int = 0) -> str:
        """The line of this key's signature of a note's text, without the end of the line.

        Args:
            at: seconds since 1970, for a witness; it is signed too.
        """
        made, stamp = text.encode(), b""
        if self.kind == COSIGNATURE:
            made, stamp = b"cosignature/v1\ntime %d\n" % at + made, struct.pack(">Q", at)
        signature = self.key_id + stamp + self.key.sign(made)
        return f"— {self.name} {b64encode(signature).decode()}"


def sign(text: str, signers: Iterable[Signer]) -> str:
    """The note of `text`, with a line of signature by each.

    Raises:
        Malformed: `text` cannot be a note's, or there is nobody to sign.
    """
    if not text.endswith("\n"):
        raise Malformed("the text of a note ends with the end of a line")
    note = text + "\n" + "".join(f"{signer.line(text)}\n" for signer in signers)
    if parse(note).text != text:
        raise Malformed("there is nobody to sign the note")
    return note


def parse(note: str | bytes) -> Note:
    """The parts of a signed note, nothing of them checked yet. Raises Malformed."""
    text, lines = parse_note(note)
    return Note(text, tuple(Signature(*line) for line in lines))


def opened(note: str | bytes | Note, verifiers: Iterable[Verifier]) -> Opened:
    """The note's text, if a known key signed it. Signatures by unknown keys say nothing.

    Raises:
        Malformed: it is no note.
        BadSignature: no known key signed it, or the signature of one is false.
    """
    read = note if isinstance(note, Note) else parse(note)
    by = signers_of(read, verifiers)
    return Opened(read.text, tuple(key.name for key in by), tuple(by))
