"""Published vectors of the tree: RFC 6962's reference implementations and C2SP's example."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from app.trustlog.policy import merkle
from app.trustlog.policy.merkle import leaf_hash, node_hash
from tests.trustlog.trees import path_of

VECTORS = Path(__file__).parent / "vectors"


def cases(kind: str) -> dict[str, dict[str, Any]]:
    """From github.com/transparency-dev/merkle, testdata; the file says at which commit."""
    return dict(json.loads((VECTORS / f"{kind}.json").read_text())["cases"])


INCLUSION, CONSISTENCY = cases("inclusion"), cases("consistency")


@pytest.mark.parametrize("name", INCLUSION)
def test_inclusion(name: str) -> None:
    case = INCLUSION[name]
    leaf, root = b64decode(case["leafHash"]), b64decode(case["root"])
    path = [b64decode(one) for one in case["proof"] or []]
    found = merkle.verify_inclusion(case["leafIdx"], case["treeSize"], leaf, path, root)
    assert found is not case["wantErr"], case["desc"]


FROM_NOTHING = "consistency/additional/size1-is-zero-and-size2-is-not-zero.json"


@pytest.mark.parametrize("name", sorted(CONSISTENCY.keys() - {FROM_NOTHING}))
def test_consistency(name: str) -> None:
    case = CONSISTENCY[name]
    old, new = b64decode(case["root1"]), b64decode(case["root2"])
    path = [b64decode(one) for one in case["proof"] or []]
    found = merkle.verify_consistency(case["size1"], old, case["size2"], new, path)
    assert found is not case["wantErr"], case["desc"]


def test_any_tree_begins_with_the_empty_one() -> None:
    """Here these vectors say no, as of no use, and C2SP yes: the empty proof is valid."""
    case = CONSISTENCY[FROM_NOTHING]
    assert merkle.verify_consistency(0, merkle.EMPTY_ROOT, 1, b64decode(case["root2"]), [])


def test_there_are_vectors_of_both_outcomes() -> None:
    for kind in (INCLUSION, CONSISTENCY):
        assert len(kind) == 98
        assert {case["wantErr"] for case in kind.values()} == {True, False}


# github.com/google/certificate-transparency at 0fe5116f, cpp/merkletree/tree_hasher_test.cc and
# python/ct/crypto/merkle_test.py

REFERENCE_LEAVES = [
    *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
    "606162636465666768696a6b6c6d6e6f",
]
REFERENCE_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_hashes_of_the_reference() -> None:
    assert leaf_hash(b"\x00").hex().startswith("96a296d224f285c67bee93c30f8a3091")
    assert leaf_hash(bytes.fromhex("101112131415161718191a1b1c1d1e1f")).hex() == (
        "3bfb960453ebaebf33727da7a1f4db38acc051d381b6da20d6d4e88f0eabfd7a"
    )
    assert node_hash(bytes(range(32)), bytes(range(32, 64))).hex() == (
        "1a378704c17da31e2d05b6d121c2bb2c7d76f6ee6fa8f983e596c2d034963c57"
    )


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_reference(size: int) -> None:
    hashes = [leaf_hash(bytes.fromhex(one)) for one in REFERENCE_LEAVES[:size]]
    assert merkle.root(hashes).hex() == REFERENCE_ROOTS[size]


# github.com/C2SP/C2SP at 76d4d10, merkle-tree.md (a draft), "Example"

A, B, C, D, E, F, G = LEAVES = [leaf_hash(b"d%d" % n) for n in range(7)]
H, II, J = node_hash(A, B), node_hash(C, D), node_hash(E, F)
K, L = node_hash(H, II), node_hash(J, G)
ROOT = node_hash(K, L)


def test_the_seven_leaves_of_c2sp() -> None:
    assert merkle.root(LEAVES) == ROOT
    inclusion = {0: [B, II, L], 3: [C, H, L], 4: [F, G, K], 6: [J, K]}
    for index, path in inclusion.items():
        assert path_of(merkle.inclusion_nodes(index, 7), LEAVES) == path
        assert merkle.verify_inclusion(index, 7, LEAVES[index], path, ROOT)
    consistency = {3: [C, D, H, L], 4: [L], 6: [J, G, K]}
    for old, path in consistency.items():
        assert path_of(merkle.consistency_nodes(old, 7), LEAVES) == path
        assert merkle.verify_consistency(old, merkle.root(LEAVES[:old]), 7, ROOT, path)
