"""The answer to whatever was given."""

from app.core.i18n import gettext as _
from app.verify import credentials, documents, proofs
from app.verify.finding import Finding, Kind, Outcome, Result, Steps
from app.verify.given import kind_of


async def answered(data: bytes) -> Finding:
    """What is found out about the bytes of a file, whatever they are. Keeps nothing of them."""
    match kind_of(data):
        case Kind.PDF:
            return await documents.answered(data)
        case Kind.BADGE:
            return await credentials.of_picture(data)
        case Kind.CREDENTIAL:
            return await credentials.of_json(data)
        case Kind.PROOF:
            return await proofs.answered(data)
        case _:
            return _other()


def _other() -> Finding:
    steps = Steps()
    steps.add(
        Result.BAD,
        _("It is something that the alliance gives out"),
        _("It is neither a PDF, nor a credential, nor a badge, nor a proof of the log."),
    )
    return Finding(
        Kind.OTHER,
        Outcome.UNREADABLE,
        _("We do not know this kind of file"),
        _(
            "To check a member, a link or a number, use the check of accounts. A photograph of a"
            " document cannot be checked here."
        ),
        steps.all(),
    )
