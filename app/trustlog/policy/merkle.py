"""The tree's hashes (RFC 6962, section 2.1)."""

import hashlib


def leaf_hash(body: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two hashes below it."""
    return hashlib.sha256(b"\x01" + left + right).digest()
