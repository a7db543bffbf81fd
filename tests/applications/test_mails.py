"""Every letter, in three languages, to whom it concerns and nobody else."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.applications import mails
from app.applications.mails import Move
from app.applications.models import Application, Party, Section, Status
from app.applications.policy import moves
from app.core import clock
from app.core.config import settings
from app.mail.models import Mail
from tests.factories.accounts import make_account
from tests.factories.applications import make_asked, make_draft, make_in_review, make_submitted
from tests.factories.members import make_member

DAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ASK = Move(
    Status.IN_REVIEW, Status.INFO_REQUESTED, Party.REVIEWER,
    "Hãy viết <rõ> hơn & ngắn hơn.", (Section.TOPICS, Section.PORTRAIT),
)  # fmt: skip
DECLINE = Move(Status.IN_REVIEW, Status.DECLINED, Party.REVIEWER, "Ba bài không ghi là quảng cáo.")


async def letters(session: AsyncSession, application: Application) -> list[Mail]:
    found = await session.scalars(
        select(Mail).where(Mail.account_id == application.account_id).order_by(Mail.id)
    )
    return list(found)


@pytest.mark.parametrize(
    ("locale", "subject", "promise"),
    [
        ("vi", "Chúng tôi đã nhận hồ sơ của bạn", "chậm nhất hết ngày 16/3/2026"),
        ("en", "We have your application", "by the end of 16 March 2026"),
        ("fr", "Nous avons votre candidature", "au plus tard le 16 mars 2026"),
    ],
)
async def test_what_was_sent_is_confirmed_with_the_promise(
    session: AsyncSession, locale: str, subject: str, promise: str
) -> None:
    with clock.at(DAY):
        account = await make_account(session, locale=locale, email="kol@example.vn")
        application, _ = await make_submitted(session, account=account)
    (mail,) = await letters(session, application)
    assert (mail.subject, mail.to_address, mail.locale) == (subject, "kol@example.vn", locale)
    assert promise in mail.body
    assert f"{settings().base_url}/{locale}/apply" in mail.body
    assert "Bếp Nhà Sương" in mail.body


def told() -> dict[tuple[Status, Status], str]:
    """The table of moves with the letter of each."""
    return {pair: mails.letter_of(Move(*pair, party)) or "" for pair, party in moves.MOVES.items()}


def test_every_move_has_its_letter_except_what_reviewers_do_among_themselves() -> None:
    s = Status
    assert told() == {
        (s.DRAFT, s.SUBMITTED): "submitted",
        (s.SUBMITTED, s.IN_REVIEW): "",
        (s.IN_REVIEW, s.SUBMITTED): "",
        (s.IN_REVIEW, s.INFO_REQUESTED): "info_requested",
        (s.INFO_REQUESTED, s.SUBMITTED): "answered",
        (s.IN_REVIEW, s.APPROVED): "approved",
        (s.IN_REVIEW, s.DECLINED): "declined",
        **{
            (old, s.WITHDRAWN): "withdrawn"
            for old in (s.DRAFT, s.SUBMITTED, s.IN_REVIEW, s.INFO_REQUESTED)
        },
        **{(old, s.EXPIRED): "expired" for old in (s.DRAFT, s.INFO_REQUESTED)},
    }


@pytest.mark.parametrize("locale", ["vi", "en", "fr"])
@pytest.mark.parametrize("pair", [pair for pair, letter in told().items() if letter])
async def test_every_letter_is_whole_in_every_language(
    session: AsyncSession, locale: str, pair: tuple[Status, Status]
) -> None:
    application, _ = await make_in_review(
        session, account=await make_account(session, locale=locale)
    )
    application.decision_reasons, application.reapply_on = ["below_mark", "other"], date(2026, 5, 1)
    move = Move(*pair, moves.MOVES[pair], "Vì sao.", (Section.ABOUT,))
    before = len(await letters(session, application))
    await mails.tell_moved(session, application, move)
    mail = (await letters(session, application))[-1]
    assert len(await letters(session, application)) == before + 1
    assert mail.locale == locale
    assert not re.search(r"%\(|\{\{|None|LazyProxy", mail.subject + mail.body)
    assert "\n\n\n\n" not in mail.body


async def test_one_move_is_told_once(session: AsyncSession) -> None:
    application, _ = await make_in_review(session)
    before = len(await letters(session, application))
    for _ in range(2):
        await mails.tell_moved(session, application, ASK)
    assert len(await letters(session, application)) == before + 1


async def test_claims_and_releases_send_no_letter(session: AsyncSession) -> None:
    application, _ = await make_in_review(session)
    subjects = [mail.subject for mail in await letters(session, application)]
    assert subjects == ["Chúng tôi đã nhận hồ sơ của bạn"]


async def test_a_request_says_what_by_when_in_the_reviewers_own_words(
    session: AsyncSession,
) -> None:
    with clock.at(DAY):
        account = await make_account(session, locale="en")
        application, _ = await make_asked(
            session, (Section.TOPICS, Section.PORTRAIT), account=account
        )
    mail = (await letters(session, application))[-1]
    assert mail.subject == "Please change something in your application"
    assert "Sections to change: Topics and biography, Your portrait." in mail.body
    assert "\n\nHãy viết rõ hơn.\n\n" in mail.body
    assert "by the end of 1 April 2026" in mail.body


async def test_a_preview_is_the_letter_that_will_be_sent(session: AsyncSession) -> None:
    account = await make_account(session, locale="fr")
    application, _ = await make_in_review(session, account=account)
    reasons, day = ("undisclosed_ads", "other"), date(2026, 5, 1)
    shown = await mails.preview(session, application, DECLINE, reasons=reasons, reapply_on=day)
    application.decision_reasons, application.reapply_on = list(reasons), day
    await mails.tell_moved(session, application, DECLINE)
    sent = (await letters(session, application))[-1]
    assert (shown.subject, shown.body) == (sent.subject, sent.body)
    assert "- Des contenus rémunérés" in shown.body
    assert "Ba bài không ghi là quảng cáo." in shown.body
    assert "1 mai 2026" in shown.body


async def test_the_preview_of_a_request_counts_the_days_from_now(session: AsyncSession) -> None:
    account = await make_account(session, locale="en")
    with clock.at(DAY):
        application, _ = await make_in_review(session, account=account)
    with clock.at(DAY + timedelta(days=5)):
        shown = await mails.preview(session, application, ASK)
    assert "by the end of 6 April 2026" in shown.body
    assert "Hãy viết <rõ> hơn & ngắn hơn." in shown.body


async def test_approval_tells_the_number(session: AsyncSession) -> None:
    account = await make_account(session, locale="en")
    application, _ = await make_in_review(session, account=account)
    member = await make_member(session, account_id=account.id)
    await mails.tell_moved(
        session, application, Move(Status.IN_REVIEW, Status.APPROVED, Party.REVIEWER)
    )
    mail = (await letters(session, application))[-1]
    assert mail.subject == "You are a member of the Digital Trust Alliance"
    assert f"/en/members/{member.number}" in mail.body


@pytest.mark.parametrize(
    ("email", "to"), [("own@example.vn", "own@example.vn"), ("", "suong@example.vn")]
)
async def test_letters_go_to_the_address_of_the_account_if_there_is_one(
    session: AsyncSession, email: str, to: str
) -> None:
    account = await make_account(session, email=email)
    application, _ = await make_submitted(session, account=account)
    assert [mail.to_address for mail in await letters(session, application)] == [to]


async def test_without_any_address_nothing_is_sent_and_nothing_fails(session: AsyncSession) -> None:
    application, _ = await make_draft(session, account=await make_account(session, email=""))
    await mails.remind(session, application, 14)
    assert await letters(session, application) == []


async def test_a_message_of_staff_is_told_each_time(session: AsyncSession) -> None:
    application, _ = await make_in_review(session)
    before = len(await letters(session, application))
    for _ in range(2):
        await mails.tell_message(session, application, "Chào bạn.")
    found = (await letters(session, application))[before:]
    assert [mail.subject for mail in found] == ["Tin nhắn về hồ sơ của bạn"] * 2
    assert "\n\nChào bạn.\n\n" in found[0].body
