"""The tree's hashes and proofs (RFC 6962, section 2.1).

What verifies tiles stands in `trustlog.monitor`, the file that strangers run, and is used here
too. Here is what proofs need: the hashes to make them of, and the checks of a path.
"""

from collections.abc import Sequence

from app.trustlog.monitor import EMPTY_ROOT, HASH, leaf_hash, node_hash, root

__all__ = [
    "EMPTY_ROOT",
    "Node",
    "consistency_nodes",
    "covering",
    "fold",
    "inclusion_nodes",
    "leaf_hash",
    "node_hash",
    "root",
    "verify_consistency",
    "verify_inclusion",
]

Node = tuple[int, int]
"""A complete subtree, (level, index): the 2**level leaves that begin at index * 2**level."""


def fold(hashes: Sequence[bytes]) -> bytes:
    """One hash of the complete subtrees that `covering` names, left to right."""
    *rest, found = hashes
    for left in reversed(rest):
        found = node_hash(left, found)
    return found


def covering(start: int, end: int) -> list[Node]:
    """The complete subtrees that the leaves from `start` to `end` are made of, left to right."""
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def consistency_nodes(old: int, new: int) -> list[list[Node]]:
    """What a proof is made of that a tree of `new` leaves begins with one of `old`.

    Returns: for each hash of the proof the complete subtrees that `fold` makes it of.

    Raises:
        ValueError: `new` is smaller than `old`.
    """
    if not 0 <= old <= new:
        raise ValueError("no tree begins with a larger one")
    if old in (0, new):
        return []
    start, end, path = 0, new, []
    while old != end:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if old <= middle:
            path.append(covering(middle, end))
            end = middle
        else:
            path.append(covering(start, middle))
            start = middle
    if start:
        path.append(covering(start, end))
    return path[::-1]


def inclusion_nodes(index: int, size: int) -> list[list[Node]]:
    """What a proof is made of that the leaf at `index` is in a tree of `size` leaves.

    Returns: for each hash of the proof, the leaf's sibling first, the complete subtrees that
    `fold` makes it of, left to right: `[fold([hash_of(node) for node in nodes]) for nodes in …]`.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of that size")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if index < middle:
            path.append(covering(middle, end))
            end = middle
        else:
            path.append(covering(start, middle))
            start = middle
    return path[::-1]


def verify_inclusion(
    index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes
) -> bool:
    """Whether `path` proves that the hash `leaf` stands at `index` of the tree under `root`.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size or not _are_hashes(leaf, root, *path):
        return False
    at, last, found = index, size - 1, leaf
    for one in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(one, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, one)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether `path` proves that the tree of `new` leaves begins with the tree of `old` leaves.

    Source: RFC 9162, section 2.1.4.2.
    """
    if not 0 <= old <= new or not _are_hashes(*path):
        return False
    if old == 0:
        return not path and old_root == EMPTY_ROOT and (new > 0 or new_root == EMPTY_ROOT)
    if old == new:
        return not path and old_root == new_root
    if not path:
        return False
    first, *rest = path if old & (old - 1) else [old_root, *path]
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    was = now = first
    for one in rest:
        if last == 0:
            return False
        if at & 1 or at == last:
            was, now = node_hash(one, was), node_hash(one, now)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            now = node_hash(now, one)
        at, last = at >> 1, last >> 1
    return last == 0 and was == old_root and now == new_root


def _are_hashes(*given: bytes) -> bool:
    return all(len(one) == HASH for one in given)
