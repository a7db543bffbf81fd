"""Credentials, as a file of JSON or inside a picture: whether ours, unchanged, and true today."""

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import database
from app.core.i18n import gettext as _
from app.credentials import checking
from app.credentials.checking import Checked, Problem, Status
from app.verify import evidence, signatures, standing
from app.verify.finding import Fact, Finding, Kind, Outcome, Result, Steps
from app.verify.given import plain, read_json

STATUS_LIST = "BitstringStatusListCredential"  # W3C Bitstring Status List 1.0, section 2.1


async def of_picture(data: bytes) -> Finding:
    """What is found out about a picture, by the credential in it."""
    inside = await anyio.to_thread.run_sync(checking.baked, data)
    steps = Steps()
    what = _("There is a credential in the picture")
    if inside is None:
        steps.add(Result.BAD, what, _("None was found, or more than one."))
        return Finding(
            Kind.BADGE,
            Outcome.FOREIGN,
            _("There is no credential in this picture"),
            _(
                "A picture by itself proves nothing: anybody can draw one. Look the member up"
                " instead."
            ),
            steps.all(),
        )
    steps.add(Result.GOOD, what)
    return await _checked(Kind.BADGE, inside, steps)


async def of_json(data: bytes) -> Finding:
    """What is found out about a file of JSON: a credential, or the evidence of a signature."""
    told = read_json(data)
    if told is None:
        return _unreadable(Kind.CREDENTIAL)
    if evidence.is_evidence(told):
        return await signatures.of_evidence(data)
    if STATUS_LIST in str(told.get("type")):
        return _list()
    return await _checked(Kind.CREDENTIAL, plain(data), Steps())


async def _checked(kind: Kind, document: bytes, steps: Steps) -> Finding:
    async with database().read() as session:
        found = await checking.check(session, document)
        if found.genuine:
            return await _genuine(session, kind, found, steps, _proofs(document))
    return _refused(kind, found, steps)


def _refused(kind: Kind, found: Checked, steps: Steps) -> Finding:
    """Of a document that is not proven to be ours nothing is told but why."""
    problems = set(found.problems)
    if problems & {Problem.UNREADABLE, Problem.NOT_A_CREDENTIAL}:
        return _unreadable(kind)
    steps.add(Result.GOOD, _("It is a credential"))
    if Problem.OTHER_ISSUER in problems:
        steps.add(Result.BAD, _("The alliance issued it"), _("It names another issuer."))
        return _foreign(kind, steps)
    steps.add(Result.NOTE, _("The alliance issued it"), _("So it says itself."))
    what = _("It is signed with a key of the alliance")
    if problems & {Problem.NO_PROOF, Problem.UNKNOWN_SUITE}:
        steps.add(Result.BAD, what, _("It has no signature that we know how to check."))
        return _foreign(kind, steps)
    if Problem.UNKNOWN_KEY in problems:
        steps.add(Result.BAD, what, _("The key never was one of the alliance's."))
        return _foreign(kind, steps)
    if Problem.BAD_PROOF in problems:
        _suites(found, steps)
        return Finding(
            kind,
            Outcome.CHANGED,
            _("This credential is not what the alliance signed"),
            _("It was changed after it was issued, or made up in the alliance's name."),
            steps.all(),
        )
    _suites(found, steps)
    steps.add(Result.BAD, _("It is on record as issued"), _("Nothing of the kind is."))
    return Finding(
        kind,
        Outcome.CONTRADICTS,
        _("This credential is signed with our key, but we never issued it"),
        _("Do not rely on it, and show it to the alliance: a key may have been stolen."),
        steps.all(),
    )


def _unreadable(kind: Kind) -> Finding:
    steps = Steps()
    steps.add(Result.BAD, _("It is a credential"), _("It is damaged, or something else."))
    return Finding(
        kind,
        Outcome.UNREADABLE,
        _("This is no credential that can be read"),
        _("Give the file as it was downloaded, or paste all of its text."),
        steps.all(),
    )


def _list() -> Finding:
    steps = Steps()
    detail = _("It is a list of which are revoked or suspended.")
    steps.add(Result.NOTE, _("It is a credential"), detail)
    return Finding(
        Kind.CREDENTIAL,
        Outcome.UNREADABLE,
        _("This is a list of states, and nobody's credential"),
        _("Programs read it. Give the credential itself: its state is looked up for you."),
        steps.all(),
    )


def _foreign(kind: Kind, steps: Steps) -> Finding:
    return Finding(
        kind,
        Outcome.FOREIGN,
        _("This credential is not ours"),
        _("Whatever it says of the alliance, the alliance did not say it."),
        steps.all(),
    )


def _suites(found: Checked, steps: Steps) -> None:
    for suite, holds in found.proofs.items():
        steps.passed(
            holds,
            _("Unchanged since it was issued (%(suite)s)", suite=suite),
            _("The signature is right."),
            _("The signature is not of what it says now."),
        )


def _proofs(document: bytes) -> int:
    """How many proofs a credential has, by whomever."""
    listed = (read_json(document) or {}).get("proof")
    return len(listed) if isinstance(listed, list) else 1


async def _genuine(
    session: AsyncSession, kind: Kind, found: Checked, steps: Steps, proofs: int
) -> Finding:
    steps.add(Result.GOOD, _("It is a credential"))
    steps.add(Result.GOOD, _("The alliance issued it"))
    _suites(found, steps)
    added = proofs > len(found.proofs)
    if added:
        steps.add(
            Result.BAD,
            _("Every signature in it is the alliance's"),
            _("There is one more in it, by a key that is not the alliance's."),
        )
    steps.add(Result.GOOD, _("It is on record as issued"), _("Letter for letter."))
    _status(found, steps)
    member = await standing.of_number(session, found.number, steps)
    outcome = Outcome.PAST if not found.holds else standing.outcome(member)
    outcome = Outcome.CHANGED if added else outcome
    title, because = _words(found, outcome)
    return Finding(kind, outcome, title, because, steps.all(), facts=_facts(found), member=member)


def _status(found: Checked, steps: Steps) -> None:
    what = _("It is true today, by the status lists and its dates")
    match found.status:
        case Status.VALID:
            steps.add(Result.GOOD, what)
        case Status.SUSPENDED:
            day = evidence.in_words(found.suspended_at) if found.suspended_at else ""
            steps.add(Result.WARN, what, _("Suspended. %(since)s", since=day).strip())
        case Status.REVOKED:
            day = evidence.in_words(found.revoked_at) if found.revoked_at else ""
            steps.add(Result.WARN, what, _("Revoked. %(since)s", since=day).strip())
        case Status.EXPIRED:
            steps.add(Result.WARN, what, _("Its time has run out."))
        case Status.NOT_YET:
            steps.add(Result.WARN, what, _("Its time has not begun."))
        case _:
            steps.add(Result.SKIPPED, what, _("It cannot be told."))


def _facts(found: Checked) -> tuple[Fact, ...]:
    issued, until = found.issued_at, found.valid_until
    rows = (
        Fact(_("Issued for"), found.name),
        Fact(_("Member number"), found.number),
        Fact(_("Issued on"), evidence.in_words(issued) if issued else ""),
        Fact(_("Valid until"), evidence.in_words(until) if until else ""),
        Fact(_("Number of the credential"), found.credential_id, exact=True),
    )
    return tuple(row for row in rows if row.value)


def _words(found: Checked, outcome: Outcome) -> tuple[str, str]:
    if outcome is Outcome.GENUINE:
        return (
            _("The credential is genuine and true today"),
            _("The alliance issued exactly this, and it says the same today."),
        )
    if outcome is Outcome.CHANGED:
        return (
            _("The credential is ours, but a signature in it is not"),
            _(
                "What the alliance issued is still inside. A signature was changed or added later:"
                " ask for the original file."
            ),
        )
    because = {
        Status.SUSPENDED: _("The alliance issued it, and has suspended it."),
        Status.REVOKED: _("The alliance issued it, and has taken it back."),
        Status.EXPIRED: _("The alliance issued it for a time that is over."),
        Status.NOT_YET: _("The alliance issued it for a time that has not begun."),
    }.get(found.status, _("The alliance issued it; its holder's standing is another one today."))
    return _("The credential is genuine, but no longer true"), because
