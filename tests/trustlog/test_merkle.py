"""The tree's hashes and proofs, for every small tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.trustlog.policy import merkle
from tests.trustlog.trees import defined, leaves, path_of

LEAVES = leaves(71)
ROOTS = [defined(LEAVES[:size]) for size in range(len(LEAVES))]
SIZES = range(len(ROOTS))


def flipped(one: bytes) -> bytes:
    return bytes([one[0] ^ 1]) + one[1:]


def spoilt(path: list[bytes]) -> list[list[bytes]]:
    """Paths that are not this one, though close to it."""
    changed = [[*path[:n], flipped(path[n]), *path[n + 1 :]] for n in range(len(path))]
    swapped = [path[::-1]] if path[::-1] != path else []
    return [*changed, *swapped, path[:-1], path[1:], [*path, LEAVES[70]], [LEAVES[70], *path]]


@pytest.mark.parametrize("size", SIZES)
def test_roots_are_as_defined(size: int) -> None:
    assert merkle.root(LEAVES[:size]) == ROOTS[size]


@pytest.mark.parametrize("size", SIZES)
def test_inclusion_is_proven_of_each_leaf_and_of_no_other(size: int) -> None:
    for index in range(size):
        path = path_of(merkle.inclusion_nodes(index, size), LEAVES)
        leaf, root = LEAVES[index], ROOTS[size]
        assert merkle.verify_inclusion(index, size, leaf, path, root)
        assert not merkle.verify_inclusion(index, size, flipped(leaf), path, root)
        assert not merkle.verify_inclusion(index, size, leaf, path, flipped(root))
        for other in spoilt(path):
            assert other == path or not merkle.verify_inclusion(index, size, leaf, other, root)
        for place in {-1, index - 1, index + 1, index ^ 1, size, size + 1} - {index}:
            assert not merkle.verify_inclusion(place, size, leaf, path, root)


@pytest.mark.parametrize("size", SIZES)
def test_inclusion_says_which_size(size: int) -> None:
    """A path fits no root of another size."""
    for index in range(size):
        path = path_of(merkle.inclusion_nodes(index, size), LEAVES)
        for other in {size - 1, size + 1, 2 * size} & set(SIZES):
            assert not merkle.verify_inclusion(index, size, LEAVES[index], path, ROOTS[other])


@pytest.mark.parametrize("new", SIZES)
def test_consistency_is_proven_of_each_beginning_and_of_nothing_else(new: int) -> None:
    for old in range(new + 1):
        path = path_of(merkle.consistency_nodes(old, new), LEAVES)
        given = (old, ROOTS[old], new, ROOTS[new])
        assert merkle.verify_consistency(*given, path)
        assert not merkle.verify_consistency(old, flipped(ROOTS[old]), new, ROOTS[new], path)
        if old:
            assert not merkle.verify_consistency(old, ROOTS[old], new, flipped(ROOTS[new]), path)
        for other in spoilt(path):
            assert other == path or not merkle.verify_consistency(*given, other)
        for less in {old - 1, old + 1} & set(SIZES):
            assert not merkle.verify_consistency(less, ROOTS[old], new, ROOTS[new], path)
        if old < new:
            assert not merkle.verify_consistency(new, ROOTS[new], old, ROOTS[old], path)


def test_nothing_is_proven_of_what_is_not() -> None:
    assert not merkle.verify_inclusion(0, 0, LEAVES[0], [], LEAVES[0])
    assert not merkle.verify_consistency(-1, ROOTS[0], 3, ROOTS[3], [])
    assert not merkle.verify_consistency(0, ROOTS[0], 0, ROOTS[1], [])
    for index, size in ((0, 0), (-1, 3), (3, 3)):
        with pytest.raises(ValueError, match="no such leaf"):
            merkle.inclusion_nodes(index, size)
    for old, new in ((-1, 3), (4, 3)):
        with pytest.raises(ValueError, match="larger"):
            merkle.consistency_nodes(old, new)


def test_fold_wants_something_to_fold() -> None:
    with pytest.raises(ValueError, match="unpack"):
        merkle.fold([])


@given(st.integers(0, 1 << 62), st.integers(1, 1 << 62))
def test_nodes_of_large_trees_are_few_and_tile_what_they_cover(start: int, size: int) -> None:
    end = start + size
    nodes = merkle.covering(start, end)
    assert len(nodes) <= 2 * 63
    at = start
    for level, index in nodes:
        assert index << level == at
        at = (index + 1) << level
    assert at == end


@given(st.data())
def test_a_proof_in_a_large_tree_covers_all_but_the_leaf(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 1 << 62))
    index = data.draw(st.integers(0, size - 1))
    groups = merkle.inclusion_nodes(index, size)
    assert len(groups) <= 63
    covered = sum(1 << level for group in groups for level, _ in group)
    assert covered == size - 1
