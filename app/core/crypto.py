"""Random tokens, digests and canonical JSON: one choice of each for the whole portal."""

import hashlib
import secrets
from typing import Any
from uuid import UUID

import rfc8785

from app.core import clock

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def token(size: int = 32) -> str:
    """`size` random bytes, URL-safe."""
    return secrets.token_urlsafe(size)


def crockford(length: int) -> str:
    """A code that survives being read aloud: Crockford's base 32, 5 bits a character."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(length))


def digest(what: bytes | str) -> str:
    """SHA-256, in lower-case hexadecimal."""
    return hashlib.sha256(what.encode() if isinstance(what, str) else what).hexdigest()


def canonical_json(what: Any) -> bytes:
    """The one byte form of `what` under RFC 8785, so that its digest means something."""
    return bytes(rfc8785.dumps(what))


def uuid7() -> UUID:
    """A UUID that sorts by the clock's time at which it was made, to the microsecond.

    RFC 9562, section 5.7, with the fraction of the millisecond as method 3 of section 6.2 has it:
    what one transaction writes, one after another, is to stay in that order.
    """
    milliseconds, below = divmod(round(clock.now().timestamp() * 1_000_000), 1_000)
    value = (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | (below * 4096 // 1_000) << 64
    return UUID(int=value | 0x2 << 62 | secrets.randbits(62))
