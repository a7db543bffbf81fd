"""Signed notes and keys: the published examples, and how strictly they are read."""

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.trustlog.policy import notes
from app.trustlog.policy.notes import BadSignature, Malformed, Signer, Verifier
from tests.trustlog.served_log import NAME, signer

# github.com/C2SP/C2SP at 5ba5ee83, signed-note.md, "Example"
C2SP_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2O"
    "NncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# the note at its beginning, whose text has an empty line in it; its key is not published
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMou"
    "FSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)
# golang.org/x/mod at fe2ec04f, sumdb/note/note_test.go
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZ"
    "b6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33"
    "WWd1RvMc+QQ=\n"
)
PETER_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"  # its private key, made public


def test_the_example_of_c2sp() -> None:
    found = notes.opened(C2SP_NOTE, [Verifier(C2SP_KEY)])
    assert found[:2] == ("This is an example message.\n", ("example.com/foo",))
    assert notes.parse(POEM).text.endswith("\n\ned è subito sera.\n")
    assert notes.parse(POEM).signatures[0].key_id.hex() == "367ba04b"


def test_the_notes_of_go() -> None:
    peter, enoch = Verifier(PETER), Verifier(ENOCH)
    both = f"{GO_TEXT}\n{PETER_LINE}{ENOCH_LINE}"
    assert notes.opened(both, [peter])[:2] == (GO_TEXT, ("PeterNeumann",))
    assert notes.opened(both, [peter, enoch]).verified == ("PeterNeumann", "EnochRoot")
    assert notes.opened(both.encode(), [peter, peter]).verified == ("PeterNeumann",) * 2
    assert notes.opened(f"{GO_TEXT}\n{PETER_LINE * 2}{ENOCH_LINE * 2}", [peter]).by == (peter,)
    with pytest.raises(BadSignature, match="no known key"):
        notes.opened(both, [])
    longer = f"{GO_TEXT}\n{PETER_LINE[:60]}ABCD{PETER_LINE[60:]}"
    with pytest.raises(BadSignature, match="PeterNeumann is false"):
        notes.opened(longer, [peter])


@pytest.mark.parametrize(
    "note",
    [
        GO_TEXT,
        f"{GO_TEXT}\n",
        f"{GO_TEXT}\n{PETER_LINE[:-1]}",
        f"\x01{GO_TEXT}\n{PETER_LINE}",
        f"\xff{GO_TEXT}\n{PETER_LINE}".encode("latin-1", "replace"),
        f"{GO_TEXT}\n— Bad Name {PETER_LINE.split(' ')[2]}",
        f"{GO_TEXT}\n{PETER_LINE}Unexpected line.\n",
        f"{GO_TEXT}\n{PETER_LINE * 101}",
        f"{GO_TEXT}\n{PETER_LINE}\n",
        f"{GO_TEXT}\n\n",
        f"{GO_TEXT}{PETER_LINE}",
        f"{GO_TEXT}\n{PETER_LINE}".replace("—", "-"),
        f"{GO_TEXT}\n{PETER_LINE}".replace("— ", "—  "),
        f"{GO_TEXT}\n{PETER_LINE}".replace("— ", "—\u00a0"),
        f"{GO_TEXT}\n{PETER_LINE}".replace("=\n", "\n"),
        f"{GO_TEXT}\n{PETER_LINE}".replace("M=\n", "N=\n"),  # another spelling of the same bytes
        f"{GO_TEXT}\n{PETER_LINE}".replace("x08g", "x08 g"),
        f"{GO_TEXT}\n{PETER_LINE}".replace("/", "_"),
        f"{GO_TEXT}\n{PETER_LINE}".replace("PeterN", "Peter+N"),
        f"{GO_TEXT}\n{PETER_LINE}".replace("PeterN", "Peter\u2003N"),
        f"{GO_TEXT}\n{PETER_LINE}".replace("\n", "\r\n"),
        f"{GO_TEXT}\n{PETER_LINE}".replace("problem,", "problem,\t"),
        f"{GO_TEXT}\n{PETER_LINE}".replace("problem,", "\ud800"),
        f"{GO_TEXT}\n—  {PETER_LINE.split(' ')[2]}",
        f"{GO_TEXT}\n— PeterNeumann x08goQ==\n".replace("goQ==", "gow=="),  # an id alone
        f"{'a' * 1_000_000}\n\n{PETER_LINE}",
        "",
        b"",
        b"\xff\xfe",
    ],
    ids=range(29),
)
def test_what_is_no_note(note: str | bytes) -> None:
    for known in ([], [Verifier(PETER)]):
        with pytest.raises(Malformed):
            notes.opened(note, known)


def test_go_signs_the_same() -> None:
    secret = b64decode(PETER_SECRET)[1:]  # after the kind
    key = Signer("PeterNeumann", Ed25519PrivateKey.from_private_bytes(secret))
    assert key.vkey == PETER
    assert notes.sign(GO_TEXT, [key]) == f"{GO_TEXT}\n{PETER_LINE}"


def test_no_part_and_no_change_of_a_key_is_a_key() -> None:
    for start in range(len(PETER)):
        for end in range(start + 1, len(PETER) + 1):
            if (start, end) != (0, len(PETER)):
                with pytest.raises(Malformed):
                    Verifier(PETER[start:end])
    for at, one in enumerate(PETER):
        with pytest.raises(Malformed):
            Verifier(PETER[:at] + chr(ord(one) + 1) + PETER[at + 1 :])


@pytest.mark.parametrize(
    "vkey",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("+c74", "+ c74"),
        f"{PETER}=",
        f" {PETER}",
        f"{PETER}\n",
        "",
        "++",
        "a+00000000+",
        "\ud800+00000000+AAAA",
        notes.key_as_text("two words", b"\x01" + bytes(32)),
        notes.key_as_text("", b"\x01" + bytes(32)),
        notes.key_as_text("a\x00b", b"\x01" + bytes(32)),
        notes.key_as_text("a", b"\x01" + bytes(31)),
        notes.key_as_text("a", b"\x02" + bytes(32)),
        notes.key_as_text("a", b"\x06" + bytes(1312)),
    ],
    ids=range(17),
)
def test_what_is_no_key_here(vkey: str) -> None:
    with pytest.raises(Malformed):
        Verifier(vkey)


def test_signatures_of_later_kinds_are_passed_over() -> None:
    """ML-DSA-44 (0x06) is 4 + 8 + 2,420 bytes; C2SP has readers take 16 lines and more."""
    mine = signer()
    later = b64encode(bytes(4 + 8 + 2420)).decode()
    lines = "".join(f"— {NAME} {later}\n— witness-{n} {later}\n" for n in range(40))
    note = notes.sign("text\n", [mine]) + lines
    assert len(notes.parse(note).signatures) == 81
    assert notes.opened(note, [Verifier(mine.vkey)]).verified == (NAME,)


def test_the_name_and_the_id_tell_whose_a_signature_is() -> None:
    """A line that shares but one of them with a known key is of an unknown key."""
    mine, line = signer(), signer("other").line("text\n")
    other_name = line.replace(NAME, "somebody")
    note = notes.sign("text\n", [mine]) + f"{line}\n{other_name}\n"
    assert notes.opened(note, [Verifier(mine.vkey)]).verified == (NAME,)
    posing = b64encode(mine.key_id + bytes(64)).decode()
    with pytest.raises(BadSignature, match="is false"):
        notes.opened(f"{note}— {NAME} {posing}\n", [Verifier(mine.vkey)])
    assert notes.opened(f"{note}— somebody {posing}\n", [Verifier(mine.vkey)])


def test_cosignatures_bear_their_time() -> None:
    witness, text = signer("w", "witness", notes.COSIGNATURE), "log\n1\nhash\n"
    note = f"{text}\n{witness.line(text, 1_679_315_147)}\n"
    known = [Verifier(witness.vkey)]
    assert notes.opened(note, known).text == text
    line = notes.parse(note).signatures[0]
    assert int.from_bytes(line.signature[:8], "big") == 1_679_315_147
    made = line.key_id + (1_679_315_148).to_bytes(8, "big") + line.signature[8:]
    later = f"{text}\n— witness {b64encode(made).decode()}\n"
    with pytest.raises(BadSignature):
        notes.opened(later, known)
    plain = Signer("witness", witness.key)  # the same key as another kind is another key
    assert plain.key_id != witness.key_id
    with pytest.raises(BadSignature, match="no known key"):
        notes.opened(notes.sign(text, [plain]), known)


def test_what_cannot_be_signed() -> None:
    for text in ("", "no end of line", "a\x01b\n", "\ud800\n"):
        with pytest.raises(ValueError):  # noqa: PT011 - Malformed, or what UTF-8 says
            notes.sign(text, [signer()])
    for signers in ([], [signer()] * 101):
        with pytest.raises(Malformed):
            notes.sign("text\n", signers)
    with pytest.raises(Malformed):
        notes.sign("text\n\nmore\n", [])
    for name in ("", "a b", "a+b", "a\n"):
        with pytest.raises(ValueError, match="name"):
            signer(name=name)


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32)))),
    max_size=40,
)
NAMES = TEXTS.filter(lambda t: t and "+" not in t and not any(c.isspace() for c in t))


@given(
    st.lists(TEXTS, max_size=5), st.lists(st.tuples(NAMES, st.booleans()), min_size=1, max_size=9)
)
def test_what_is_signed_is_read_again(lines: list[str], names: list[tuple[str, bool]]) -> None:
    text = "".join(f"{line}\n" for line in [*lines, "end"])
    signers = [
        signer(name, name, notes.COSIGNATURE if witness else notes.ED25519)
        for name, witness in names
    ]
    note = notes.sign(text, signers)
    found = notes.opened(note, [Verifier(one.vkey) for one in signers])
    assert found[:2] == (text, tuple(name for name, _ in names))
    rewritten = (
        text
        + "\n"
        + "".join(
            f"— {one.name} {b64encode(one.key_id + one.signature).decode()}\n"
            for one in notes.parse(note).signatures
        )
    )
    assert rewritten == note
