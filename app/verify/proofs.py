"""Proofs of the log in a file (c2sp.org/tlog-proof): each link of them, down to today's tree."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import settings
from app.core.db import database
from app.core.i18n import format_number
from app.core.i18n import gettext as _
from app.trustlog import keys
from app.trustlog.policy import notes, proofs
from app.trustlog.policy.checkpoints import Checkpoint
from app.trustlog.policy.checkpoints import parse as parse_checkpoint
from app.trustlog.policy.merkle import leaf_hash, verify_consistency, verify_inclusion
from app.trustlog.policy.notes import Verifier
from app.trustlog.policy.proofs import TlogProof
from app.trustlog.queries import tree
from app.trustlog.queries.tree import Published
from app.verify import entries, standing
from app.verify.entries import Opened
from app.verify.finding import Fact, Finding, Kind, Outcome, Result, Steps
from app.verify.given import plain
from app.verify.limits import MOST_PROOF


async def answered(data: bytes) -> Finding:
    """What is found out about a proof file."""
    steps = Steps()
    what = _("It is a proof as the log writes them")
    try:
        proof, told = _read(data)
    except ValueError:
        steps.add(Result.BAD, what, _("It is damaged, or a part of it is missing."))
        return _unreadable(steps)
    steps.add(Result.GOOD, what)
    if told.origin != settings().log_name:
        steps.add(Result.BAD, _("It is of the alliance's log"), _("It names another log."))
        return _foreign(steps)
    async with database().read() as session:
        return await _against_the_log(session, proof, told, steps)


def _read(data: bytes) -> tuple[TlogProof, Checkpoint]:
    if len(data) > MOST_PROOF:
        raise notes.Malformed
    text = plain(data).decode("utf-8").replace("\r\n", "\n").lstrip()
    proof = proofs.parse(text)
    return proof, parse_checkpoint(notes.parse(proof.checkpoint_note).text)


async def _against_the_log(
    session: AsyncSession, proof: TlogProof, told: Checkpoint, steps: Steps
) -> Finding:
    latest = await tree.latest(session)
    if latest is None or not keys.verifiers():
        steps.add(Result.SKIPPED, _("It fits today's tree"), _("The log is not running here."))
        return _finding(Outcome.UNSURE, _("The log cannot be asked at this moment"), "", steps)
    if not await _signed(session, proof, told, steps):
        return _not_signed(steps)
    body = await _body(session, proof)
    if body is None:
        steps.add(Result.SKIPPED, _("The entry is known"), _("The file does not hold it."))
        return _finding(Outcome.UNSURE, _("This proof holds no entry"), "", steps)
    included = steps.passed(
        verify_inclusion(proof.index, told.size, leaf_hash(body), proof.hashes, told.root),
        _("The entry is in the tree of this checkpoint"),
        _(
            "Entry %(index)s of %(size)s: its hash and those of the path make the root.",
            index=format_number(proof.index),
            size=format_number(told.size),
        ),
        _("Its hash and those of the path make another root."),
    )
    if not included:
        return _changed(steps)
    if not await _begins(session, told, latest, steps):
        return _contradicts(steps)
    return await _entry(session, proof, body, steps)


async def _signed(session: AsyncSession, proof: TlogProof, told: Checkpoint, steps: Steps) -> bool:
    """Whether a key of ours signed the checkpoint, today's or an earlier one; says who else did."""
    what = _("The log's key signed the checkpoint")
    if _signers(proof, keys.verifiers()):
        steps.add(Result.GOOD, what, settings().log_name)
    elif await _signed_then(session, proof, told):
        steps.add(
            Result.GOOD,
            what,
            _(
                "%(log)s, with a key that is no longer in use. The checkpoint is one that we"
                " published then.",
                log=settings().log_name,
            ),
        )
    else:
        steps.add(Result.BAD, what, _("The signature is damaged, or by a key of somebody else."))
        return False
    others = _signers(proof, witnesses())
    steps.add(
        Result.GOOD if others else Result.NOTE,
        _("Independent witnesses signed it too"),
        ", ".join(others) if others else _("None that we know of."),
    )
    return True


async def _signed_then(session: AsyncSession, proof: TlogProof, told: Checkpoint) -> bool:
    """Whether we published this very checkpoint, with a signature that stands in the file too.

    A key that has left the configuration is known by what it signed.
    """
    published = await tree.at_size(session, told.size)
    if published is None:
        return False
    ours, given = notes.parse(published.note), notes.parse(proof.checkpoint_note)
    same = set(ours.signatures) & set(given.signatures)
    return ours.text == given.text and any(one.name == told.origin for one in same)


def _signers(proof: TlogProof, verifiers: Iterable[Verifier]) -> tuple[str, ...]:
    try:
        return notes.opened(proof.checkpoint_note, verifiers).verified
    except (notes.BadSignature, notes.Malformed):
        return ()


def witnesses() -> list[Verifier]:
    """Whose cosignatures are known here: those of the configuration."""
    return [Verifier(witness.vkey) for witness in settings().log_witnesses]


async def _body(session: AsyncSession, proof: TlogProof) -> bytes | None:
    """The entry that the file holds; else the one at that place, which everybody may read."""
    inside = entries.inside(proof.extra)
    if inside is not None:
        return inside
    found = await tree.by_index(session, proof.index)
    return found.body if found else None


async def _begins(session: AsyncSession, told: Checkpoint, latest: Published, steps: Steps) -> bool:
    """Whether the tree of the file is a beginning of today's."""
    what = _("Today's tree begins with that tree")
    if told.size > latest.size:
        steps.add(Result.BAD, what, _("It is larger than today's, and the log never shrinks."))
        return False
    path = await tree.consistency(session, told.size, latest.size)
    return steps.passed(
        verify_consistency(told.size, told.root, latest.size, latest.root, path),
        what,
        _(
            "Nothing of the first %(old)s entries was changed or taken out; there are %(new)s now.",
            old=format_number(told.size),
            new=format_number(latest.size),
        ),
        _("It is another tree: something was changed, or taken out."),
    )


async def _entry(session: AsyncSession, proof: TlogProof, body: bytes, steps: Steps) -> Finding:
    """What the entry says, and what stands behind its commitments."""
    opened = entries.opened(body, proof.extra)
    if opened is None:
        steps.add(Result.BAD, _("The entry can be read"), _("It is none of the log's entries."))
        return _unreadable(steps)
    if opened.false:
        steps.add(
            Result.BAD,
            _("What stands behind its commitments"),
            _("Not what was committed to: %(names)s.", names=entries.labels(opened.false)),
        )
        return _changed(steps, entries.public_facts(opened))
    if opened.true:
        steps.add(
            Result.GOOD,
            _("What stands behind its commitments"),
            _("As it was committed to: %(names)s.", names=entries.labels(opened.true)),
        )
    else:
        steps.add(
            Result.NOTE,
            _("What stands behind its commitments"),
            _("The file opens none of them: it says of nobody by name."),
        )
    return await _true(session, opened, steps)


async def _true(session: AsyncSession, opened: Opened, steps: Steps) -> Finding:
    member = None
    if (number := opened.true.get("number")) is not None:
        member = await standing.of_number(session, number, steps)
    elif opened.true and opened.subject:
        member = await standing.of_subject(session, opened.subject, steps)
    outcome = standing.outcome(member)
    if outcome is Outcome.PAST:
        title = _("The proof is right, but the member is not in good standing today")
    else:
        title = _("The proof is right, and the entry still stands")
    because = _("The log says this, and cannot take it back without everybody seeing it.")
    return Finding(
        Kind.PROOF, outcome, title, because, steps.all(), facts=entries.facts(opened), member=member
    )


def _finding(outcome: Outcome, title: str, because: str, steps: Steps) -> Finding:
    return Finding(Kind.PROOF, outcome, title, because, steps.all())


def _unreadable(steps: Steps) -> Finding:
    return _finding(
        Outcome.UNREADABLE,
        _("This is no proof that can be read"),
        _("Give the file as it was downloaded, or paste all of its text."),
        steps,
    )


def _foreign(steps: Steps) -> Finding:
    return _finding(
        Outcome.FOREIGN,
        _("This proof is not of our log"),
        _("Whoever keeps that log can say more of it."),
        steps,
    )


def _not_signed(steps: Steps) -> Finding:
    return _finding(
        Outcome.FOREIGN,
        _("This proof is not signed by our log"),
        _("Download the proof anew from the member's record, and check that one."),
        steps,
    )


def _changed(steps: Steps, facts: tuple[Fact, ...] = ()) -> Finding:
    return Finding(
        Kind.PROOF,
        Outcome.CHANGED,
        _("This proof does not prove what it says"),
        _("The checkpoint is the log's, but the file was changed, or put together from others."),
        steps.all(),
        facts=facts,
    )


def _contradicts(steps: Steps) -> Finding:
    return _finding(
        Outcome.CONTRADICTS,
        _("This proof is signed by our log, and contradicts it"),
        _(
            "That must never happen. Keep the file: it proves that the log said two things. Show it"
            " to the alliance and to whoever watches the log."
        ),
        steps,
    )
