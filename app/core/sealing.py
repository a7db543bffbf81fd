"""Sealing what is secret at rest: AES-256-GCM, under keys that the configuration holds.

What is sealed opens only under the name that it was sealed for, so that a row's bytes serve no
other row. A key is replaced by putting a new one before it: the first seals, all open.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.config import settings

NONCE = 12  # bytes; NIST SP 800-38D, section 8.2: random ones, far fewer than 2^32 a key


class NotOpened(Exception):
    """It was sealed with a key that is gone, for another name, or it was changed."""


def can_seal() -> bool:
    """Whether there is a key at all."""
    return bool(settings().token_keys)


def seal(what: bytes, name: str) -> tuple[str, bytes]:
    """`what`, sealed for `name`. Returns: the id of the key, and the sealed bytes.

    Raises:
        RuntimeError: there is no key; ask `can_seal` first.
    """
    if not can_seal():
        raise RuntimeError("no key: set PORTAL_TOKEN_KEYS")
    key = settings().token_keys[0]
    nonce = secrets.token_bytes(NONCE)
    box = AESGCM(key.key.get_secret_value())
    return key.id, nonce + box.encrypt(nonce, what, name.encode())


def unseal(key_id: str, sealed: bytes, name: str) -> bytes:
    """What was sealed for `name` with the key `key_id`.

    Raises:
        NotOpened: it cannot be opened.
    """
    key = next((one.key for one in settings().token_keys if one.id == key_id), None)
    if key is None:
        raise NotOpened(key_id)
    try:
        box = AESGCM(key.get_secret_value())
        return box.decrypt(sealed[:NONCE], sealed[NONCE:], name.encode())
    except (InvalidTag, ValueError) as wrong:
        raise NotOpened(key_id) from wrong


def newest(key_id: str) -> bool:
    """Whether what was sealed with `key_id` need not be sealed anew."""
    return can_seal() and settings().token_keys[0].id == key_id
