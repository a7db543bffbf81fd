"""Trees for tests, as the definition has them and no faster."""

import hashlib
from collections.abc import Sequence

from app.trustlog.policy.merkle import Node, fold, root


def defined(hashes: Sequence[bytes]) -> bytes:
    """The root by the words of RFC 6962, section 2.1."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    both = b"\x01" + defined(hashes[:half]) + defined(hashes[half:])
    return hashlib.sha256(both).digest()


def leaves(count: int) -> list[bytes]:
    """Different hashes."""
    return [hashlib.sha256(b"leaf %d" % n).digest() for n in range(count)]


def path_of(nodes: list[list[Node]], hashes: Sequence[bytes]) -> list[bytes]:
    """A proof, from the subtrees that it is made of."""
    return [
        fold([root(hashes[index << level : (index + 1) << level]) for level, index in group])
        for group in nodes
    ]
