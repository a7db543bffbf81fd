"""The evidence of a signature as its document holds it: what it says, and whether we have it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.conduct import queries as code
from app.conduct.evidence import FORMAT
from app.conduct.sealing import queries as documents
from app.conduct.sealing.queries import SignedAndSealed
from app.conduct.sealing.seal import EVIDENCE, Seal
from app.core.crypto import digest
from app.core.i18n import OWN_NAMES, format_datetime
from app.core.i18n import gettext as _
from app.verify.finding import Fact, Result, Steps
from app.verify.given import read_json
from app.verify.limits import LONGEST_FACT


def is_evidence(found: Mapping[str, Any] | None) -> bool:
    """Whether an object of JSON says that it is the evidence of a signature."""
    return found is not None and found.get("format") == FORMAT


def attached(seal: Seal) -> bytes | None:
    """The evidence that was attached to a document before it was sealed; None without any."""
    found = seal.attachments.get(EVIDENCE)
    return found if found is not None and is_evidence(read_json(found)) else None


async def kept(session: AsyncSession, evidence: bytes) -> SignedAndSealed | None:
    """The signature whose evidence this is, byte for byte. One statement."""
    return await documents.by_evidence(session, digest(evidence))


def facts(evidence: bytes) -> tuple[Fact, ...]:
    """What evidence tells of a signature. Address and browser stay where they stand."""
    told = read_json(evidence) or {}
    version, language = _at(told, "code", "version"), _at(told, "code", "language")
    signed = _at(told, "signed_at")
    rows = (
        Fact(_("Signed by"), _at(told, "signer", "name")),
        Fact(
            _("What was signed"),
            _("Code of conduct, version %(number)s", number=version) if version else "",
        ),
        Fact(_("Language of the text"), OWN_NAMES.get(language, "")),
        Fact(_("Signed on"), moment(signed)),
        Fact(_("What the signer declared"), _at(told, "statement")),
        Fact(_("Exact time (UTC)"), signed, exact=True),
        Fact(_("SHA-256 of the text"), _at(told, "code", "sha256"), exact=True),
        Fact(_("SHA-256 of the evidence"), digest(evidence), exact=True),
    )
    return tuple(row for row in rows if row.value)


def moment(written: str) -> str:
    """A time of a document in the reader's words; as it is written when it is none."""
    try:
        when = datetime.fromisoformat(written)
    except ValueError:
        return written
    return in_words(when) if when.tzinfo else written


def in_words(when: datetime) -> str:
    """A moment in the reader's words, in Vietnam's time and saying so."""
    return f"{format_datetime(when)} (UTC+7)"


async def version_step(session: AsyncSession, signed: SignedAndSealed, steps: Steps) -> None:
    """Say whether the version that was signed is the one in force. Two statements."""
    in_force = await code.in_force(session)
    what = _("Which version of the code is in force today")
    if in_force is None or in_force.number == signed.version:
        steps.add(Result.GOOD, what, _("The version that was signed, %(n)s.", n=signed.version))
    else:
        steps.add(
            Result.NOTE,
            what,
            _(
                "Version %(now)s. The one that was signed is %(signed)s.",
                now=in_force.number,
                signed=signed.version,
            ),
        )


def _at(told: Mapping[str, Any], *path: str) -> str:
    found: Any = told
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found[:LONGEST_FACT] if isinstance(found, str) else ""
