"""What we make, an implementation that we did not write accepts; and the other way about."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.trustlog import monitor
from app.trustlog.policy import growth, merkle, notes, tiles
from app.trustlog.policy.checkpoints import Checkpoint, parse
from tests.trustlog import oracle
from tests.trustlog.following import Follower, follower
from tests.trustlog.served_log import NAME, Answer, entry, signer
from tests.trustlog.trees import leaves, path_of

__all__ = ["follower"]

BODIES = [entry(number) for number in range(70)]
EDGES = [1, 2, 3, 255, 256, 257, 511, 512, 513, 1000]
LARGE = [65_535, 65_536, 65_537]


@cache
def tree() -> Any:
    return oracle.tlog().MerkleTree(BODIES)


def test_it_says_how_to_get_the_oracle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(oracle, "FOLDER", tmp_path)
    with pytest.raises(AssertionError, match=r"pip install .* aics-tlog==0\.2\.1"):
        oracle.tlog()


@pytest.mark.parametrize("size", range(71))
def test_proofs_of_small_trees_are_the_same(size: int) -> None:
    tlog, hashes = oracle.tlog(), [merkle.leaf_hash(body) for body in BODIES]
    root = merkle.root(hashes[:size])
    assert tree().root(size) == root
    for index in range(size):
        path = path_of(merkle.inclusion_nodes(index, size), hashes)
        assert tree().inclusion_proof(index, size) == path
        assert tlog.verify_inclusion(hashes[index], index, size, path, root)
    for old in range(size + 1):
        path = path_of(merkle.consistency_nodes(old, size), hashes)
        assert tree().consistency_proof(old, size) == path
        assert tlog.verify_consistency(old, size, tree().root(old), root, path)


@cache
def grown(size: int) -> dict[tuple[int, int], bytes]:
    """The tiles of synthetic hashes, in batches as the sequencer would."""
    held: dict[tuple[int, int], bytes] = {}
    hashes, at = leaves(size), 0
    for batch in (1, 200, 55, 1, 1_000, 70_000):
        held |= growth.grown(held, at, hashes[at : at + batch])
        at = min(size, at + batch)
    return held


@cache
def served(size: int) -> dict[str, bytes]:
    """What a log of `size` entries serves of them."""
    found = {}
    for tile in tiles.tiles_of(0, size):
        assert tile.level is not None
        found[tiles.path(tile)] = grown(size)[tile.level, tile.number][: tile.width * 32]
    return found


def of_interest(size: int) -> list[int]:
    near = {0, 1, 2, 254, 255, 256, 257, 511, 512, size // 2, size - 257, size - 2, size - 1}
    return sorted(near & set(range(size)))


@pytest.mark.parametrize("size", [*EDGES, *LARGE])
def test_tiles_are_read_to_the_same_root(size: int) -> None:
    found = oracle.tlog().tree_root_from_tiles(oracle.reader(served(size)), size)
    assert found == merkle.root(leaves(size))
    report = oracle.tlog().audit_tiles(oracle.reader(served(size)), size, found, entries=False)
    assert report.tiles == len(served(size))


@pytest.mark.parametrize("size", [*EDGES, *LARGE])
def test_proofs_out_of_tiles_are_the_same(size: int) -> None:
    tlog, reader, root = oracle.tlog(), oracle.reader(served(size)), merkle.root(leaves(size))

    def ours(nodes: Iterable[Iterable[tuple[int, int]]]) -> list[bytes]:
        return [merkle.fold([growth.node(grown(size), one) for one in group]) for group in nodes]

    for index in of_interest(size):
        leaf = leaves(size)[index]
        path = ours(merkle.inclusion_nodes(index, size))
        assert tlog.inclusion_proof_from_tiles(reader, index, size) == path
        assert tlog.verify_inclusion(leaf, index, size, path, root)
        assert merkle.verify_inclusion(index, size, leaf, path, root)
    for old in of_interest(size)[1:]:
        path = ours(merkle.consistency_nodes(old, size))
        assert tlog.consistency_proof_from_tiles(reader, old, size) == path
        was = merkle.root(leaves(old))
        assert tlog.verify_consistency(old, size, was, root, path)
        assert merkle.verify_consistency(old, was, size, root, path)


@pytest.mark.parametrize("size", [0, *EDGES])
def test_a_log_that_it_made_is_followed(follower: Follower, size: int) -> None:
    """Its tiles, its bundles and its note; twice, with a proof between."""
    tlog, mine = oracle.tlog(), signer()
    bodies = [entry(number) for number in range(size + 300)]
    for now in (size, size + 300):
        made = tlog.MerkleTree(bodies[:now])
        head = tlog.Checkpoint(NAME, now, made.root())
        follower.log.note = tlog.sign_checkpoint(head, mine.key, NAME).serialise()
        files = tlog.TileWriter(bodies[:now]).materialise()
        follower.log.instead = {path: Answer(data) for path, data in files.items()}
        follower.sees_well()
        assert follower.state["root"] == made.root().hex()
        follower.sees_well("--all")


@pytest.mark.parametrize("size", EDGES)
def test_what_is_served_is_proven_by_it(follower: Follower, size: int) -> None:
    """Entries too; and it finds the byte that the monitor finds."""
    tlog, log = oracle.tlog(), follower.log.grow(size)
    paths = [tiles.path(tile) for tile in tiles.tiles_of(0, size)]
    rows = range(-(-size // 256))
    paths += [monitor.tile_path(None, n, tiles.width_at(None, n, size)) for n in rows]
    files = {path: log.true(path) or b"" for path in paths}
    root = parse(notes.parse(log.note).text).root
    assert tlog.audit_tiles(oracle.reader(files), size, root).bundles == len(rows)
    log.change(paths[-1])
    files[paths[-1]] = log.answer(paths[-1]).body
    with pytest.raises(tlog.TileVerificationError):
        tlog.audit_tiles(oracle.reader(files), size, root)
    follower.sees_a_breach("")


def test_notes_are_verified_both_ways() -> None:
    tlog, mine, witness = oracle.tlog(), signer(), signer("w", "witness", notes.COSIGNATURE)
    text = Checkpoint(NAME, 70, tree().root()).text()
    note = notes.sign(text, [mine]) + f"{witness.line(text, 1_700_000_000)}\n"
    vkey, other = tlog.parse_vkey(mine.vkey), tlog.parse_vkey(witness.vkey)
    found = tlog.verify_checkpoint(tlog.parse_note(note), vkey, [other], 1, expected_origin=NAME)
    assert (found.ok, found.witnesses, found.timestamps) == (
        True,
        ["witness"],
        {"witness": 1_700_000_000},
    )
    _, line = tlog.sign_cosignature(witness.key, "witness", 1_700_000_000, NAME, 70, tree().root())
    theirs = tlog.sign_checkpoint(tlog.Checkpoint(NAME, 70, tree().root()), mine.key, NAME)
    theirs = tlog.Note(theirs.text, (*theirs.signatures, line)).serialise()
    assert theirs == note
    opened = notes.opened(theirs, [notes.Verifier(mine.vkey), notes.Verifier(witness.vkey)])
    assert (opened.text, opened.verified) == (text, (NAME, "witness"))


def test_keys_are_written_the_same() -> None:
    tlog = oracle.tlog()
    for seed in range(20):
        key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        mine = notes.Signer(NAME, key)
        assert tlog.format_vkey(tlog.vkey_from_ed25519(NAME, key.public_key())) == mine.vkey
        theirs = tlog.format_vkey(tlog.cosignature_vkey(NAME, key.public_key()))
        assert theirs == notes.Signer(NAME, key, notes.COSIGNATURE).vkey
