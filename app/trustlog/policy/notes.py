"""Signed notes (c2sp.org/signed-note). What verifies them stands in `trustlog.monitor`."""

import hashlib
import struct
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.trustlog.monitor import (
    COSIGNATURE,
    ED25519,
    BadSignature,
    Malformed,
    Note,
    Opened,
    Signature,
    Verifier,
    a_name,
    opened,
)
from app.trustlog.monitor import parse_note as parse

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
    "opened",
    "parse",
    "sign",
]


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
    def material(self) -> bytes:
        """The public key after the byte of its kind."""
        return bytes([self.kind]) + self.key.public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return hashlib.sha256(f"{self.name}\n".encode() + self.material).digest()[:4]

    @property
    def vkey(self) -> str:
        """The public key as others are given it."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(self.material).decode()}"

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
    parse(note)
    return note
