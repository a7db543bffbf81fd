"""What the monitor cries out about, and what it keeps to show."""

import json
import zlib
from pathlib import Path

import pytest

from app.core.crypto import canonical_json
from app.trustlog import monitor
from app.trustlog.policy import notes, tiles
from app.trustlog.policy.checkpoints import Checkpoint
from app.trustlog.policy.merkle import leaf_hash
from tests.trustlog.following import Follower, follower
from tests.trustlog.served_log import NAME, Answer, entry, signer

__all__ = ["follower"]

PATHS = [
    *("tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"),
    *("tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"),
]


def test_a_rollback(follower: Follower) -> None:
    follower.log.grow(300)
    follower.sees_well()
    follower.log.publish(299)
    follower.sees_a_breach("rollback: 299 entries, and there were 300")
    follower.log.publish(300)
    follower.sees_well()  # the head it knew has not been forgotten


def test_a_cache_that_is_behind_is_no_rollback(follower: Follower) -> None:
    """The older checkpoint is asked for once more, as a cache keeps it for seconds only."""
    old = follower.log.grow(300).note
    follower.log.grow(5)
    follower.sees_well()
    follower.log.instead["checkpoint"] = Answer(old.encode())
    true = follower.log.answer

    def later(path: str) -> Answer:
        found = true(path)
        follower.log.instead.pop(path, None)
        return found

    follower.log.answer = later  # type: ignore[method-assign]
    follower.sees_well("--patience", "5")
    assert follower.log.asked.count("checkpoint") == 2


@pytest.mark.parametrize("size", [1, 5, 255, 256, 257, 400])
@pytest.mark.parametrize("more", [0, 1, 300], ids=str)
def test_a_fork(follower: Follower, size: int, more: int) -> None:
    follower.log.grow(size)
    follower.sees_well()
    follower.log.bodies[size // 2] = entry(9999)
    follower.log.grow(more)
    follower.sees_a_breach("fork")
    follower.sees_a_breach("fork")  # and again: it is not forgotten
    assert follower.state["size"] == size


def test_a_fork_whose_tiles_are_from_two_trees(follower: Follower) -> None:
    """Of the old edge the old tile, beside a true new edge: what links them gives it away."""
    follower.log.grow(300)
    follower.sees_well()
    old = follower.log.true("tile/0/001.p/44")
    assert old is not None
    follower.log.bodies[299] = entry(9999)
    follower.log.grow(500)
    new = follower.log.true("tile/0/001")
    assert new is not None
    follower.log.instead["tile/0/001"] = Answer(old + new[len(old) :])
    follower.sees_a_breach("fork: tile/0/001 is not what is above it")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("at", [0, 31, -1])
def test_a_changed_bit_of_what_is_read_first(follower: Follower, path: str, at: int) -> None:
    follower.log.grow(600).change(path, at)
    follower.sees_a_breach("")
    assert follower.state["size"] == 0


@pytest.mark.parametrize("path", PATHS)
def test_a_changed_bit_of_what_was_read_before(follower: Follower, path: str) -> None:
    follower.log.grow(600)
    follower.sees_well()
    follower.log.change(path, 17)
    follower.sees_a_breach("", "--all")
    assert follower.state["size"] == 600


@pytest.mark.parametrize("path", [path for path in PATHS if not path.startswith("tile/1")])
def test_a_changed_bit_of_what_is_new(follower: Follower, path: str) -> None:
    follower.log.grow(100)
    follower.sees_well()
    follower.log.grow(500).change(path)
    follower.sees_a_breach("")


def test_a_changed_bit_far_up_in_a_large_log(follower: Follower) -> None:
    follower.log.grow(65_536 + 5).change("tile/1/000", 8000)
    follower.sees_a_breach("tile/1/000 and what is below it do not fit together at 250")
    follower.log.publish().change("tile/2/000.p/1")
    follower.sees_a_breach("the tiles do not make the root that was signed")
    follower.log.instead.clear()
    follower.sees_well()


def test_every_bit_of_every_answer_counts(follower: Follower) -> None:
    """Of a small log: no bit of its entries or tiles can change unseen."""
    log = follower.log.grow(2)
    for path in ("tile/0/000.p/2", "tile/entries/000.p/2"):
        for at in range(0, len(log.true(path) or b""), 5):
            log.change(path, at)
            assert follower.run().code == 2, (path, at)
            log.instead.clear()


def test_the_entry_that_was_changed_is_named(follower: Follower) -> None:
    follower.log.grow(300)
    follower.sees_well()
    follower.log.bodies[260] = follower.log.bodies[260].replace(b"standing/1", b"standing/2")
    found = follower.sees_a_breach("do not fit together at 260", "--all")
    kept = Path(found.told[-1]["evidence"])
    assert "tile/entries/001.p/44" in (kept / "why.txt").read_text()
    assert b"standing/2" in b"".join(file.read_bytes() for file in kept.glob("answer-*"))


def test_an_entry_that_is_gone(follower: Follower) -> None:
    follower.log.grow(300)
    del follower.log.bodies[260]
    follower.sees_a_breach("holds too few or too many")


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/001.p/44", "tile/entries/000"])
def test_what_the_checkpoint_covers_must_be_there(follower: Follower, path: str) -> None:
    follower.log.grow(300).instead[path] = Answer(status=404)
    follower.sees_a_breach(f"the checkpoint covers {path}: missing")


def test_a_root_that_no_tree_has(follower: Follower) -> None:
    follower.log.grow(20)
    follower.sees_well()
    swapped = Checkpoint(NAME, 25, leaf_hash(b"?"))
    follower.log.grow(5).note = notes.sign(swapped.text(), follower.log.signers)
    follower.sees_a_breach("the tiles do not make the root that was signed")


def test_a_root_that_no_tree_has_at_first_sight(follower: Follower) -> None:
    swapped = Checkpoint(NAME, 25, leaf_hash(b"?"))
    follower.log.grow(25).note = notes.sign(swapped.text(), follower.log.signers)
    follower.sees_a_breach("the entries do not make the root that was signed")


def test_a_key_that_nobody_trusts(follower: Follower) -> None:
    follower.log.grow(3)
    follower.log.signers = [signer("another")]
    follower.log.publish()
    follower.sees_a_breach("no known key signed the note")


def test_a_key_that_changed_since_it_was_trusted(follower: Follower) -> None:
    follower.trust = []
    follower.log.grow(3)
    follower.sees_well()
    follower.log.signers = [signer("another")]
    follower.log.grow(3)
    follower.sees_a_breach("no known key signed the note")


def test_a_false_signature_by_a_known_key_beside_a_true_one(follower: Follower) -> None:
    follower.log.grow(3)
    other = follower.log.signers[0].line("other text\n")
    follower.log.note += f"{other}\n"
    follower.sees_a_breach(f"the signature by {NAME} is false")


def test_the_name_of_another_log(follower: Follower) -> None:
    other = Checkpoint("log.example/other", 0, monitor.EMPTY_ROOT)
    follower.log.note = notes.sign(other.text(), follower.log.signers)
    follower.sees_a_breach("no known key of this log signed the checkpoint")


def test_a_checkpoint_of_more_lines_than_three(follower: Follower) -> None:
    """What is on them is not in the log, so that nobody could hold the log to it."""
    text = f"{notes.parse(follower.log.note).text}more\n"
    follower.log.note = notes.sign(text, follower.log.signers)
    follower.sees_a_breach("this is no checkpoint")


def spoilt(body: bytes, number: int) -> bytes:
    """An entry written in another way than there is."""
    told = json.loads(body)
    ways = [
        json.dumps(told, sort_keys=True).encode(),
        b" " + body,
        body + b"\n",
        body.replace(b'"at"', b'"\\u0061t"'),
        body[:-1] + b',"z":1.50}',
        body[:-1] + b',"z":NaN}',
        body[:-1] + b',"z":"\\ud800"}',
        body[:-1] + b',"at":"twice"}',
        body[:-1],
        b"",
        b"\xff\xfe{\x00}\x00",
        b"[" * 60_000,
        b"[]",
        b'"digital-trust-alliance/log-entry/1"',
        canonical_json({**told, "format": "another"}),
        canonical_json({**told, "format": None}),
        canonical_json({**told, "kind": 1}),
        canonical_json({**told, "id": told["id"].upper()}),
        canonical_json({name: what for name, what in told.items() if name != "id"}),
    ]
    return ways[number]


@pytest.mark.parametrize("number", range(19))
def test_entries_are_written_in_the_one_way(follower: Follower, number: int) -> None:
    follower.log.grow(9)
    follower.log.bodies[4] = spoilt(follower.log.bodies[4], number)
    follower.log.publish()
    follower.sees_a_breach("entry 4 is not canonical JSON in the format of this log")


def test_no_id_is_used_twice(follower: Follower) -> None:
    """Nor one of an entry read by a run before."""
    follower.log.grow(300)
    follower.sees_well()
    follower.log.bodies.append(entry(7, kind="membership.left"))
    follower.log.publish()
    follower.sees_a_breach("entry 300 has the id of entry 7")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", bytes(44 * 32), bytes(44 * 32 - 1), bytes(45 * 32), bytes(9000)],
    ids=lambda body: str(len(body)),
)
@pytest.mark.parametrize("path", ["tile/0/001.p/44", "tile/entries/001.p/44"])
def test_garbage_in_place_of_what_was_signed(follower: Follower, path: str, body: bytes) -> None:
    follower.log.grow(100)
    follower.sees_well()
    follower.log.grow(200).instead[path] = Answer(body)
    follower.sees_a_breach("")


def test_answers_have_a_largest_size(follower: Follower) -> None:
    log = follower.log.grow(300)
    log.instead["tile/0/000"] = Answer(bytes(256 * 32 + 1))
    follower.sees_a_breach("tile/0/000 is larger than it can be")
    log.instead = {"tile/entries/000": Answer(bytes(monitor.LARGEST_BUNDLE + 1))}
    follower.sees_a_breach("tile/entries/000 is larger than it can be")


def test_what_swells_when_unpacked_is_cut_off(follower: Follower) -> None:
    pack = zlib.compressobj(9, wbits=31)
    bomb = b"".join(pack.compress(bytes(1 << 20)) for _ in range(200)) + pack.flush()
    answer = Answer(bomb, headers={"Content-Encoding": "gzip"})
    follower.log.grow(300).instead["tile/0/000"] = answer
    follower.sees_a_breach("tile/0/000 is larger than it can be")


def test_paths_of_tests_are_those_of_the_log(follower: Follower) -> None:
    """So that a changed path would not make tests of changes vain."""
    follower.log.grow(600)
    assert all(follower.log.true(path) for path in PATHS)
    assert [tiles.path(tile) for tile in tiles.tiles_of(0, 600)] == PATHS[:4]
