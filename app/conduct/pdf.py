"""The document of a signature: the text signed and its evidence, as a PDF/A.

The same signature always gives the same bytes. The alliance's own seal (PAdES) will be set on
what `make` returns.
"""

import json
from typing import Any

import anyio.to_thread
import typst

from app.conduct import typeface
from app.conduct.code import spoken
from app.conduct.evidence import instant
from app.conduct.queries import SignatureDetail
from app.core.config import ROOT
from app.core.i18n import OWN_NAMES, format_date, format_datetime, use_locale
from app.core.i18n import gettext as _

SOURCE = ROOT / "templates" / "conduct" / "signature.typ"


async def make(signature: SignatureDetail) -> bytes:
    """The PDF of `signature`, in the language in which it was signed.

    Takes some tenths of a second in a thread: call it when no transaction is open.
    """
    return await anyio.to_thread.run_sync(_compile, contents(signature))


def contents(signature: SignatureDetail) -> dict[str, Any]:
    """What the document says; pure."""
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
            "words": _words(signature),
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
            "The same facts for a program, in the byte form of RFC 8785. The file itself can be "
            "downloaded beside this document."
        ),
        "check": _("How to check"),
        "steps": [
            _(
                "Download the exact text of this version and language from the page of the "
                "version, and compute its SHA-256: it is the one above."
            ),
            _("Compute the SHA-256 of the evidence file: it is the one above."),
            _("Compare the hash of the text, the name and the times in that file with this page."),
        ],
    }


def _compile(data: dict[str, Any]) -> bytes:
    made: bytes = typst.compile(
        str(SOURCE),
        root=str(SOURCE.parent),
        font_paths=[str(typeface.FOLDER)],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=["a-2a"],
        timestamp=data["signed_at"],
        sys_inputs={"data": typeface.readable(json.dumps(data, ensure_ascii=False))},
    )
    return made
