"""Beginning, sending, answering, withdrawing, writing."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Application, Party, Section, Status
from app.applications.policy.answers import Portrait
from app.applications.queries import thread
from app.applications.service import drafts, messages, sections, submit
from app.applications.service.status import set_status
from app.audit import queries as audit
from app.audit.models import AuditEvent
from app.cases import service as cases
from app.cases.models import Audience, Author
from app.channels import service as channels
from app.channels.queries import channels_of
from app.core import clock
from app.core.db import Database
from app.core.errors import Conflict, Missing, NotAllowed, Refused, Stale
from app.core.viewer import ANYBODY, Viewer
from app.mail.models import Mail
from app.members import service as members
from tests import databases
from tests.factories.accounts import make_account, viewer_of
from tests.factories.applications import (
    about,
    make_asked,
    make_draft,
    make_in_review,
    make_reviewer,
    make_submitted,
    make_whole,
    topics,
)
from tests.factories.members import OPERATOR, make_member

A_MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


async def decline(session: AsyncSession, application: Application, reapply_on: date) -> None:
    assert application.reviewer_id is not None
    application.decided_at, application.decided_by = clock.now(), application.reviewer_id
    application.decision_reasons, application.reapply_on = ["below_mark"], reapply_on
    by = Viewer(account_id=application.reviewer_id, roles=frozenset({"reviewer"}))
    await set_status(session, application, Status.DECLINED, Party.REVIEWER, by, because="Chưa đủ.")


async def mails_of(session: AsyncSession, application: Application) -> list[str]:
    found = await session.scalars(
        select(Mail.subject).where(Mail.account_id == application.account_id).order_by(Mail.id)
    )
    return list(found)


# Beginning


async def test_beginning_is_written_down_with_the_consent(session: AsyncSession) -> None:
    application, by = await make_draft(session)
    event = (
        await session.scalars(select(AuditEvent).where(AuditEvent.subject_id == application.id))
    ).one()
    assert (event.action, event.actor_id, event.after) == (
        "application.started",
        by.account_id,
        "draft",
    )
    assert event.detail == {"consent": drafts.CONSENT, "locale": "en"}


async def test_beginning_twice_gives_the_application_under_way(session: AsyncSession) -> None:
    application, by = await make_draft(session)
    assert (await drafts.start(session, by)).id == application.id
    assert await session.scalar(select(func.count()).select_from(Application)) == 1


async def test_nobody_begins_without_signing_in(session: AsyncSession) -> None:
    with pytest.raises(NotAllowed):
        await drafts.start(session, ANYBODY)


async def test_a_member_does_not_apply(session: AsyncSession) -> None:
    member = await make_member(session)
    by = Viewer(account_id=member.account_id)
    with pytest.raises(Conflict, match="You are a member already"):
        await drafts.start(session, by)
    until = clock.today() + timedelta(days=30)
    await members.suspend(session, OPERATOR, member.number, until, "Vi phạm.")
    with pytest.raises(Conflict, match="You are a member already"):
        await drafts.start(session, by)


async def test_who_left_applies_again_and_who_was_expelled_waits_for_the_bar_to_end(
    session: AsyncSession,
) -> None:
    left = await make_member(session)
    await members.leave(session, Viewer(account_id=left.account_id))
    await drafts.start(session, Viewer(account_id=left.account_id))

    expelled = await make_member(session)
    by = Viewer(account_id=expelled.account_id)
    with clock.at(A_MONDAY):
        await members.expel(session, OPERATOR, expelled.number, 12, "Bán hàng giả.")
    with clock.at(A_MONDAY + timedelta(days=365)), pytest.raises(Refused) as refused:
        await drafts.start(session, by)  # 2 March 2027, the last day
    assert str(refused.value) == "You cannot apply before the end of 2 March 2027."
    with clock.at(A_MONDAY + timedelta(days=366)):
        await drafts.start(session, by)


async def test_a_declined_applicant_waits_to_the_day_that_they_were_told(
    session: AsyncSession,
) -> None:
    application, by = await make_in_review(session)
    await decline(session, application, clock.today() + timedelta(days=30))
    with pytest.raises(Refused, match="You can apply again from"):
        await drafts.start(session, by)
    with clock.at(clock.now() + timedelta(days=29)), pytest.raises(Refused):
        await drafts.start(session, by)
    with clock.at(clock.now() + timedelta(days=30)):
        assert (await drafts.start(session, by)).id != application.id


async def test_answers_about_oneself_are_taken_over_and_declarations_are_not(
    session: AsyncSession,
) -> None:
    before, by = await make_submitted(session)
    await drafts.withdraw(session, by, None)
    again = await drafts.start(session, by)
    await session.refresh(again)
    assert again.id != before.id
    assert (again.legal_name, again.name_key) == (before.legal_name, before.name_key)
    assert (again.topics, again.biography) == (["food"], before.biography)
    assert again.portrait == before.portrait
    assert (again.has_agency, again.has_penalties, again.submitted_at) == (None, None, None)
    assert again.case_id != before.case_id


# Sending


async def test_sending_promises_an_answer_in_ten_working_days_with_the_holidays(
    session: AsyncSession,
) -> None:
    with clock.at(datetime(2026, 4, 20, 3, 0, tzinfo=UTC)):
        application, by = await make_whole(session)
        await submit.submit(session, by, application.version)
        # Hùng Kings' day, 30 April and 1 May, with the days in lieu, are no working days.
        assert application.promised_by == datetime(2026, 5, 7, 10, 0, tzinfo=UTC)
        assert application.submitted_at is not None
        assert application.submitted_at.date() == date(2026, 4, 20)
    assert application.status is Status.SUBMITTED


async def test_sending_twice_is_sending_once(session: AsyncSession) -> None:
    application, by = await make_whole(session)
    seen = application.version
    await submit.submit(session, by, seen)
    promised = application.promised_by
    await submit.submit(session, by, seen)
    moves = [
        e for e in await audit.history(session, application.id) if e.action == "application.moved"
    ]
    assert [(e.before, e.after) for e in moves] == [("draft", "submitted")]
    assert await mails_of(session, application) == ["Chúng tôi đã nhận hồ sơ của bạn"]
    assert application.promised_by == promised


async def test_answers_that_changed_since_they_were_checked_are_checked_again(
    session: AsyncSession,
) -> None:
    application, by = await make_whole(session)
    seen = application.version
    await sections.save(session, by, about(stage_name="Sương"))
    with pytest.raises(Stale, match="changed in another window"):
        await submit.submit(session, by, seen)
    assert application.status is Status.DRAFT


@pytest.mark.parametrize(
    ("spoil", "names"),
    [
        ({"legal_name": None, "name_key": None}, "About you"),
        ({"biography": ""}, "Topics and biography"),
        ({"topics": ["food", "finance"]}, "Topics and biography"),
        ({"portrait": None}, "Your portrait"),
        ({"has_penalties": None}, "Declarations"),
        ({"portrait": None, "has_agency": None}, "Your portrait, Declarations"),
    ],
)
async def test_an_unfinished_draft_is_not_sent(
    session: AsyncSession, spoil: dict[str, object], names: str
) -> None:
    application, by = await make_whole(session)
    for name, value in spoil.items():
        setattr(application, name, value)
    with pytest.raises(Refused) as refused:
        await submit.submit(session, by, None)
    assert str(refused.value) == f"Not complete yet: {names}."


async def test_a_draft_without_a_channel_is_not_sent(session: AsyncSession) -> None:
    _, by = await make_whole(session, channel=False)
    with pytest.raises(Refused, match="Not complete yet: Your channels"):
        await submit.submit(session, by, None)


async def test_a_draft_whose_only_channel_was_removed_is_not_sent(session: AsyncSession) -> None:
    application, by = await make_whole(session)
    (channel,) = await channels_of(session, application.account_id)
    await channels.remove(session, by, channel.id, channel.version)
    with pytest.raises(Refused, match="Not complete yet: Your channels"):
        await submit.submit(session, by, None)


async def test_a_draft_without_a_signature_is_not_sent(session: AsyncSession) -> None:
    other, by = await make_draft(session)
    await make_whole(session)  # somebody else's signature does not count
    for answer in (about(), topics()):
        await sections.save(session, by, answer)
    with pytest.raises(Refused) as refused:
        await submit.submit(session, by, None)
    assert str(refused.value).endswith("Code of conduct.")
    assert other.status is Status.DRAFT


async def test_a_closed_application_is_not_sent(session: AsyncSession) -> None:
    _, by = await make_whole(session)
    await drafts.withdraw(session, by, None)
    with pytest.raises(Conflict, match="no draft any more"):
        await submit.submit(session, by, None)
    with pytest.raises(Conflict, match="Nothing is asked of you"):
        await submit.answer(session, by, None, "?")


async def test_a_draft_has_nothing_to_answer(session: AsyncSession) -> None:
    _, by = await make_whole(session)
    with pytest.raises(Conflict, match="Nothing is asked of you"):
        await submit.answer(session, by, None, "?")


# Answering


async def test_the_asked_changes_go_back_to_the_same_reviewer_with_a_new_promise(
    session: AsyncSession,
) -> None:
    application, by = await make_asked(session, (Section.TOPICS,))
    reviewer, promised, first = (
        application.reviewer_id,
        application.promised_by,
        application.submitted_at,
    )
    with clock.at(clock.now() + timedelta(days=20)):
        await sections.save(session, by, topics(topics=("travel",)))
        await submit.answer(session, by, application.version)
    assert (application.status, application.reviewer_id) == (Status.SUBMITTED, reviewer)
    assert promised is not None
    assert application.promised_by is not None
    assert application.promised_by > promised
    assert application.submitted_at == first
    assert (application.asked_sections, application.mended_sections) == ([], [])
    lines = [entry.text for entry in await thread.conversation(session, application.case_id)]
    assert lines[-1] == "You sent it back with changes: Topics and biography."


async def test_without_the_asked_changes_an_answer_is_needed(session: AsyncSession) -> None:
    application, by = await make_asked(session, (Section.TOPICS, Section.PORTRAIT))
    await sections.save(session, by, Portrait("portraits/new"))
    with pytest.raises(Refused, match="Change what was asked for, or write an answer"):
        await submit.answer(session, by, application.version)

    await submit.answer(session, by, application.version, "Chủ đề đã đúng rồi.")

    assert application.status is Status.SUBMITTED
    entries = await thread.conversation(session, application.case_id)
    said = next(e for e in entries if e.kind == "message")
    assert (said.text, said.mine) == ("Chủ đề đã đúng rồi.", True)
    assert entries[-1].text == "You sent it back with changes: Your portrait."


async def test_answering_twice_is_answering_once(session: AsyncSession) -> None:
    application, by = await make_asked(session)
    seen = application.version
    await submit.answer(session, by, seen, "Đúng rồi.")
    await submit.answer(session, by, seen, "Đúng rồi.")
    entries = await thread.conversation(session, application.case_id)
    assert [e.text for e in entries if e.kind == "message"] == ["Đúng rồi."]


async def test_other_words_from_a_window_left_open_are_not_swallowed(session: AsyncSession) -> None:
    application, by = await make_asked(session)
    await submit.answer(session, by, application.version, "Đúng rồi.")
    with pytest.raises(Stale) as told:
        await submit.answer(session, by, application.version, "Chưa đúng đâu.")
    assert told.value.changed["It is now"] == "Submitted"


# Withdrawing


@pytest.mark.parametrize("make", [make_draft, make_submitted, make_in_review, make_asked])
async def test_every_open_application_can_be_withdrawn_once(
    session: AsyncSession, make: object
) -> None:
    application, by = await make(session)  # type: ignore[operator]
    await drafts.withdraw(session, by, application.version)
    await drafts.withdraw(session, by, 1)
    assert application.status is Status.WITHDRAWN
    assert (await mails_of(session, application))[-1] == "Bạn đã rút hồ sơ"
    assert len([m for m in await mails_of(session, application) if m == "Bạn đã rút hồ sơ"]) == 1


async def test_what_moved_meanwhile_is_looked_at_before_it_is_withdrawn(
    session: AsyncSession,
) -> None:
    application, by = await make_submitted(session)
    with pytest.raises(Stale) as stale:
        await drafts.withdraw(session, by, application.version - 1)
    assert stale.value.changed["It is now"] == "Submitted"


async def test_what_is_decided_cannot_be_withdrawn(session: AsyncSession) -> None:
    application, by = await make_in_review(session)
    await decline(session, application, clock.today())
    with pytest.raises(Conflict, match="“Declined” cannot become “Withdrawn”"):
        await drafts.withdraw(session, by, None)


async def test_nobody_withdraws_what_they_do_not_have(session: AsyncSession) -> None:
    await make_submitted(session)
    with pytest.raises(Missing):
        await drafts.withdraw(session, viewer_of(await make_account(session)), None)


# Writing


@pytest.mark.parametrize("make", [make_submitted, make_in_review, make_asked])
async def test_applicants_write_while_reviewers_have_the_application(
    session: AsyncSession, make: object
) -> None:
    application, by = await make(session)  # type: ignore[operator]
    await messages.write(session, by, "Bao giờ có kết quả ạ?")
    entry = (await thread.conversation(session, application.case_id))[-1]
    assert (entry.kind, entry.text, entry.mine) == ("message", "Bao giờ có kết quả ạ?", True)


async def test_nobody_writes_to_nobody(session: AsyncSession) -> None:
    _, by = await make_draft(session)
    with pytest.raises(Conflict):
        await messages.write(session, by, "Alo?")
    await drafts.withdraw(session, by, None)
    with pytest.raises(Conflict):
        await messages.write(session, by, "Alo?")


async def test_staff_notes_stay_with_staff(session: AsyncSession) -> None:
    application, _ = await make_in_review(session)
    reviewer = await make_reviewer(session)
    await cases.say(
        session, application.case_id, reviewer, "Nghi trùng người.",
        author=Author.STAFF, audience=Audience.STAFF,
    )  # fmt: skip
    await cases.say(session, application.case_id, reviewer, "Chào bạn.", author=Author.STAFF)
    entries = await thread.conversation(session, application.case_id)
    assert [(e.kind, e.text, e.staff) for e in entries] == [
        ("event", "You began your application.", False),
        ("event", "You sent your application.", False),
        ("event", "A reviewer began to read it.", False),
        ("message", "Chào bạn.", True),
    ]


# Two at once


async def test_two_windows_that_send_at_once_make_one_submission() -> None:
    async with databases.database() as chosen:
        async with chosen.write() as session:
            application, by = await make_whole(session)
            seen = application.version

        async def send() -> Status:
            async with chosen.write() as session:
                return (await submit.submit(session, by, seen)).status

        assert await asyncio.gather(send(), send(), send()) == [Status.SUBMITTED] * 3
        await _check_once(chosen, application)


async def _check_once(chosen: Database, application: Application) -> None:
    async with chosen.read() as session:
        assert await session.scalar(select(func.count()).select_from(Application)) == 1
        moved = [e for e in await audit.history(session, application.id) if e.after == "submitted"]
        assert len(moved) == 1
        assert len(await mails_of(session, application)) == 1


async def test_a_double_click_begins_one_application() -> None:
    async with databases.database() as chosen:
        async with chosen.write() as session:
            by = viewer_of(await make_account(session))

        async def begin() -> object:
            async with chosen.write() as session:
                return (await drafts.start(session, by)).id

        found = await asyncio.gather(begin(), begin(), begin())
        assert len(set(found)) == 1
        async with chosen.read() as session:
            assert await session.scalar(select(func.count()).select_from(Application)) == 1
