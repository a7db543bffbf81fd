"""The document of a signature: the text signed and its evidence, as a PDF/A-3a.

Evidence and exact text are attached to it, byte for byte. The same signature always gives the same
bytes; `sealing.making` sets the alliance's seal on them.
"""

import json
from typing import Any

import anyio.to_thread
import typst

from app.conduct import typeface
from app.conduct.code import spoken
from app.conduct.evidence import instant
from app.conduct.queries import SignatureDetail
from app.conduct.sealing.seal import EVIDENCE
from app.core.config import ROOT, settings
from app.core.i18n import OWN_NAMES, format_date, format_datetime, use_locale
from app.core.i18n import gettext as _
from app.core.seal_settings import SealSettings

SOURCE = ROOT / "templates" / "conduct" / "signature.typ"


async def make(signature: SignatureDetail, by: SealSettings | None) -> bytes:
    """The PDF of `signature`, in the language in which it was signed.

    Takes some tenths of a second in a thread: call it when no transaction is open.

    Args:
        by: who will seal it, which it explains; None when nobody will.
    """
    return await anyio.to_thread.run_sync(_compile, contents(signature, by), signature)


def contents(signature: SignatureDetail, by: SealSettings | None) -> dict[str, Any]:
    """What the document says."""
    content = signature.content
    with use_locale(signature.locale):
        return {
            "locale": signature.locale,
            "signed_at": int(signature.signed_at.timestamp()),
            "name": signature.signed_name,
            "code": {
                "title": spoken(content.title),
                "preamble": spoken(content.preamble),
                "closing": spoken(content.closing),
                "duties": [
                    {
                        "heading": f"{duty.number}. {spoken(duty.title)}",
                        "words": spoken(duty.words),
                    }
                    for duty in content.duties
                ],
            },
            "facts": _facts(signature),
            "evidence": signature.evidence.decode(),
            "attached": _attached(signature),
            "words": {**_words(signature), "seal_words": _seal(by), "steps": _steps(by)},
        }


def _facts(signature: SignatureDetail) -> list[tuple[str, str, bool]]:
    """Rows of (what, value, whether it is to be read digit by digit)."""
    return [
        (_("Signer"), signature.signed_name, False),
        (_("Version and language"), f"{signature.version}, {OWN_NAMES[signature.locale]}", False),
        (_("Signed on"), f"{format_datetime(signature.signed_at)} (UTC+7)", False),
        (_("Exact time (UTC)"), instant(signature.signed_at), True),
        (_("Signed in through"), f"{signature.provider} ({signature.issuer})", False),
        (_("Signed in at (UTC)"), instant(signature.signed_in_at), True),
        (_("Internet address"), signature.address, True),
        (_("Browser"), signature.user_agent, False),
        (_("Test before signing"), f"{signature.correct} / {signature.questions}", False),
        (_("Number of the signature"), str(signature.id), True),
        (_("SHA-256 of the text"), signature.sha256, True),
        (_("SHA-256 of the evidence"), signature.evidence_sha256, True),
    ]


def _words(signature: SignatureDetail) -> dict[str, Any]:
    content = signature.content
    return {
        "alliance": _("Digital Trust Alliance"),
        "title": f"{spoken(content.title)} {signature.version} – {signature.signed_name}",
        "version": _(
            "Version %(number)s, in force from %(day)s",
            number=signature.version,
            day=format_date(content.effective_from),
        ),
        "statement": json.loads(signature.evidence)["statement"],  # as it was signed
        "signed": _("Signed on %(moment)s.", moment=format_datetime(signature.signed_at)),
        "footer": _("Signature %(number)s", number=signature.id),
        "evidence": _("Evidence of the signature"),
        "explanation": _(
            "This page says who signed, what, when and how. It is made from the record that the "
            "alliance keeps and that nobody can change."
        ),
        "canonical": _("The evidence as canonical JSON"),
        "canonical_note": _(
            "The same facts for a program, in the byte form of RFC 8785. The very bytes are "
            "attached to this document."
        ),
        "seal": _("What the seal means"),
        "check": _("How to check"),
    }


def _seal(by: SealSettings | None) -> list[str]:
    """What the seal says and what it does not, a paragraph each."""
    if by is None:
        return [
            _(
                "This document was made without a seal: none is set up at this portal. What can be "
                "checked are the hashes above."
            )
        ]
    said = [
        _(
            "The alliance has sealed this document with its own certificate, and a time-stamp "
            "authority has put the time on the seal. Whoever changes a single byte breaks it."
        ),
        _(
            "It is a seal of the platform, not a digital signature by the person who signed. What "
            "that person did is in the evidence above: how they had signed in, which text stood "
            "before them, what they typed and agreed to, and when."
        ),
    ]
    if by.self_made:
        said.append(
            _(
                "Certificate and clock of this seal were made for a demonstration. Outside of it "
                "they prove nothing: neither who sealed the document nor when."
            )
        )
    return said


def _steps(by: SealSettings | None) -> list[str]:
    sealed = [
        _(
            "Give this file to %(address)s: the page says whether it is genuine and unchanged. "
            "Nothing that you give it is kept.",
            address=f"{settings().base_url}/verify",
        ),
        _(
            "Or open it in a program that checks signatures of PDF files, such as Adobe Acrobat or "
            "pdfsig. The seal must cover the whole document."
        ),
    ]
    return [
        *(sealed if by else []),
        _(
            "Download the exact text of this version and language from the page of the "
            "version, and compute its SHA-256: it is the one above."
        ),
        _("Compute the SHA-256 of the attached evidence: it is the one above."),
        _("Compare the hash of the text, the name and the times in that file with this page."),
    ]


def _attached(signature: SignatureDetail) -> dict[str, dict[str, str]]:
    """The attached files: their names and what they are."""
    return {
        "evidence": {"name": EVIDENCE, "about": _("The evidence of the signature")},
        "text": {
            "name": f"code-of-conduct-{signature.version}-{signature.locale}.txt",
            "about": _("The exact text that was signed"),
        },
    }


def _compile(data: dict[str, Any], signature: SignatureDetail) -> bytes:
    made: bytes = typst.compile(
        str(SOURCE),
        root=str(SOURCE.parent),
        font_paths=[str(typeface.FOLDER)],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=["a-3a", "ua-1"],
        timestamp=data["signed_at"],
        sys_inputs={
            "data": typeface.readable(json.dumps(data, ensure_ascii=False)),
            "evidence": signature.evidence.decode(),
            "text": signature.text,
        },
    )
    return made
