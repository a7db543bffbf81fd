"""Checks of files that anybody gives us: nothing false passes, nothing breaks the check."""

import io
import os
import random
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from datetime import timedelta

import pypdf
import pytest
from asn1crypto import pem, x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from app.conduct.models import SealLevel
from app.conduct.sealing import checking, making, self_made, validating
from app.conduct.sealing.seal import EVIDENCE, Changed, Seal
from app.core import clock
from app.core.config import ROOT
from app.core.seal_settings import SealSettings
from tests.conduct.conftest import detail
from tests.factories.seals import authority, seal_settings, sealed_pdf

MARKED = "Self-made for demonstrations, proves nothing"


async def check(content: bytes, by: SealSettings | None = None) -> Seal | None:
    return await checking.check(content, by or seal_settings())


def loaded(name: str) -> x509.Certificate:
    return x509.Certificate.load(pem.unarmor((authority() / name).read_bytes())[2])


async def inside(content: bytes) -> bool:
    """Whether the check's own process would find `content` genuine; here, since that is faster."""
    trust = validating.Trust(clock.now(), (loaded("root.pem"),), (loaded("signer.pem"),))
    try:
        told = await validating.found(content, trust)
    except Exception:  # noqa: BLE001 - which would end that process
        return False
    return bool(told["intact"] and told["trusted"] and told["whole"] and told["level"])


def gap(content: bytes) -> tuple[int, int, int]:
    """Where the bytes of the signature begin, where they end in use, and where the gap ends."""
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    _, begins, ends, _ = (int(number) for number in signature.byte_range)
    return begins, begins + 1 + 2 * len(signature.signed_data.dump()) + 60, ends


async def test_a_sealed_document_is_genuine(sealed: bytes) -> None:
    found = await check(sealed)
    assert found is not None
    assert found.genuine
    assert (found.level, found.changed) == (SealLevel.B_T, Changed.NOTHING)
    assert found.sealed_by == "Liên minh Niềm tin số – Seal"
    assert found.stamped_by == "Liên minh Niềm tin số – Clock"
    assert found.self_made
    assert found.sealed_at is not None
    assert abs(found.sealed_at - clock.now()) < timedelta(minutes=10)
    assert found.attachments[EVIDENCE] == detail("vi").evidence


async def test_a_file_without_a_seal_has_none(document: bytes) -> None:
    for content in (document, b"", b"%PDF-1.7", b"hello", b"\0" * 5000):
        assert await check(content) is None


async def test_without_a_configuration_no_seal_is_ours(sealed: bytes) -> None:
    found = await checking.check(sealed)
    assert found is not None
    assert (found.intact, found.trusted, found.genuine) == (True, False, False)
    assert not found.attachments


async def test_attachments_are_read_wherever_a_program_writes_their_names() -> None:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment(EVIDENCE, b"{}")
    writer.add_attachment("other.txt", b"more")
    out = io.BytesIO()
    writer.write(out)
    made = await making.seal(out.getvalue(), seal_settings(), "en")
    assert made.seal.genuine
    assert made.seal.attachments == {EVIDENCE: b"{}", "other.txt": b"more"}


# Changed


async def test_no_flipped_bit_of_the_file_passes(sealed: bytes) -> None:
    draw = random.Random(20261128)  # noqa: S311 - the same places each time
    begins, used, ends = gap(sealed)
    places = [draw.randrange(len(sealed)) for _ in range(30)]
    places += [draw.randrange(begins, used) for _ in range(150)]
    places += [begins, ends - 1, *(draw.randrange(used, ends) for _ in range(8))]
    for place in places:
        content = bytearray(sealed)
        content[place] ^= 1 << draw.randrange(8)
        assert not await inside(bytes(content)), place


async def test_a_signer_named_in_other_capitals_is_told(sealed: bytes) -> None:
    begins, _, ends = gap(sealed)
    (signature,) = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    (signer,) = signature.signed_data["signer_infos"]
    token = signer["unsigned_attrs"][0]["values"][0]["content"]
    for info in (signer, *token["signer_infos"]):
        named = info["sid"].dump().hex().upper().encode()
        at = sealed.index(named, begins, ends)
        letters = named.replace(b"Root".hex().upper().encode(), b"rOOT".hex().upper().encode())
        assert letters != named
        assert not await inside(sealed[:at] + letters + sealed[at + len(named) :])


async def test_the_case_of_a_letter_in_the_gap_counts_too(sealed: bytes) -> None:
    begins, used, _ = gap(sealed)
    assert await inside(sealed)
    lower = sealed[:begins] + sealed[begins:used].lower() + sealed[used:]
    assert not await inside(lower)


async def test_a_changed_byte_is_told(sealed: bytes) -> None:
    at = sealed.index(b"stream") + 50
    content = sealed[:at] + bytes([sealed[at] ^ 4]) + sealed[at + 1 :]
    found = await check(content)
    assert found is not None
    assert (found.changed, found.intact, found.genuine) == (Changed.BYTES, False, False)
    assert found.sealed_by == "Liên minh Niềm tin số – Seal"
    assert not found.attachments


def revised(content: bytes) -> bytes:
    """With a further revision that names another author."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    writer.root["/PieceInfo"] = generic.DictionaryObject()
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


async def test_what_was_added_after_the_seal_is_told(sealed: bytes) -> None:
    found = await check(revised(sealed))
    assert found is not None
    assert (found.intact, found.whole, found.changed) == (True, False, Changed.ADDED)
    assert not found.genuine
    assert found.attachments[EVIDENCE] == detail("vi").evidence  # as it was sealed


async def test_bytes_after_the_end_are_no_genuine_document(sealed: bytes) -> None:
    for more in (b"\n", b"\n%%EOF\n", b"junk", b"\0" * 2000):
        found = await check(sealed + more)
        assert found is None or not found.genuine, more


# Whose


async def test_a_seal_of_another_is_not_ours(document: bytes) -> None:
    root = self_made.issue("Root", None, ec.generate_private_key(ec.SECP256R1()), mark="")
    signer = self_made.issue("Seal", root, ec.generate_private_key(ec.SECP256R1()), mark="")
    other = seal_settings(
        certificate=written(signer), key=key_of(signer), roots=written(root) + written_root()
    )
    content = await sealed_pdf(document, other)
    found = await check(content)
    assert found is not None
    assert (found.intact, found.trusted, found.genuine) == (True, False, False)
    assert found.sealed_by == "Liên minh Niềm tin số – Seal"  # a name is easily taken
    both = seal_settings(roots=written(root) + written_root())
    found = await check(content, both)  # their root is trusted too, and still they are not us
    assert found is not None
    assert not found.trusted


async def test_a_seal_of_an_earlier_certificate_stays_ours(sealed: bytes) -> None:
    root = self_made.issue("Root", None, ec.generate_private_key(ec.SECP256R1()))
    signer = self_made.issue("Seal", root, ec.generate_private_key(ec.SECP256R1()))
    changes = {
        "certificate": written(signer),
        "key": key_of(signer),
        "roots": written(root) + written_root(),
    }
    found = await check(sealed, seal_settings(**changes))
    assert found is not None
    assert not found.genuine
    found = await check(sealed, seal_settings(**changes, earlier=str(authority() / "signer.pem")))
    assert found is not None
    assert found.genuine


async def test_a_seal_outlives_its_certificate_by_its_time_stamp(document: bytes) -> None:
    root = self_made.issue("Root", None, ec.generate_private_key(ec.SECP256R1()))
    signer = self_made.issue(
        "Seal",
        root,
        ec.generate_private_key(ec.SECP256R1()),
        until=clock.now() + timedelta(days=30),
    )
    by = seal_settings(
        certificate=written(signer), key=key_of(signer), roots=written(root) + written_root()
    )
    content = await sealed_pdf(document, by)
    with clock.at(clock.now() + timedelta(days=400)):
        found = await check(content, by)
    assert found is not None
    assert found.genuine


async def test_a_seal_whose_time_stamp_has_ended_proves_no_time(document: bytes) -> None:
    root = self_made.issue("Root", None, ec.generate_private_key(ec.SECP256R1()))
    clerk = self_made.issue(
        "Clock",
        root,
        rsa.generate_private_key(65537, 2048),
        until=clock.now() + timedelta(days=30),
    )
    by = seal_settings(
        time_stamp_certificate=written(clerk),
        time_stamp_key=key_of(clerk),
        roots=written(root) + written_root(),
    )
    content = await sealed_pdf(document, by)
    with clock.at(clock.now() + timedelta(days=400)):
        found = await check(content, by)
    assert found is not None
    assert (found.intact, found.level, found.sealed_at, found.genuine) == (True, None, None, False)


def written(issued: self_made.Issued) -> str:
    return issued.certificate.public_bytes(Encoding.PEM).decode()


def written_root() -> str:
    return (authority() / "root.pem").read_text()


def key_of(issued: self_made.Issued) -> str:
    pem = issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


# Hostile


def hostile(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Files that would hurt a careless reader."""
    half = len(content) // 2
    yield "cut", content[:half]
    yield "cut at the end", content[:-30]
    yield "only its mark", b"%PDF-1.7 /ByteRange"
    yield "deep", b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"\n/ByteRange\n%%EOF"
    yield "wrong length", content.replace(b"/ByteRange [0 ", b"/ByteRange [9 ")
    yield "endless table", content.replace(b"startxref\n", b"startxref\n9", 1)
    yield "bomb", bomb(content)
    objects = b"".join(b"%d 0 obj\n<<>>\nendobj\n" % n for n in range(100, 60_000))
    yield "many objects", content[:half] + objects + content[half:]
    yield "encrypted", content.replace(b"trailer\n<<", b"trailer\n<</Encrypt 1 0 R ", 1)
    yield "huge", content + b"\0" * checking.MOST_BYTES


def bomb(content: bytes) -> bytes:
    """With a revision whose table of objects unfolds to 2 GB."""
    packed = zlib.compressobj(9)
    block = b"\0" * 1_000_000
    stream = b"".join(packed.compress(block) for _ in range(2000)) + packed.flush()
    at = len(content)
    head = b"900 0 obj\n<</Type/XRef/Size 901/W[1 4 2]/Root 1 0 R/Filter/FlateDecode/Length %d>>\n"
    body = head % len(stream) + b"stream\n" + stream + b"\nendstream\nendobj\n"
    return content + body + b"startxref\n%d\n%%%%EOF\n" % at


async def test_nothing_hostile_passes_or_takes_long(
    sealed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MOST_SECONDS", 4.0)  # what never ends is ended then
    for name, content in hostile(sealed):
        began = time.monotonic()
        found = await check(content)
        assert found is None or not found.genuine, name
        assert time.monotonic() - began < checking.MOST_SECONDS + 15, name


async def test_a_check_that_takes_too_long_is_ended(
    sealed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MOST_SECONDS", 0.01)
    found = await check(sealed)
    assert found is not None
    assert found.changed is Changed.UNREADABLE


def test_the_process_that_reads_opens_nothing() -> None:
    tried = """
import socket, sys
from app.conduct.sealing import reading
doors = {
    "file": lambda: open("/proc/self/status"),
    "new file": lambda: open(sys.argv[1], "w"),
    "connection": socket.socket,
    "memory": lambda: bytearray(2 * reading.MOST_MEMORY),
}
if sys.argv[2] == "confined":
    reading.confine()
for name, door in doors.items():
    try:
        door()
        print(name)
    except (OSError, MemoryError):
        pass
"""
    for how, opened in (("free", "file\nnew file\nconnection\nmemory\n"), ("confined", "")):
        command = [sys.executable, "-c", tried, os.devnull, how]
        done = subprocess.run(command, capture_output=True, check=True, text=True, cwd=ROOT)  # noqa: S603
        assert done.stdout == opened
