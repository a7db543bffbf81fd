"""Sealed PDFs: whose seal, whether anything changed since, what was signed, what holds today."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.conduct.sealing import checking
from app.conduct.sealing.queries import SignedAndSealed
from app.conduct.sealing.seal import Changed, Seal
from app.core.crypto import digest
from app.core.db import database
from app.core.i18n import gettext as _
from app.trustlog.models import Kind as Logs
from app.trustlog.policy.entries import Openings
from app.trustlog.queries import history
from app.verify import evidence, standing
from app.verify.finding import Fact, Finding, Kind, Outcome, Result, Steps
from app.verify.publication import place_in_the_log


async def answered(data: bytes) -> Finding:
    """What is found out about a PDF.

    The file is read before the database is asked, and in a process of its own.
    """
    seal = await checking.check(data)
    if seal is None:
        return _unsealed()
    steps = Steps()
    steps.add(Result.GOOD, _("There is a seal in the document"))
    if (broken := _broken(seal, steps)) is not None:
        return broken
    _clock(seal, steps)
    async with database().read() as session:
        return await _sealed(session, data, seal, steps)


def _unreadable(steps: Steps) -> Finding:
    steps.add(
        Result.BAD, _("The file can be read"), _("It is damaged, or a part of it is missing.")
    )
    return Finding(
        Kind.PDF,
        Outcome.UNREADABLE,
        _("This document cannot be read"),
        _("There is a seal in it that cannot be checked. Ask for the original file."),
        steps.all(),
    )


def _unsealed() -> Finding:
    steps = Steps()
    steps.add(Result.BAD, _("There is a seal in the document"), _("None was found."))
    return Finding(
        Kind.PDF,
        Outcome.FOREIGN,
        _("This document does not have our seal"),
        _(
            "Nothing protects what it says: anybody can write such a document. A scan, a"
            " printout or a copy saved anew loses the seal, so ask for the original file."
        ),
        steps.all(),
    )


def _broken(seal: Seal, steps: Steps) -> Finding | None:
    """The answer to a document of which nothing may be believed; None for one of ours."""
    intact = seal.intact and seal.changed is not Changed.BYTES
    if seal.changed is Changed.UNREADABLE:
        return _unreadable(steps)
    if intact and not seal.trusted:
        steps.add(Result.BAD, _("The seal is the alliance's"), _("It is somebody else's."))
        return Finding(
            Kind.PDF,
            Outcome.FOREIGN,
            _("This document has a seal, but not ours"),
            _("Whatever it says of the alliance, the alliance did not say it."),
            steps.all(),
        )
    if not intact:
        if seal.trusted:
            steps.add(Result.GOOD, _("The seal is the alliance's"), seal.sealed_by)
        steps.add(
            Result.BAD,
            _("Unchanged since it was sealed"),
            _("What was sealed is no longer what stands in the file. Any word may be another one."),
        )
        return Finding(
            Kind.PDF,
            Outcome.CHANGED,
            _("This document was changed after it was sealed"),
            _("Do not rely on anything in it. Ask for the original file."),
            steps.all(),
        )
    steps.add(Result.GOOD, _("The seal is the alliance's"), _by(seal))
    if seal.level is None:
        steps.add(Result.BAD, _("When it was sealed, and by which clock"), _no_clock())
        return Finding(
            Kind.PDF,
            Outcome.UNSURE,
            _("The document has our seal, but not the time"),
            _("Without a clock that is trusted nobody can tell when it was sealed."),
            steps.all(),
        )
    if not seal.whole or seal.changed is Changed.ADDED:
        steps.add(
            Result.BAD,
            _("Unchanged since it was sealed"),
            _("What was sealed is still there, but something was added to the file afterwards."),
        )
    else:
        steps.add(Result.GOOD, _("Unchanged since it was sealed"), _("To the last byte."))
    return None


def _by(seal: Seal) -> str:
    if not seal.self_made:
        return seal.sealed_by
    return _("%(name)s. The certificate is the demonstration's own.", name=seal.sealed_by)


def _clock(seal: Seal, steps: Steps) -> None:
    what = _("When it was sealed, and by which clock")
    if seal.sealed_at is None:
        steps.add(Result.WARN, what, _no_clock())
        return
    said = _(
        "%(moment)s, by the clock of %(authority)s.",
        moment=evidence.in_words(seal.sealed_at),
        authority=seal.stamped_by,
    )
    steps.add(Result.GOOD, what, said)


def _no_clock() -> str:
    return _("No clock of an authority that we trust vouches for the time.")


async def _sealed(session: AsyncSession, data: bytes, seal: Seal, steps: Steps) -> Finding:
    """A document of ours: what it says, what we have of it, what holds today."""
    whole = seal.genuine
    told = evidence.attached(seal)
    signed = await evidence.kept(session, told) if told is not None else None
    steps.passed(
        signed is not None,
        _("The evidence in it is the one kept at the signing"),
        _("Byte for byte."),
        _("No such signature is on record here."),
    )
    on_record = not whole or await _fingerprint(session, data, signed, steps)
    if told is None or signed is None or not on_record:
        return _contradicts(steps)
    await evidence.version_step(session, signed, steps)
    member = await standing.of_account(session, signed.account_id, steps)
    outcome = standing.outcome(member) if whole else Outcome.CHANGED
    title, because = _words(outcome)
    return Finding(
        Kind.PDF,
        outcome,
        title,
        because,
        steps.all(),
        facts=(*evidence.facts(told), *_seal_facts(seal, data)),
        member=member,
        self_made=seal.self_made,
    )


def _contradicts(steps: Steps) -> Finding:
    """The answer to what our key sealed and our record does not know; nothing of it is told."""
    return Finding(
        Kind.PDF,
        Outcome.CONTRADICTS,
        _("This document has our seal, but is not on our record"),
        _(
            "Do not rely on it, and show it to the alliance: a key may have been stolen, or a part"
            " of the record lost."
        ),
        steps.all(),
    )


async def _fingerprint(
    session: AsyncSession, data: bytes, signed: SignedAndSealed | None, steps: Steps
) -> bool:
    """Whether exactly this file is on record, as today's copy or an earlier one; and in the log."""
    sha256 = digest(data)
    what = _("The fingerprint of the file is on record")
    entries = await history.of_account(session, signed.account_id) if signed else ()
    sealings = [one for one in entries if one.kind is Logs.CODE_SEALED]
    logged = next((one for one in sealings if _tells(one.openings, sha256)), None)
    today = signed is not None and signed.document is not None and signed.document.sha256 == sha256
    if not today and logged is None:
        steps.add(Result.BAD, what, _("The alliance has never written down that it sealed it."))
        return False
    earlier = "" if today else _("It is an earlier copy: the seal has been renewed since then.")
    steps.add(Result.GOOD, what, earlier)
    await place_in_the_log(session, logged, steps)
    return True


def _tells(openings: Openings | None, sha256: str) -> bool:
    return any(value == sha256 for _salt, value in (openings or {}).values())


def _seal_facts(seal: Seal, data: bytes) -> tuple[Fact, ...]:
    sealed = evidence.in_words(seal.sealed_at) if seal.sealed_at else ""
    rows = (
        Fact(_("Sealed by"), _by(seal)),
        Fact(_("Sealed on"), sealed),
        Fact(_("Whose clock"), seal.stamped_by),
        Fact(_("Kind of seal"), f"PAdES {seal.level.upper()}" if seal.level else ""),
        Fact(_("SHA-256 of the file"), digest(data), exact=True),
    )
    return tuple(row for row in rows if row.value)


def _words(outcome: Outcome) -> tuple[str, str]:
    match outcome:
        case Outcome.PAST:
            return (
                _("The document is genuine, but its signer is not in good standing today"),
                _("The signature stays what it was. What it was given for no longer holds."),
            )
        case Outcome.CHANGED:
            return (
                _("The document is ours, but something was added to it later"),
                _(
                    "What the alliance sealed is still inside, unchanged. What you see on the pages"
                    " may be another thing. Ask for the original file."
                ),
            )
        case _:
            return (
                _("The document is genuine and unchanged"),
                _("It is as the alliance sealed it, to the last byte."),
            )
