"""A signature and its sealed document, made once for all tests that only look at them."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.conduct import pdf
from app.conduct.code import FIRST, read_file
from app.conduct.queries import SignatureDetail
from app.core.crypto import canonical_json, digest
from tests.factories.seals import seal_settings, sealed_pdf

AT = datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)


def detail(locale: str) -> SignatureDetail:
    """A signature as the database would give it."""
    content = read_file(FIRST)
    text = content.text(locale)
    told = {"statement": "Tôi đã đọc và cam kết.", "signer": {"name": "Nguyễn Thị Hòa 漢"}}
    evidence = canonical_json(told)
    return SignatureDetail(
        id=UUID(int=1),
        account_id=UUID(int=2),
        version_id=UUID(int=3),
        version="1.0",
        locale=locale,
        sha256=digest(text),
        text=text,
        signed_name="Nguyễn Thị Hòa",
        signed_at=AT,
        address="2001:db8::1",
        user_agent="Mozilla/5.0 (X11; Linux x86_64) 😀",
        provider="google",
        issuer="https://accounts.google.com",
        signed_in_at=AT,
        correct=9,
        drawn=[{}] * 10,
        evidence=evidence,
        evidence_sha256=digest(evidence),
        stored=content.stored(),
    )


@pytest.fixture(scope="session")
async def document() -> bytes:
    """The document before it is sealed, in Vietnamese."""
    return await pdf.make(detail("vi"), seal_settings())


@pytest.fixture(scope="session")
async def sealed(document: bytes) -> bytes:
    """The document with its seal."""
    return await sealed_pdf(document)
