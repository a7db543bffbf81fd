"""What pages ask about versions of the code and about signatures."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Select, Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.conduct.code import Content
from app.conduct.models import Attempt, CodeText, CodeVersion, Signature
from app.core import clock
from app.core.i18n import DEFAULT_LOCALE, current_locale


@dataclass(frozen=True)
class Code:
    """One version with its exact texts by language."""

    id: UUID
    number: str
    effective_from: date
    digest: str
    stored: dict[str, Any]
    texts: dict[str, str]
    hashes: dict[str, str]

    @cached_property
    def content(self) -> Content:
        """What it says, in every language."""
        return Content.model_validate(self.stored)

    def text(self, locale: str | None = None) -> str:
        """The exact text in `locale`, else in the reader's language."""
        return self.texts[self._language(locale)]

    def sha256(self, locale: str | None = None) -> str:
        """The hash of `text`."""
        return self.hashes[self._language(locale)]

    def _language(self, locale: str | None) -> str:
        asked = locale or current_locale()
        return asked if asked in self.texts else DEFAULT_LOCALE


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in a list of all."""

    number: str
    effective_from: date
    until: date | None  # the first day on which the next one is in force


@dataclass(frozen=True, slots=True)
class SignatureView:
    """That somebody signed, what and when."""

    id: UUID
    account_id: UUID
    version: str
    locale: str
    signed_name: str
    signed_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class SignatureDetail:
    """A signature with all its evidence; for its signer and staff only."""

    id: UUID
    account_id: UUID
    version_id: UUID
    version: str
    locale: str
    sha256: str
    text: str
    signed_name: str
    signed_at: datetime
    address: str
    user_agent: str
    provider: str
    issuer: str
    signed_in_at: datetime
    correct: int
    drawn: list[Any]
    evidence: bytes
    evidence_sha256: str
    stored: dict[str, Any]

    @property
    def questions(self) -> int:
        """How many questions the test had."""
        return len(self.drawn)

    @property
    def content(self) -> Content:
        """The version that was signed."""
        return Content.model_validate(self.stored)


async def _code(session: AsyncSession, wanted: Select[CodeVersion]) -> Code | None:
    version = await session.scalar(wanted)
    if version is None:
        return None
    rows = await session.execute(
        select(CodeText.locale, CodeText.text, CodeText.sha256).where(
            CodeText.version_id == version.id
        )
    )
    found = [(locale, text, sha256) for locale, text, sha256 in rows]
    return Code(
        id=version.id,
        number=version.number,
        effective_from=version.effective_from,
        digest=version.digest,
        stored=version.content,
        texts={locale: text for locale, text, _ in found},
        hashes={locale: sha256 for locale, _, sha256 in found},
    )


async def in_force(session: AsyncSession) -> Code | None:
    """The version in force today in Vietnam; None before the first. Two statements."""
    return await _code(
        session,
        select(CodeVersion)
        .where(CodeVersion.effective_from <= clock.today())
        .order_by(CodeVersion.effective_from.desc())
        .limit(1),
    )


async def version(session: AsyncSession, number: str) -> Code | None:
    """The version `number`. Two statements."""
    return await _code(session, select(CodeVersion).where(CodeVersion.number == number))


async def version_before(session: AsyncSession, code: Code) -> Code | None:
    """The version that `code` follows; None for the first. Two statements."""
    return await _code(
        session,
        select(CodeVersion)
        .where(CodeVersion.effective_from < code.effective_from)
        .order_by(CodeVersion.effective_from.desc())
        .limit(1),
    )


async def versions(session: AsyncSession) -> tuple[VersionLine, ...]:
    """All versions, newest first. One statement."""
    rows = await session.execute(
        select(CodeVersion.number, CodeVersion.effective_from).order_by(
            CodeVersion.effective_from.desc()
        )
    )
    lines: list[VersionLine] = []
    for number, effective_from in rows:
        until = lines[-1].effective_from if lines else None
        lines.append(VersionLine(number, effective_from, until))
    return tuple(lines)


def _signatures() -> Select[*tuple[Any, ...]]:
    return select(
        Signature.id,
        Signature.account_id,
        CodeVersion.number,
        Signature.locale,
        Signature.signed_name,
        Signature.signed_at,
        Signature.sha256,
    ).join(CodeVersion, CodeVersion.id == Signature.version_id)


def _view(row: Row[*tuple[Any, ...]] | None) -> SignatureView | None:
    return SignatureView(*row) if row is not None else None


async def signature_of(
    session: AsyncSession, account_id: UUID, version_id: UUID
) -> SignatureView | None:
    """What `account_id` signed under one version. One statement."""
    where = (Signature.account_id == account_id) & (Signature.version_id == version_id)
    return _view((await session.execute(_signatures().where(where))).first())


async def signature_in_force(session: AsyncSession, account_id: UUID) -> SignatureView | None:
    """The signature of `account_id` under the version in force today. One statement."""
    in_force_now = (
        select(CodeVersion.id)
        .where(CodeVersion.effective_from <= clock.today())
        .order_by(CodeVersion.effective_from.desc())
        .limit(1)
        .scalar_subquery()
    )
    where = (Signature.account_id == account_id) & (Signature.version_id == in_force_now)
    return _view((await session.execute(_signatures().where(where))).first())


_LATEST = (  # put together once: every page of a member asks
    _signatures()
    .where(Signature.account_id == any_(bindparam("accounts", type_=ARRAY(Uuid))))
    .order_by(Signature.account_id, CodeVersion.effective_from.desc())
    .ext(distinct_on(Signature.account_id))
)


async def latest_signatures(
    session: AsyncSession, account_ids: Collection[UUID]
) -> dict[UUID, SignatureView]:
    """The signature under the newest version that each account signed. One statement."""
    rows = await session.execute(_LATEST, {"accounts": list(account_ids)})
    return {row[1]: SignatureView(*row) for row in rows}


async def signature(session: AsyncSession, signature_id: UUID) -> SignatureDetail | None:
    """One signature with its text and evidence. One statement."""
    wanted: Select[*tuple[Any, ...]] = (
        select(
            Signature.id,
            Signature.account_id,
            Signature.version_id,
            CodeVersion.number,
            Signature.locale,
            Signature.sha256,
            CodeText.text,
            Signature.signed_name,
            Signature.signed_at,
            Signature.address,
            Signature.user_agent,
            Signature.provider,
            Signature.issuer,
            Signature.signed_in_at,
            Attempt.correct,
            Attempt.drawn,
            Signature.evidence,
            Signature.evidence_sha256,
            CodeVersion.content,
        )
        .join(CodeVersion, CodeVersion.id == Signature.version_id)
        .join(
            CodeText,
            (CodeText.version_id == Signature.version_id) & (CodeText.locale == Signature.locale),
        )
        .join(Attempt, Attempt.id == Signature.attempt_id)
        .where(Signature.id == signature_id)
    )
    row = (await session.execute(wanted)).first()
    return SignatureDetail(*row) if row is not None else None
