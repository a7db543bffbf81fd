"""Contexts come along with the portal; nothing is fetched, and nothing is dropped in silence."""

import json
import socket
from typing import Any

import pytest

from app.core.crypto import digest
from app.credentials.policy import contexts, proofs
from app.credentials.policy.contexts import FOLDER, Strange, bundled, check_terms, quads
from app.credentials.policy.did import document as did_document
from tests.credentials.documents import KEY, make_document

EVIL = "https://evil.example/context"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a socket here fails."""

    def refuse(*_args: object, **_given: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_every_file_is_what_the_manifest_says() -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text("utf-8"))["contexts"]
    files = {path.name for path in FOLDER.iterdir()} - {"manifest.json"}
    assert {one["file"] for one in manifest} == files
    for one in manifest:
        assert digest((FOLDER / one["file"]).read_bytes()) == one["sha256"]
        assert one["source"].startswith("https://github.com/")
        assert one["licence"]


def test_the_context_of_credentials_is_the_one_that_its_specification_names() -> None:
    sha256 = digest((FOLDER / "credentials-v2.json").read_bytes())
    assert (
        sha256 == "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"
    )  # VCDM 2.0, B.1


def test_a_file_that_was_changed_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contexts, "digest", lambda _data: "0" * 64)
    bundled.cache_clear()
    with pytest.raises(ValueError, match="not what the manifest says"):
        bundled()
    monkeypatch.undo()
    bundled.cache_clear()
    assert bundled()


def test_a_credential_is_signed_without_the_network() -> None:
    document = make_document()
    signed = proofs.signed(document, KEY, "did:web:portal.example#one", "2026-01-01T00:00:00Z")
    assert [one["cryptosuite"] for one in signed["proof"]] == ["eddsa-rdfc-2022", "eddsa-jcs-2022"]
    assert all(proofs.holds(document, one, KEY.public_key()) for one in signed["proof"])


def test_all_of_a_credential_stands_in_what_is_signed_as_rdf() -> None:
    told = quads(make_document()).decode()
    for value in (
        "Bếp Nhà Sương",
        "DTA-26-00001-0",
        "2027-01-01T00:00:00Z",
        "credentials/status/suspension/1",
    ):
        assert value in told


def test_the_did_document_uses_no_term_that_is_not_defined() -> None:
    check_terms(json.loads(did_document("did:web:portal.example", {"one": "z6Mk"})))


@pytest.mark.parametrize(
    "change",
    [
        {"mood": "good"},
        {"type": ["VerifiableCredential", "Unheard"]},
        {"credentialSubject": {"type": ["AchievementSubject"], "mood": "good"}},
        {"issuer": {"id": "did:web:portal.example", "type": ["Profile"], "mood": "good"}},
        {"id": "relative"},
        {"@context": [*make_document()["@context"], EVIL]},
        {"@context": [EVIL]},
        {"evidence": [{"@context": EVIL, "id": "https://portal.example/"}]},
    ],
)
def test_what_a_signature_would_not_cover_is_refused_before_signing(change: dict[str, Any]) -> None:
    with pytest.raises(Strange):
        proofs.signed(
            {**make_document(), **change}, KEY, "did:web:portal.example#one", "2026-01-01T00:00:00Z"
        )


def test_no_other_context_is_loaded_for_a_canonical_form() -> None:
    with pytest.raises(Strange, match="evil"):
        quads({**make_document(), "@context": [EVIL]})
