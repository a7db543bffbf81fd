"""The file of a proof (c2sp.org/tlog-proof)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.trustlog.policy import merkle, notes, proofs
from app.trustlog.policy.checkpoints import Checkpoint
from app.trustlog.policy.checkpoints import parse as parse_checkpoint
from app.trustlog.policy.notes import Malformed, Verifier
from app.trustlog.policy.proofs import TlogProof
from tests.trustlog.served_log import NAME, signer
from tests.trustlog.trees import leaves, path_of

# github.com/C2SP/C2SP at 5ba5ee83, tlog-proof.md; its signatures are shortened with "[...]"
EXAMPLE = """c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

example.com/fancylog
109482
sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

— example.com/fancylog hI2DJw[...]1roloI=
— witness1.example mJirIklj[...]qY9v2B/5bg==
"""


def test_the_example_of_c2sp() -> None:
    found = proofs.parse(EXAMPLE)
    assert (found.index, len(found.hashes)) == (73894, 5)
    assert found.extra is not None
    assert found.extra.startswith(b"age-v1.2.1-darwin-arm64.tar.gz")
    assert found.checkpoint_note.startswith("example.com/fancylog\n109482\n")
    assert found.text() == EXAMPLE
    with pytest.raises(Malformed):  # what is in brackets there is no signature
        notes.parse(found.checkpoint_note)


def test_a_whole_proof_is_checked_by_its_parts() -> None:
    hashes, mine = leaves(300), signer()
    note = notes.sign(Checkpoint(NAME, 300, merkle.root(hashes)).text(), [mine])
    path = tuple(path_of(merkle.inclusion_nodes(257, 300), hashes))
    text = TlogProof(257, path, note, b'{"entry":"","openings":{}}').text()
    read = proofs.parse(text)
    head = parse_checkpoint(notes.opened(read.checkpoint_note, [Verifier(mine.vkey)]).text)
    leaf = hashes[257]
    assert merkle.verify_inclusion(read.index, head.size, leaf, read.hashes, head.root)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("c2sp", "\ufeffc2sp"),
        ("c2sp.org/tlog-proof@v1\n", ""),
        ("c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\n\n"),
        ("index 73894\n", ""),
        ("index 73894", "index 073894"),
        ("index 73894", "index -1"),
        ("index 73894", "index 7_3894"),
        ("index 73894", "index  73894"),
        ("index 73894", "index 73894 "),
        ("index 73894", "index ٣"),
        ("index 73894", "Index 73894"),
        ("index 73894", "index 99999999999999999999"),
        ("extra Y", "extra  Y"),
        ("extra YW", "extra Y=W"),
        ("extra YW", "extra YWY"),
        ("extra YW", "extra YWE=\nextra YW"),
        ("PlQ=", "PlR="),
        ("PlQ=", "PlQ"),
        ("PlQ=", "PlQ= "),
        ("PlQ=", "PlQ=\nAAAA"),
        ("PlQ=", "PlQ=\r"),
        ("B95lDa8R83lS", "B95lDa8R"),
        ("5vk=\n", f"5vk=\n{'A' * 43}=" * 60 + "\n"),
        ("5vk=\n\nexample", "5vk=\nexample"),
        (EXAMPLE[EXAMPLE.index("\n\n") :], ""),
        (EXAMPLE[EXAMPLE.index("\n\n") + 2 :], ""),
        ("109482", "1" * 1_000_000),
    ],
    ids=range(28),
)
def test_what_is_no_proof(old: str, new: str) -> None:
    assert old in EXAMPLE
    with pytest.raises(Malformed):
        proofs.parse(EXAMPLE.replace(old, new, 1))


@given(
    st.integers(0, (1 << 63) - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.one_of(st.none(), st.binary(max_size=99)),
)
def test_what_is_written_is_read_again(
    index: int, hashes: list[bytes], extra: bytes | None
) -> None:
    proof = TlogProof(index, tuple(hashes), "name\n1\nroot\n\n— a b\n", extra)
    assert proofs.parse(proof.text()) == proof
    assert bool(re.search("^extra ", proof.text(), re.MULTILINE)) == (extra is not None)
