"""Whatever is read of strangers is read, or refused with ValueError: nothing else happens.

And where something is read after all, it is written again as it was: no two spellings of one thing.
"""

import random
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.trustlog import monitor
from app.trustlog.policy import checkpoints, merkle, notes, proofs, tiles
from app.trustlog.policy.checkpoints import Checkpoint
from app.trustlog.policy.notes import Verifier
from app.trustlog.policy.proofs import TlogProof
from tests.trustlog.served_log import NAME, entry, signer
from tests.trustlog.trees import leaves, path_of

LOG, WITNESS = signer(), signer("w", "witness.example", notes.COSIGNATURE)
HASHES = leaves(300)
HEAD = Checkpoint(NAME, 300, merkle.root(HASHES))
NOTE = notes.sign(HEAD.text(), [LOG]) + f"{WITNESS.line(HEAD.text(), 1_700_000_000)}\n"
PATH = tuple(path_of(merkle.inclusion_nodes(257, 300), HASHES))
PROOF = TlogProof(257, PATH, NOTE, b'{"entry":"e30="}').text()
BUNDLE = tiles.bundle([entry(number) for number in range(4)])
KNOWN = [Verifier(LOG.vkey), Verifier(WITNESS.vkey)]

ROUNDS = 3_000


def note_again(data: bytes) -> bytes:
    read = notes.parse(data)
    lines = [f"— {name} {b64encode(i + s).decode()}\n" for name, i, s in read.signatures]
    return f"{read.text}\n{''.join(lines)}".encode()


def checkpoint_again(data: bytes) -> bytes:
    return checkpoints.parse(data.decode()).text().encode()


def proof_again(data: bytes) -> bytes:
    return proofs.parse(data.decode()).text().encode()


def bundle_again(data: bytes) -> bytes:
    return tiles.bundle(tiles.read_bundle(data, 4))


def key_again(data: bytes) -> bytes:
    key = Verifier(data.decode())
    return notes.key_as_text(key.name, bytes([key.kind]) + key.key).encode()


def path_again(data: bytes) -> bytes:
    found = tiles.parse(data.decode())
    if found is None:
        raise ValueError
    return tiles.path(found).encode()


def entry_again(data: bytes) -> bytes:
    monitor.an_entry(data)
    return data


READERS: dict[str, tuple[Callable[[bytes], bytes], bytes]] = {
    "note": (note_again, NOTE.encode()),
    "checkpoint": (checkpoint_again, HEAD.text().encode()),
    "proof": (proof_again, PROOF.encode()),
    "bundle": (bundle_again, BUNDLE),
    "key": (key_again, LOG.vkey.encode()),
    "path": (path_again, b"tile/entries/x001/x234/067.p/255"),
    "entry": (entry_again, entry(5)),
}


def spoilt(data: bytes, seed: int) -> Iterator[bytes]:
    """Bytes that were the data: changed, cut, doubled, put elsewhere, spelt otherwise."""
    chance = random.Random(seed)  # noqa: S311 - the same each time
    odd = ["\n", "\n\n", " ", "=", "+", "\x00", "\x7f", "\u00a0", "— ", "٣", "é", "0", "-", "\r\n"]
    for _ in range(ROUNDS):
        made = bytearray(data)
        for _ in range(chance.choice((1, 1, 1, 2, 5))):
            at, length = chance.randrange(len(made) + 1), chance.choice((0, 1, 1, 4, 44))
            piece = bytes(made[at : at + length])
            other = chance.randrange(len(made) + 1)
            match chance.randrange(6):
                case 0:
                    made[at : at + 1] = bytes([chance.randrange(256)])
                case 1:
                    del made[at : at + length]
                case 2:
                    made[other:other] = piece
                case 3:
                    made[at : at + length] = made[other : other + length]
                case 4:
                    made[at:at] = chance.choice(odd).encode()
                case _:
                    if piece:
                        made[at] ^= 1 << chance.randrange(8)
        yield bytes(made)


@pytest.mark.parametrize("kind", READERS)
def test_what_is_spoilt_is_refused_or_is_another_thing(kind: str) -> None:
    again, data = READERS[kind]
    assert again(data) == data
    refused = 0
    for made in spoilt(data, seed=len(kind)):
        try:
            found = again(made)
        except ValueError:
            refused += 1
        else:
            assert found == made
    assert refused > ROUNDS // 5  # or the set would be too tame


@pytest.mark.parametrize("kind", READERS)
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda t: t.encode())))
def test_any_bytes_are_refused_or_written_again(kind: str, data: bytes) -> None:
    again, _ = READERS[kind]
    with suppress(ValueError):
        assert again(data) == data


def test_no_spoilt_note_is_believed_unless_what_was_signed_is_as_it_was() -> None:
    """The text is the signed one, or nothing: whatever happens to the lines below it."""
    believed = 0
    for made in spoilt(NOTE.encode(), seed=7):
        try:
            assert notes.opened(made, KNOWN).text == HEAD.text()
            believed += 1
        except ValueError:
            pass
    assert believed < ROUNDS // 2


def test_no_spoilt_proof_proves_anything_else() -> None:
    for made in spoilt(PROOF.encode(), seed=8):
        try:
            read = proofs.parse(made.decode())
            head = checkpoints.parse(notes.opened(read.checkpoint_note, KNOWN).text)
        except ValueError:
            continue
        proven = [
            merkle.verify_inclusion(read.index, head.size, leaf, read.hashes, head.root)
            for leaf in (HASHES[257], HASHES[0], merkle.leaf_hash(made))
        ]
        assert proven[1:] == [False, False]
        assert not proven[0] or (read.index, read.hashes) == (257, PATH)


@given(
    st.integers(-5, 1 << 65),
    st.integers(-5, 1 << 65),
    st.lists(st.binary(max_size=40), max_size=80),
)
def test_verifying_never_fails_otherwise(one: int, other: int, path: list[bytes]) -> None:
    root = HASHES[0]
    merkle.verify_inclusion(one, other, root, path, root)
    merkle.verify_consistency(one, root, other, root, path)
