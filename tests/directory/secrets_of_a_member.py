"""A member of whom everything that is not public is a word that stands nowhere else.

Made through the doors that applicants, reviewers and administrators use, so that whatever those
write beside (audit, letters, evidence, messages) holds the words as well.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account, Identity
from app.applications.models import Application
from app.applications.policy.answers import Portrait
from app.applications.policy.assessment import Score
from app.applications.service import assessment, decision, messages, review, sections, submit
from app.channels import service as channels
from app.channels.methods import Finding
from app.channels.models import Channel, ChannelCheck, IdentityLink, Outcome
from app.core import clock, i18n
from app.core.crypto import digest, token
from app.core.viewer import Viewer
from app.members import service as members
from app.web.models import WebSession
from tests.factories.accounts import make_account, viewer_of
from tests.factories.applications import about, declarations, make_draft, topics
from tests.factories.channels import make_channel
from tests.factories.conduct import make_code, make_signature
from tests.factories.members import OPERATOR
from tests.factories.reviews import GOOD, given

STAGE_NAME = "Bếp Nhà Sương"
HELD = "https://www.tiktok.com/@bepnhasuong"
BORN = date(1987, 3, 14)
PHONE = "+84987651234"
SIGNED_FROM, SIGNED_IN_FROM = "203.0.113.99", "198.51.100.77"
TAKEN_OFF = "channel proven, then taken off"
LETTERS = "bcdfghklmnprstvx"


def word(fact: str) -> str:
    """The word that stands for `fact`: the same each time, like no other and like no language."""
    return "zq" + "".join(LETTERS[int(digit, 16)] for digit in digest(fact)[:12])


@dataclass(slots=True)
class Secrets:
    """What is private of one member, by fact: every form in which it would be told."""

    number: str = ""
    token: str = ""
    channel: str = ""  # a proven one, of which everybody may see how
    was_public: str = ""  # a channel that was proven: the check says whose it was, nothing else
    told: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def word(self, fact: str) -> str:
        """`word`, noted as private."""
        self.note(fact, word(fact))
        return word(fact)

    def note(self, fact: str, *forms: str) -> None:
        """What cannot be a word of its own."""
        self.told[fact] = forms

    def forms(self) -> list[tuple[str, str]]:
        """Each fact with each of its forms."""
        return [(fact, form) for fact, forms in self.told.items() for form in forms]

    def in_text(self, text: str) -> list[str]:
        """The facts that `text` tells, however it writes letters."""
        plain = text.casefold()
        return [
            fact for fact, forms in self.told.items() if any(f.casefold() in plain for f in forms)
        ]


async def make_member_with_secrets(session: AsyncSession) -> Secrets:
    """A member in good standing, once suspended, with everything that a member can have."""
    secrets = Secrets()
    account = await _account(session, secrets)
    by = viewer_of(
        account, address=SIGNED_FROM, user_agent=secrets.word("browser of the signature"),
        issuer=f"https://{secrets.word('issuer of the signature')}.example",
    )  # fmt: skip
    secrets.note("address of the signature", SIGNED_FROM)
    application = await _application(session, secrets, account, by)
    await _channels(session, secrets, account, by)
    member = await _review(session, secrets, application, by)
    await members.suspend(
        session, OPERATOR, member, clock.today() + timedelta(days=30),
        secrets.word("reasons of a suspension that was lifted"),
    )  # fmt: skip
    await members.reinstate(
        session, OPERATOR, member, secrets.word("reasons for lifting the suspension")
    )
    secrets.number = member
    secrets.was_public = word(TAKEN_OFF)
    return secrets


async def _account(session: AsyncSession, secrets: Secrets) -> Account:
    account = await make_account(
        session,
        display_name=secrets.word("name of the account"),
        email=f"{secrets.word('address of letters')}@example.vn",
    )
    secrets.note("account", str(account.id), account.id.hex)
    session.add(
        Identity(
            account_id=account.id, provider="test",
            issuer=f"https://{secrets.word('issuer')}.example", subject=secrets.word("subject"),
            name=secrets.word("name of the identity"),
            email=f"{secrets.word('address of the identity')}@example.vn",
            last_used_at=clock.now(),
        )
    )  # fmt: skip
    session.add(
        WebSession(
            token_hash=digest("a session"), account_id=account.id, provider="test",
            issuer="https://issuer.example", signed_in_at=clock.now(), last_seen_at=clock.now(),
            address=SIGNED_IN_FROM, user_agent=secrets.word("browser of a session"),
        )
    )  # fmt: skip
    secrets.note("address of a session", SIGNED_IN_FROM)
    secrets.token = token(16)
    session.add(IdentityLink(account_id=account.id, token=secrets.token, created_at=clock.now()))
    secrets.note("address to link to", secrets.token)
    return account


async def _application(
    session: AsyncSession, secrets: Secrets, account: Account, by: Viewer
) -> Application:
    await make_code(session)
    application, _ = await make_draft(session, account=account)
    legal_name = f"Nguyễn {secrets.word('legal name')}"
    secrets.note("birth date", *_dates(BORN))
    secrets.note("telephone", PHONE[1:], PHONE[3:], "987 651 234", "987.651.234")
    answers = (
        about(
            legal_name=legal_name, stage_name=STAGE_NAME, birth_date=BORN, phone=PHONE,
            contact_email=f"{secrets.word('address of contact')}@example.vn",
        ),
        topics(
            topics=("food", "health"), qualifications={"health": secrets.word("qualification")}
        ),
        Portrait("portraits/abc"),
        declarations(
            has_agency=True, agency=secrets.word("agency"),
            has_exclusive_brands=True, exclusive_brands=secrets.word("brands"),
            has_penalties=True, penalties=secrets.word("penalties"),
        ),
    )  # fmt: skip
    for answer in answers:
        await sections.save(session, by, answer)
    signature = await make_signature(session, by, name=legal_name)
    secrets.note("signature", str(signature.id))
    secrets.note("evidence of the signature", signature.evidence_sha256)
    secrets.note("application", str(application.id), application.id.hex)
    secrets.note("case", str(application.case_id), application.case_id.hex)
    return application


def _dates(day: date) -> tuple[str, ...]:
    forms = {day.isoformat(), f"{day:%Y%m%d}", f"{day:%d/%m/%Y}"}
    for locale in i18n.LOCALES:
        with i18n.use_locale(locale):
            forms.add(i18n.format_date(day))
    return tuple(sorted(forms))


async def _channels(session: AsyncSession, secrets: Secrets, account: Account, by: Viewer) -> None:
    await _held(session, secrets, account, by)

    await make_channel(session, account=account, link=_site(secrets.word("channel not proven")))

    refused = await make_channel(
        session, account=account, link=_site(secrets.word("channel refused"))
    )
    await channels.begin(session, by, refused.id, "staff")
    reviewer = await _reviewer(session, secrets, "name of who looked at channels")
    reasons = secrets.word("reasons of the refusal of a proof")
    await channels.refuse(session, reviewer, refused.id, refused.version, reasons)

    looked_at = await make_channel(
        session, account=account, link="https://www.youtube.com/@bepnhasuong"
    )
    note = secrets.word("note of staff on a proof")
    await channels.confirm(session, reviewer, looked_at.id, looked_at.version, note)

    left = await make_channel(
        session, account=account, link=_site(secrets.word("channel taken off"))
    )
    await channels.remove(session, by, left.id, left.version)

    gone = await make_channel(session, account=account, link=_site(secrets.word(TAKEN_OFF)))
    await _prove(session, secrets, gone, by, {})
    await channels.remove(session, by, gone.id, gone.version)


async def _held(session: AsyncSession, secrets: Secrets, account: Account, by: Viewer) -> None:
    """A channel with all that may be kept of a proof, and another account that says it is theirs."""
    held = await make_channel(session, account=account, link=HELD)
    secrets.channel = str(held.id)
    proof = await channels.begin(session, by, held.id, "page_code")
    assert proof.code
    secrets.note(f"code of the proof of {held.url}", proof.code)
    evidence = {
        "words": secrets.word("what the proof saw"),
        "detail": secrets.word("what was the matter"),
        "chain": [
            f"{HELD}?{secrets.word('question of an address')}=1#{secrets.word('part of an address')}",
            f"https://{secrets.word('name in an address')}@www.tiktok.com/{proof.code}",
            f"https://www.tiktok.com/is/{secrets.token}",
        ],
        "matched": f"{secrets.word('words around the code')} {proof.code} 0912345678",
        "redirect": f"https://portal.example/is/{secrets.token.upper()}",
        "sha256": "0" * 64,
    }
    await channels.record(session, proof.id, Finding(None, evidence))
    proof.note = secrets.word("note of staff on the proof shown")
    proof.because = secrets.word("reason of staff on the proof shown")
    session.add(
        ChannelCheck(
            proof_id=proof.id, at=clock.now(), outcome=Outcome.NOT_SEEN,
            failure="code_not_found", evidence={"words": secrets.word("what a check saw")},
        )
    )  # fmt: skip
    rival = await make_account(session, display_name=secrets.word("name of who claims it too"))
    secrets.note("account of who claims it too", str(rival.id))
    claimed = await make_channel(session, account=rival, link=HELD)
    secrets.note("channel of who claims it too", str(claimed.id))
    await channels.record(
        session,
        (await channels.begin(session, viewer_of(rival), claimed.id, "page_code")).id,
        Finding(None, {"matched": secrets.word("what was seen of the other claim")}),
    )


def _site(name: str) -> str:
    return f"https://www.tiktok.com/@{name}"


async def _prove(
    session: AsyncSession, secrets: Secrets, channel: Channel, by: Viewer, evidence: dict[str, str]
) -> None:
    proof = await channels.begin(session, by, channel.id, "page_code")
    assert proof.code
    secrets.note(f"code of the proof of {channel.url}", proof.code)
    await channels.record(session, proof.id, Finding(None, evidence))


async def _reviewer(session: AsyncSession, secrets: Secrets, fact: str) -> Viewer:
    account = await make_account(session, display_name=secrets.word(fact), roles=("reviewer",))
    return viewer_of(account, "reviewer")


async def _review(
    session: AsyncSession, secrets: Secrets, application: Application, by: Viewer
) -> str:
    await submit.submit(session, by, None)
    await messages.write(session, by, secrets.word("message of the applicant"))
    reviewer = await _reviewer(session, secrets, "name of the reviewer")
    await review.claim(session, reviewer, application.id, application.version)
    await review.note(session, reviewer, application.id, secrets.word("note of staff"))
    await review.write(
        session, reviewer, application.id, application.version, secrets.word("message of staff")
    )
    sheet = given({**GOOD, "transparency": 0})  # misses the mark, so that a reason is given
    noted = Score(0, secrets.word("note of the assessment"), secrets.word("evidence of a score"))
    sheet["transparency"] = replace(sheet["transparency"], score=noted)
    await assessment.score(session, reviewer, application.id, sheet)
    member = await decision.approve(
        session, reviewer, application.id, application.version,
        secrets.word("reason against the mark"),
    )  # fmt: skip
    return member.number
