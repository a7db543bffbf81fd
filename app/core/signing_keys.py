"""Ed25519 keys that the configuration names: the log's, and those of credentials.

A key is written `id:secret`, where the secret is 32 bytes in base64 or `file:` and the path of a
file that holds them so: keys come from the environment or from files, never from the database.
"""

import re
from base64 import b64decode
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, Field, SecretBytes

SECRET = 32  # bytes: a seed (RFC 8032), or a key of AES-256
ID = r"^[a-z0-9-]{1,30}$"


def named_secret(given: str) -> tuple[str, bytes] | None:
    """The name and the 32 bytes that `id:base64` writes, in either alphabet; None for none."""
    name, _, written = given.strip().partition(":")
    try:
        secret = b64decode(written, altchars=b"-_" if {"-", "_"} & set(written) else None)
    except ValueError:
        return None
    whole = len(secret) == SECRET and re.fullmatch(ID, name)
    return (name, secret) if whole else None


class SigningKey(BaseModel):
    """One key: the name by which the public knows it, and its seed."""

    id: str = Field(pattern=ID)
    seed: SecretBytes

    @classmethod
    def read(cls, given: str) -> Self:
        """The key that `id:base64` or `id:file:path` writes.

        Raises:
            ValueError: it writes none; a secret that was given is not repeated.
        """
        name, _, written = given.strip().partition(":")
        if written.startswith("file:"):
            written = _contents(Path(written.removeprefix("file:")))
        found = named_secret(f"{name}:{written}")
        if found is None:
            raise ValueError(
                "write each key as id:base64 with 32 bytes of randomness, or as id:file:path"
            )
        return cls(id=found[0], seed=SecretBytes(found[1]))

    def private(self) -> Ed25519PrivateKey:
        """The key that signs."""
        return Ed25519PrivateKey.from_private_bytes(self.seed.get_secret_value())

    def public(self) -> Ed25519PublicKey:
        """The key that checks."""
        return self.private().public_key()


def _contents(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as trouble:
        raise ValueError(f"{path} cannot be read: {type(trouble).__name__}") from trouble
