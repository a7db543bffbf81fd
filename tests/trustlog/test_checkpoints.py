"""The head of the log as text (c2sp.org/tlog-checkpoint)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.trustlog.policy import notes
from app.trustlog.policy.checkpoints import Checkpoint, parse
from app.trustlog.policy.notes import Malformed

# github.com/C2SP/C2SP at 5ba5ee83, tlog-checkpoint.md and tlog-cosignature.md
TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
NOTE = (
    f"{TEXT}\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
    "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2"
    "oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)


def test_the_example_of_c2sp() -> None:
    """Its keys are not published; the time of the cosignature is."""
    note = notes.parse(NOTE)
    found = parse(note.text)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert found.text() == TEXT
    log, witness = note.signatures
    assert (log.name, log.key_id.hex(), len(log.signature)) == (found.origin, "033de0ae", 64)
    assert (witness.name, len(witness.signature)) == ("witness.example.com/w1", 72)
    assert int.from_bytes(witness.signature[:8], "big") == 1679315147


def test_the_head_of_go() -> None:
    """golang.org/x/mod at fe2ec04f, sumdb/tlog/note_test.go."""
    text = "go.sum database tree\n123456789012\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n"
    assert parse(text).size == 123456789012
    assert parse(text).text() == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        TEXT[:-1],
        f"{TEXT}\n",
        f"{TEXT}more\n",
        f"\n{TEXT}",
        TEXT.replace("example.com/behind-the-sofa", ""),
        TEXT.replace("20852163", "020852163"),
        TEXT.replace("20852163", "+20852163"),
        TEXT.replace("20852163", "-20852163"),
        TEXT.replace("20852163", "-0"),
        TEXT.replace("20852163", "20_852_163"),
        TEXT.replace("20852163", " 20852163"),
        TEXT.replace("20852163", "0x20852163"),
        TEXT.replace("20852163", "2e7"),
        TEXT.replace("20852163", "٢"),
        TEXT.replace("20852163", ""),
        TEXT.replace("20852163", str(1 << 63)),
        TEXT.replace("20852163", "9" * 5000),
        TEXT.replace("2I=", "2I"),
        TEXT.replace("2I=", "2J="),
        TEXT.replace("2I=", "2I=="),
        TEXT.replace("2I=", "2I= "),
        TEXT.replace("CsUY", "Cs UY"),
        TEXT.replace("CsUYapGG", ""),
        TEXT.replace("CsUY", "CsUYCsUY"),
        TEXT.replace("/Xajj", "_Xajj"),
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n2", "\n\n2"),
    ],
    ids=range(29),
)
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(Malformed):
        parse(text)


ORIGINS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1, max_size=40
)


@given(ORIGINS, st.integers(0, (1 << 63) - 1), st.binary(min_size=32, max_size=32))
def test_what_is_written_is_read_again(origin: str, size: int, root: bytes) -> None:
    head = Checkpoint(origin, size, root)
    assert parse(head.text()) == head
