"""Publishing the code, reading it, the test, and signing."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import policy as accounts
from app.audit import service as audit
from app.conduct import evidence, policy, record
from app.conduct.bank import bank
from app.conduct.code import Content
from app.conduct.models import Attempt, CodeText, CodeVersion, Reading, Signature
from app.conduct.policy import Drawn
from app.conduct.preparing import Preparation, how_far, preparation
from app.conduct.queries import SignatureDetail
from app.core import clock, jobs, locks
from app.core.config import settings
from app.core.crypto import digest, uuid7
from app.core.errors import Conflict, Missing, NotAllowed, NotSignedIn, Refused, Stale
from app.core.i18n import LOCALES, use_locale
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.trustlog import service as log

SEAL = "conduct.seal"  # the job that makes the document of a signature and seals it


class Published(StrEnum):
    """What `publish` did."""

    NEW = "published"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


async def publish(session: AsyncSession, by: Viewer, content: Content) -> Published:
    """Bring a version of the code into the database; safe to run again.

    A version that nobody signed may still be changed: what people had read and passed of it then
    counts no more.

    Raises:
        NotAllowed: `by` is neither the command line nor an administrator.
        Refused: the bank of questions does not cover it.
        Conflict: it has been signed and differs, or does not follow the others.
    """
    if not (by.is_system or by.has("administrator")):
        raise NotAllowed("publish: not an administrator")
    policy.check_covered(content, bank().values())
    await locks.hold(session, "conduct.publish")
    known = await session.scalar(
        select(CodeVersion).where(CodeVersion.number == content.version).with_for_update()
    )
    if known is not None and Content.model_validate(known.content) == content:
        return Published.UNCHANGED
    if known is None or known.effective_from != content.effective_from:
        await _check_follows(session, content)
    if known is None:
        known = CodeVersion(number=content.version)
        session.add(known)
        outcome = Published.NEW
    else:
        await _check_unsigned(session, known)
        await _forget_preparations(session, known.id)
        outcome = Published.CHANGED
    before = known.digest
    known.effective_from, known.published_at = content.effective_from, clock.now()
    known.content, known.digest = content.stored(), content.digest()
    await session.flush()
    hashes = await _keep_texts(session, known.id, content)
    await log.append(session, record.published(known, hashes))
    await audit.record(
        session,
        "conduct.published",
        known.id,
        by,
        before=before,
        after=known.digest,
        version=known.number,
        effective_from=known.effective_from.isoformat(),
    )
    return outcome


async def _keep_texts(session: AsyncSession, version_id: UUID, content: Content) -> dict[str, str]:
    """Keep the exact text in each language. Returns: their SHA-256, by language."""
    hashes = {}
    for locale in LOCALES:
        text = content.text(locale)
        hashes[locale] = digest(text)
        await session.merge(
            CodeText(version_id=version_id, locale=locale, text=text, sha256=hashes[locale])
        )
    return hashes


async def _check_follows(session: AsyncSession, content: Content) -> None:
    rows = await session.execute(
        select(CodeVersion.number, CodeVersion.effective_from).where(
            CodeVersion.number != content.version
        )
    )
    policy.check_publication(content, {row[0]: row[1] for row in rows}, clock.today())


async def _check_unsigned(session: AsyncSession, version: CodeVersion) -> None:
    signed = await session.scalar(
        select(func.count()).select_from(Signature).where(Signature.version_id == version.id)
    )
    if signed:
        raise Conflict(
            f"version {version.number} has been signed and never changes;"
            " publish the new text under a new number"
        )


async def _forget_preparations(session: AsyncSession, version_id: UUID) -> None:
    await session.execute(delete(Attempt).where(Attempt.version_id == version_id))
    await session.execute(delete(Reading).where(Reading.version_id == version_id))


async def _prepared(session: AsyncSession, by: Viewer) -> tuple[UUID, Preparation]:
    """The person and how far they are; nobody else moves them on until the transaction ends."""
    if by.account_id is None:
        raise NotSignedIn
    await locks.hold(session, f"conduct.prepare:{by.account_id}")
    found = await preparation(session, by.account_id)
    if found is None:
        raise Missing(_("No code of conduct is in force yet."))
    return by.account_id, found


async def read_duty(session: AsyncSession, by: Viewer, number: int) -> int:
    """Note that `by` has read the duty `number` of the version in force, and those before it.

    Returns: how many duties they have read.

    Raises:
        Missing: there is no such duty.
        Refused: a duty before it is not read yet.
    """
    if by.account_id is None:
        raise NotSignedIn
    found = await how_far(session, by.account_id)
    if found is None:
        raise Missing(_("No code of conduct is in force yet."))
    version_id, duties, read = found
    if not 1 <= number <= duties:
        raise Missing
    if number > read + 1:
        raise Refused(_("Please read the duties before this one first."))
    if number <= read:
        return read
    row = insert(Reading).values(
        account_id=by.account_id, version_id=version_id, duties=number, at=clock.now()
    )
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["account_id", "version_id"],
            set_={
                "duties": func.greatest(Reading.duties, row.excluded.duties),
                "at": row.excluded.at,
            },
        )
    )
    return number


async def start_test(session: AsyncSession, by: Viewer) -> UUID:
    """Draw the questions of a try; the open one, if there is one, goes on.

    Returns: its id.

    Raises:
        Refused: not all duties are read, or the pause after a failure still runs.
        Conflict: the test is passed already.
    """
    account_id, now = await _prepared(session, by)
    if now.passed or now.signature:
        raise Conflict(_("You have passed the test already."))
    if not now.has_read:
        raise Refused(_("Please read every duty before you take the test."))
    if now.open_try:
        return now.open_try.id
    if now.pausing(clock.now()):
        raise Refused(_("Please wait until the pause is over, then try again."))
    await session.execute(  # one that lost its questions cannot be finished
        delete(Attempt).where(
            Attempt.account_id == account_id,
            Attempt.version_id == now.code.id,
            Attempt.finished_at.is_(None),
        )
    )
    done = [one for one in now.tries if one.finished_at is not None]
    seen = {drawn.question for drawn in done[0].drawn} if done else set()
    attempt_id = uuid7()
    drawn = policy.draw(bank().values(), now.code.content, str(attempt_id), seen)
    session.add(
        Attempt(
            id=attempt_id,
            account_id=account_id,
            version_id=now.code.id,
            number=len(done) + 1,
            drawn=[one.stored() for one in drawn],
        )
    )
    await session.flush()
    return attempt_id


async def answer_test(session: AsyncSession, by: Viewer, try_id: UUID, given: list[int]) -> Attempt:
    """Mark a try. One that is marked already stays as it is.

    Args:
        given: the positions chosen, from 0, in the order in which the questions were shown.

    Raises:
        Missing: it is no try of `by`.
        Refused: the answers do not fit the questions.
    """
    attempt = await session.scalar(
        select(Attempt)
        .where(Attempt.id == try_id, Attempt.account_id == by.account_id)
        .with_for_update()
    )
    if attempt is None:
        raise Missing
    if attempt.finished_at is not None:
        return attempt
    drawn = [Drawn.of(stored) for stored in attempt.drawn]
    policy.check_given(drawn, given)
    version = await session.get_one(CodeVersion, attempt.version_id)
    rules = Content.model_validate(version.content).test
    attempt.given = given
    attempt.correct = policy.correct(drawn, given)
    attempt.passed = attempt.correct >= rules.right_to_pass
    attempt.finished_at = clock.now()
    await session.flush()
    return attempt


def statement(number: str, locale: str) -> str:
    """The sentence that a person agrees to by signing version `number`, in `locale`."""
    with use_locale(locale):
        return _(
            "I have read version %(number)s of the code of conduct and undertake to keep it. "
            "By typing my legal name I sign it.",
            number=number,
        )


async def sign(
    session: AsyncSession,
    by: Viewer,
    *,
    locale: str,
    sha256: str,
    typed_name: str,
    legal_name: str | None,
) -> Signature:
    """Sign the version in force. Signing again changes nothing and gives the first signature.

    Args:
        locale: the language in which the text was shown.
        sha256: the hash of the exact text that was shown.
        typed_name: what the person typed as their legal name.
        legal_name: the name in their application; None when there is none yet.

    Raises:
        NotSignedIn: nobody is.
        Stale: the text shown is not the text in force.
        Refused: the test is not passed, the sign-in is not recent, or the name is another.
    """
    await _keep_in_force(session)
    account_id, now = await _prepared(session, by)
    if now.signature:
        return await session.get_one(Signature, now.signature.id)
    _check_may_sign(now, by, typed_name, legal_name)
    if now.code.hashes.get(locale) != sha256:
        raise Stale(_("The text is no longer the one that you saw. Read it again, then sign."))
    signature = _signature(now, by, account_id, locale, typed_name)
    session.add(signature)
    await session.flush()
    await log.append(session, record.signed(signature, now.code.number))
    await audit.record(
        session,
        "conduct.signed",
        signature.id,
        by,
        after=now.code.number,
        locale=locale,
        sha256=sha256,
    )
    if settings().seal:
        await jobs.defer(session, SEAL, seal_key(signature.id), signature_id=str(signature.id))
    return signature


def seal_key(signature_id: UUID) -> str:
    """At most one job waits to seal the document of one signature."""
    return f"{SEAL}:{signature_id}"


def _check_may_sign(now: Preparation, by: Viewer, typed_name: str, legal_name: str | None) -> None:
    if now.passed is None:
        raise Refused(_("Please pass the test before you sign."))
    if not accounts.recent(by):
        raise Refused(_("Please sign in again before you sign."))
    if legal_name is None or not policy.same_name(typed_name, legal_name):
        raise Refused(_("The name is not the legal name in your application."))


def _signature(
    now: Preparation, by: Viewer, account_id: UUID, locale: str, typed_name: str
) -> Signature:
    """The row with its evidence; what it needs was checked before."""
    passed, at, signature_id = now.passed, clock.now(), uuid7()
    assert passed is not None  # noqa: S101 - _check_may_sign
    assert passed.correct is not None  # noqa: S101 - a try that was passed is finished
    assert passed.finished_at is not None  # noqa: S101
    assert by.signed_in_at is not None  # noqa: S101 - a recent sign-in has a time
    told = evidence.document(
        signature_id,
        by,
        evidence.TextSigned(now.code.number, locale, now.code.hashes[locale]),
        evidence.Passed(passed.id, passed.correct, len(passed.drawn), passed.finished_at),
        name=typed_name,
        statement=statement(now.code.number, locale),
        signed_at=at,
    )
    return Signature(
        id=signature_id,
        account_id=account_id,
        version_id=now.code.id,
        locale=locale,
        sha256=now.code.hashes[locale],
        attempt_id=passed.id,
        signed_name=typed_name,
        signed_at=at,
        address=by.address,
        user_agent=by.user_agent,
        provider=by.provider,
        issuer=by.issuer,
        signed_in_at=by.signed_in_at,
        evidence=told,
        evidence_sha256=digest(told),
    )


async def _keep_in_force(session: AsyncSession) -> None:
    """Let a publication under way end first, and let none change what is signed now."""
    await session.execute(
        select(CodeVersion.id)
        .where(CodeVersion.effective_from <= clock.today())
        .order_by(CodeVersion.effective_from.desc())
        .limit(1)
        .with_for_update(read=True)
    )


async def note_view(session: AsyncSession, by: Viewer, seen: SignatureDetail) -> None:
    """Write down that staff looked at the evidence of somebody else's signature.

    Raises:
        NotAllowed: `by` is neither its signer nor staff.
    """
    if by.account_id == seen.account_id:
        return
    if not by.is_staff:
        raise NotAllowed("signature: neither its signer nor staff")
    await audit.record(session, "conduct.signature_viewed", seen.id, by)
