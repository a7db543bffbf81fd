"""The sealed document, as programs that we did not write see it."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest
from asn1crypto import cms
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from app.conduct import pdf
from app.conduct.sealing.seal import EVIDENCE
from app.core.i18n import LOCALES
from tests.conduct.conftest import detail
from tests.factories.seals import authority, seal_settings


def changed(content: bytes) -> bytes:
    """One byte of the drawn page is another."""
    at = content.index(b"stream") + 40
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def pdfsig(path: Path) -> str:
    command = ["pdfsig", path]  # of poppler
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603


def pyhanko(path: Path) -> subprocess.CompletedProcess[str]:
    words = ("sign", "validate", "--trust-replace", "--trust", authority() / "root.pem", path)
    command = [sys.executable, "-m", "pyhanko", *words]
    return subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, cwd=path.parent
    )


def test_poppler_finds_the_seal_valid_and_one_changed_byte(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    said = pdfsig(path)
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert "CN=Liên minh Niềm tin số – Seal" in said
    path.write_bytes(changed(sealed))
    assert "Signature is Valid." not in pdfsig(path)
    assert "Digest Mismatch." in pdfsig(path)


def test_pyhankos_command_trusts_the_seal_given_the_root(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    good = pyhanko(path)
    assert good.returncode == 0
    assert "INTACT:TRUSTED,TIMESTAMP_TOKEN<INTACT:TRUSTED>,UNTOUCHED" in good.stdout
    path.write_bytes(changed(sealed))
    bad = pyhanko(path)
    assert bad.returncode != 0
    assert "INVALID" in bad.stdout


def test_the_seal_is_pades_b_t(sealed: bytes) -> None:
    (signature,) = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.sig_object["/M"]
    signed = {one["type"].native for one in signature.signer_info["signed_attrs"]}
    assert {"content_type", "message_digest", "signing_certificate_v2"} <= signed
    assert "signing_time" not in signed  # ETSI EN 319 142-1, 6.3
    (stamp,) = signature.signer_info["unsigned_attrs"]
    assert stamp["type"].native == "signature_time_stamp_token"
    token = stamp["values"][0]["content"]
    assert isinstance(token, cms.SignedData)
    assert token["encap_content_info"]["content_type"].native == "tst_info"
    assert signature.docmdp_level is MDPPerm.NO_CHANGES  # no change is allowed


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_document_is_a_tagged_pdf_a_3(locale: str) -> None:
    made = await pdf.make(detail(locale), seal_settings())
    document = pypdf.PdfReader(io.BytesIO(made))
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == locale
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata is not None
    assert "Nguyễn Thị Hòa" in str(document.metadata.title)
    described = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in described
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in described
    assert "<pdfuaid:part>1</pdfuaid:part>" in described


def test_the_seal_keeps_the_document_tagged(sealed: bytes, document: bytes) -> None:
    before = pypdf.PdfReader(io.BytesIO(document)).trailer["/Root"]
    after = pypdf.PdfReader(io.BytesIO(sealed))
    root = after.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "vi"
    assert root["/Metadata"].get_data() == before["/Metadata"].get_data()
    (field,) = root["/AcroForm"]["/Fields"]
    widget = field.get_object()
    assert widget["/F"] & 0b100  # it may be printed, as PDF/A asks (ISO 19005-3, 6.3.2)
    assert [float(side) for side in widget["/Rect"]] == [0, 0, 0, 0]
    assert widget["/TU"]  # as PDF/UA asks
    assert after.pages[0]["/Tabs"] == "/S"


def test_evidence_and_text_are_attached_byte_for_byte(sealed: bytes) -> None:
    document = pypdf.PdfReader(io.BytesIO(sealed))
    found = detail("vi")
    held = {name: parts[0] for name, parts in document.attachments.items()}
    assert held == {
        EVIDENCE: found.evidence,
        "code-of-conduct-1.0-vi.txt": found.text.encode(),
    }
    files = document.trailer["/Root"]["/AF"]
    told = {
        str(file.get_object()["/UF"]): (
            file.get_object()["/AFRelationship"],
            file.get_object()["/EF"]["/F"].get_object()["/Subtype"],
        )
        for file in files
    }
    assert told[EVIDENCE] == ("/Data", "/application/json")
    assert told["code-of-conduct-1.0-vi.txt"] == ("/Source", "/text/plain")


async def test_the_document_says_what_its_seal_is_worth() -> None:
    own = seal_settings()
    others = own.model_copy(update={"self_made": False})
    for by in (own, others):
        said = text_of(await pdf.make(detail("en"), by))
        assert "not a digital signature by the person who signed" in said
        assert ("Outside of it they prove nothing" in said) is by.self_made


async def test_a_document_without_a_seal_says_so() -> None:
    said = text_of(await pdf.make(detail("en"), None))
    assert "This document was made without a seal" in said
    assert "The alliance has sealed" not in said


def text_of(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
