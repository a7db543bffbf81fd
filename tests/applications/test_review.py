"""What reviewers do, and what nobody may, on a real database."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.applications.models import Application, Section, Status
from app.applications.policy.assessment import UNSCORED, Score
from app.applications.service import assessment, decision, holding, review, submit
from app.applications.service.assessment import Given
from app.audit import service as audit
from app.audit.models import AuditEvent
from app.cases import queries as cases
from app.channels import service as channels
from app.channels.models import Channel
from app.core import clock
from app.core.errors import Conflict, Missing, NotAllowed, Refused, Stale
from app.core.viewer import STAFF_ROLES, Viewer
from app.mail.models import Mail
from app.members.models import Member, Standing
from tests.factories.accounts import make_account, viewer_of
from tests.factories.applications import (
    make_asked,
    make_draft,
    make_in_review,
    make_reviewer,
    make_submitted,
)
from tests.factories.channels import make_channel
from tests.factories.reviews import GOOD, POOR, given, make_colleague, make_ready

Do = Callable[[AsyncSession, Viewer, Application], Awaitable[Any]]
EVERYTHING: dict[str, Do] = {
    "claim": lambda s, by, a: review.claim(s, by, a.id, a.version),
    "release": lambda s, by, a: review.release(s, by, a.id, a.version),
    "take_over": lambda s, by, a: review.take_over(s, by, a.id, a.version),
    "ask": lambda s, by, a: review.ask_changes(
        s, by, a.id, a.version, sections=(Section.TOPICS,), words="Hãy viết rõ hơn."
    ),
    "write": lambda s, by, a: review.write(s, by, a.id, a.version, "Chào bạn."),
    "note": lambda s, by, a: review.note(s, by, a.id, "Đã gọi điện."),
    "score": lambda s, by, a: assessment.score(s, by, a.id, {}),
    "approve": lambda s, by, a: decision.approve(s, by, a.id, a.version),
    "decline": lambda s, by, a: decision.decline(
        s, by, a.id, a.version, reasons=("record",), text="Còn sai sót chưa sửa."
    ),
}


async def events(session: AsyncSession, application_id: UUID, action: str) -> list[AuditEvent]:
    rows = await session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject_id == application_id, AuditEvent.action == action)
        .order_by(AuditEvent.id)
    )
    return list(rows)


async def letters(session: AsyncSession, application: Application) -> list[str]:
    rows = await session.scalars(
        select(Mail.key).where(Mail.account_id == application.account_id).order_by(Mail.id)
    )
    return list(rows)


@pytest.mark.parametrize("act", EVERYTHING)
@pytest.mark.parametrize("role", [*(r for r in STAFF_ROLES if r != "reviewer"), "nobody"])
async def test_nobody_but_a_reviewer_acts(session: AsyncSession, act: str, role: str) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_in_review(session, reviewer)
    roles = () if role == "nobody" else (role,)
    by = viewer_of(await make_account(session), *roles)
    with pytest.raises(NotAllowed):
        await EVERYTHING[act](session, by, application)


@pytest.mark.parametrize("act", EVERYTHING)
async def test_the_holder_without_the_hat_acts_no_more(session: AsyncSession, act: str) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_in_review(session, reviewer)
    bare = Viewer(account_id=reviewer.account_id, roles=frozenset({"auditor"}))
    with pytest.raises(NotAllowed):
        await EVERYTHING[act](session, bare, application)


@pytest.mark.parametrize("act", EVERYTHING)
async def test_a_reviewer_never_acts_on_their_own(session: AsyncSession, act: str) -> None:
    account = await make_account(session, roles=("reviewer", "administrator"))
    application, _ = await make_submitted(session, account=account)
    with pytest.raises(NotAllowed):
        await EVERYTHING[act](session, viewer_of(account, "reviewer", "administrator"), application)
    assert application.status is Status.SUBMITTED
    assert application.reviewer_id is None


@pytest.mark.parametrize("act", EVERYTHING)
async def test_a_second_account_is_no_way_around(session: AsyncSession, act: str) -> None:
    """The same name and birth date under another phone and address."""
    application, _ = await make_submitted(session)
    colleague = await make_account(session, roles=("reviewer",))
    own, _ = await make_submitted(
        session,
        account=colleague,
        legal_name="Sương Nguyễn Thị",
        phone="+84987654321",
        contact_email="khac@example.vn",
    )
    assert own.id != application.id
    with pytest.raises(NotAllowed):
        await EVERYTHING[act](session, viewer_of(colleague, "reviewer"), application)


async def test_the_address_of_the_reviewer_s_account_makes_them_a_party(
    session: AsyncSession,
) -> None:
    application, _ = await make_submitted(session, contact_email="suong@example.vn")
    account = await make_account(session, email="Suong@example.vn", roles=("reviewer",))
    with pytest.raises(NotAllowed):
        await review.claim(session, viewer_of(account, "reviewer"), application.id, 1)


@pytest.mark.parametrize(
    ("shared", "party"),
    [
        ((), False),
        (("legal_name",), False),
        (("birth_date",), False),
        (("legal_name", "birth_date"), True),
        (("phone",), True),
        (("contact_email",), True),
    ],
    ids=str,
)
async def test_a_namesake_is_no_party_and_whoever_shares_a_sign_is(
    session: AsyncSession, *, shared: tuple[str, ...], party: bool
) -> None:
    application, _ = await make_submitted(session)
    colleague = await make_account(session, roles=("reviewer",))
    others: dict[str, Any] = {
        "legal_name": "Trần Văn Khác",
        "birth_date": date(1990, 1, 31),
        "phone": "+84987654321",
        "contact_email": "khac@example.vn",
    }
    differs = {name: value for name, value in others.items() if name not in shared}
    await make_submitted(session, account=colleague, **differs)
    by = viewer_of(colleague, "reviewer")
    assert await holding.is_party(session, by, application) is party


@pytest.mark.parametrize("act", EVERYTHING)
async def test_a_rival_for_a_channel_is_a_party(session: AsyncSession, act: str) -> None:
    application, by = await make_submitted(session)
    named = await make_channel(session, account=await session.get_one(Account, by.account_id))
    colleague = await make_account(session, roles=("reviewer",))
    await make_channel(session, account=colleague, link=named.url)
    with pytest.raises(NotAllowed):
        await EVERYTHING[act](session, viewer_of(colleague, "reviewer"), application)


@pytest.mark.parametrize("act", EVERYTHING)
async def test_a_draft_is_nobody_else_s(session: AsyncSession, act: str) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_draft(session)
    with pytest.raises(Missing):
        await EVERYTHING[act](session, reviewer, application)


@pytest.mark.parametrize("act", EVERYTHING)
async def test_what_does_not_exist_is_missing(session: AsyncSession, act: str) -> None:
    reviewer = await make_reviewer(session)
    with pytest.raises(Missing):
        await EVERYTHING[act](session, reviewer, Application(id=uuid4(), version=1))


@pytest.mark.parametrize("act", [a for a in EVERYTHING if a not in ("note", "score")])
async def test_what_was_seen_must_still_be_so(session: AsyncSession, act: str) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_ready(session, reviewer)
    old = Application(id=application.id, version=application.version - 1)
    with pytest.raises(Stale) as stale:
        await EVERYTHING[act](session, reviewer, old)
    assert stale.value.changed["It is now"] == "In review"
    assert stale.value.changed["Reviewer"] == "Trần Thị Duyệt"
    assert application.status is Status.IN_REVIEW


@pytest.mark.parametrize("act", [a for a in EVERYTHING if a not in ("note", "take_over")])
async def test_only_the_holder_acts_and_the_other_learns_who_it_is(
    session: AsyncSession, act: str
) -> None:
    application, _ = await make_ready(session, await make_reviewer(session))
    other = await make_colleague(session)
    with pytest.raises(Stale) as stale:
        await EVERYTHING[act](session, other, application)
    assert stale.value.changed["Reviewer"] == "Trần Thị Duyệt"


async def test_a_claim_is_one_move_told_on_the_site(session: AsyncSession) -> None:
    reviewer = await make_reviewer(session)
    application, by = await make_submitted(session)
    before = await letters(session, application)

    await review.claim(session, reviewer, application.id, application.version)

    assert application.status is Status.IN_REVIEW
    assert application.reviewer_id == reviewer.account_id
    moved = await events(session, application.id, "application.moved")
    assert [(e.before, e.after, e.actor_id) for e in moved] == [
        ("draft", "submitted", by.account_id),
        ("submitted", "in_review", reviewer.account_id),
    ]
    assert await letters(session, application) == before


async def test_a_release_gives_it_back_to_all(session: AsyncSession) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_in_review(session, reviewer)

    await review.release(session, reviewer, application.id, application.version)

    assert (application.status, application.reviewer_id) == (Status.SUBMITTED, None)
    released = await events(session, application.id, "application.released")
    assert [(e.before, e.after) for e in released] == [(str(reviewer.account_id), None)]


async def test_a_take_over_is_recorded_and_only_staff_read_of_it(session: AsyncSession) -> None:
    application, _ = await make_in_review(session, await make_reviewer(session))
    other = await make_colleague(session)

    await review.take_over(session, other, application.id, application.version)

    assert (application.status, application.reviewer_id) == (Status.IN_REVIEW, other.account_id)
    assert len(await events(session, application.id, "application.taken_over")) == 1
    told = (await cases.thread(session, application.case_id, staff=True))[-1]
    assert (told.event, told.audience) == ("application.taken_over", "staff")
    assert told.facts == {"held_by": "Trần Thị Duyệt", "now": "Lê Văn Xét"}
    mine = await cases.thread(session, application.case_id, staff=False)
    assert "application.taken_over" not in {said.event for said in mine}


async def test_a_request_comes_back_to_whoever_asked(session: AsyncSession) -> None:
    reviewer, other = await make_reviewer(session), await make_colleague(session)
    application, by = await make_in_review(session, reviewer)

    await review.ask_changes(
        session, reviewer, application.id, application.version,
        sections=(Section.TOPICS, Section.PORTRAIT), words="Ảnh hơi mờ.",
    )  # fmt: skip

    assert application.status is Status.INFO_REQUESTED
    assert application.asked_sections == ["topics", "portrait"]
    said = (await cases.thread(session, application.case_id, staff=False))[-1]
    assert (said.words, said.facts) == ("Ảnh hơi mờ.", {"sections": ["topics", "portrait"]})
    assert len(await letters(session, application)) == 2

    await submit.answer(session, by, None, "Mình đã thay ảnh.")
    with pytest.raises(Stale):
        await review.claim(session, other, application.id, application.version)
    await review.claim(session, reviewer, application.id, application.version)
    assert application.reviewer_id == reviewer.account_id


async def test_an_answer_can_be_given_back_or_taken_over(session: AsyncSession) -> None:
    application, by = await make_asked(session)
    other = await make_colleague(session)
    await review.take_over(session, other, application.id, application.version)
    assert application.status is Status.INFO_REQUESTED

    await submit.answer(session, by, None, "Mình giữ nguyên.")
    await review.release(session, other, application.id, application.version)
    assert (application.status, application.reviewer_id) == (Status.SUBMITTED, None)


@pytest.mark.parametrize(("sections", "words"), [((), "Ảnh mờ."), ((Section.TOPICS,), " ")])
async def test_a_request_names_sections_and_says_what(
    session: AsyncSession, sections: tuple[Section, ...], words: str
) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_in_review(session, reviewer)
    with pytest.raises(Refused):
        await review.ask_changes(
            session, reviewer, application.id, application.version,
            sections=sections, words=words,
        )  # fmt: skip


async def test_a_message_reaches_the_applicant_and_a_note_does_not(session: AsyncSession) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_in_review(session, reviewer)
    before = len(await letters(session, application))

    await review.write(session, reviewer, application.id, application.version, "Chào bạn.")
    await review.note(session, await make_colleague(session), application.id, "Quen mặt.")

    mine = await cases.thread(session, application.case_id, staff=False)
    ours = await cases.thread(session, application.case_id, staff=True)
    assert [said.words for said in mine if said.words] == ["Chào bạn."]
    assert [said.words for said in ours if said.words] == ["Chào bạn.", "Quen mặt."]
    assert len(await letters(session, application)) == before + 1


async def test_an_approval_makes_the_member(session: AsyncSession) -> None:
    reviewer = await make_reviewer(session)
    application, by = await make_ready(session, reviewer)
    before = len(await letters(session, application))

    member = await decision.approve(session, reviewer, application.id, application.version)

    assert application.status is Status.APPROVED
    assert (application.decided_by, application.total_points) == (reviewer.account_id, 80)
    assert (member.account_id, member.application_id) == (by.account_id, application.id)
    assert (member.standing, member.stage_name) == (Standing.ACTIVE, "Bếp Nhà Sương")
    assert member.portrait == application.portrait
    moved = await events(session, application.id, "application.moved")
    assert [(e.before, e.after) for e in moved][-1] == ("in_review", "approved")
    mails = list(
        await session.scalars(
            select(Mail).where(Mail.account_id == by.account_id).order_by(Mail.id)
        )
    )
    assert len(mails) == before + 1
    assert member.number in mails[-1].body


async def test_an_approval_needs_every_pillar_with_a_note(session: AsyncSession) -> None:
    reviewer = await make_reviewer(session)
    points = {key: value for key, value in GOOD.items() if key != "values"}
    application, _ = await make_ready(session, reviewer, points=points)
    bare = {"values": Given(Score(12), UNSCORED.mark)}
    await assessment.score(session, reviewer, application.id, bare)
    with pytest.raises(Refused, match="every pillar needs points and a note"):
        await decision.approve(session, reviewer, application.id, application.version)


async def test_an_approval_needs_a_proof_at_that_moment(session: AsyncSession) -> None:
    reviewer = await make_reviewer(session)
    application, by = await make_ready(session, reviewer)
    channel = await session.scalar(select(Channel).where(Channel.account_id == by.account_id))
    assert channel is not None
    await channels.remove(session, by, channel.id, channel.version)
    with pytest.raises(Refused, match="No channel is proven"):
        await decision.approve(session, reviewer, application.id, application.version)


async def test_an_unproven_channel_is_not_enough(session: AsyncSession) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_ready(session, reviewer, proven=False)
    with pytest.raises(Refused, match="No channel is proven"):
        await decision.approve(session, reviewer, application.id, application.version)
    assert await session.scalar(select(Member.id)) is None


async def test_an_approval_against_the_mark_gives_its_reason_to_staff_alone(
    session: AsyncSession,
) -> None:
    reviewer = await make_reviewer(session)
    application, by = await make_ready(session, reviewer, points=POOR)
    with pytest.raises(Refused, match="against the mark"):
        await decision.approve(session, reviewer, application.id, application.version, "  ")

    because = "Kênh mới, đã cam kết gắn nhãn."
    await decision.approve(session, reviewer, application.id, application.version, because)

    assert application.against_mark_because == because
    against = await events(session, application.id, "application.against_mark")
    assert [(e.because, e.detail["points"]) for e in against] == [(because, 65)]
    bodies = await session.scalars(select(Mail.body).where(Mail.account_id == by.account_id))
    assert not [body for body in bodies if because in body]


async def test_a_member_is_not_approved_twice(session: AsyncSession) -> None:
    reviewer = await make_reviewer(session)
    first, _ = await make_ready(session, reviewer)
    await decision.approve(session, reviewer, first.id, first.version)
    with pytest.raises(Conflict):
        await decision.approve(session, reviewer, first.id, first.version)


async def test_a_refusal_has_reasons_and_starts_the_delay(session: AsyncSession) -> None:
    reviewer = await make_reviewer(session)
    application, by = await make_in_review(session, reviewer)
    before = len(await letters(session, application))

    await decision.decline(
        session, reviewer, application.id, application.version,
        reasons=("record", "undisclosed_ads"), text="Hãy gắn nhãn rồi nộp lại.",
    )  # fmt: skip

    assert application.status is Status.DECLINED
    assert application.decision_reasons == ["undisclosed_ads", "record"]
    assert application.reapply_on is not None
    assert (application.reapply_on - clock.today()).days == 30
    assert len(await letters(session, application)) == before + 1
    body = await session.scalar(
        select(Mail.body).where(Mail.account_id == by.account_id).order_by(Mail.id.desc())
    )
    assert body is not None
    assert "Hãy gắn nhãn rồi nộp lại." in body


@pytest.mark.parametrize(
    ("reasons", "text"), [((), "Vì…"), (("nonsense",), "Vì…"), (("record",), " ")]
)
async def test_a_refusal_without_reasons_is_refused(
    session: AsyncSession, reasons: tuple[str, ...], text: str
) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_in_review(session, reviewer)
    with pytest.raises(Refused):
        await decision.decline(
            session, reviewer, application.id, application.version, reasons=reasons, text=text
        )


async def test_a_refusal_of_what_reaches_the_mark_needs_a_reason(session: AsyncSession) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_ready(session, reviewer)
    with pytest.raises(Refused, match="against the mark"):
        await EVERYTHING["decline"](session, reviewer, application)
    await decision.decline(
        session, reviewer, application.id, application.version,
        reasons=("untrue",), text="Thông tin không đúng.", because="Phát hiện sau khi chấm.",
    )  # fmt: skip
    assert application.against_mark_because == "Phát hiện sau khi chấm."
    against = await events(session, application.id, "application.against_mark")
    assert [event.because for event in against] == ["Phát hiện sau khi chấm."]


async def test_points_that_are_not_complete_are_no_total(session: AsyncSession) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_ready(session, reviewer, points={"transparency": 20})
    await EVERYTHING["decline"](session, reviewer, application)
    assert (application.status, application.total_points) == (Status.DECLINED, None)


async def test_a_reason_that_the_sheet_belies_is_refused(session: AsyncSession) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_ready(session, reviewer)
    with pytest.raises(decision.NotBorneOut):
        await decision.decline(
            session, reviewer, application.id, application.version,
            reasons=("untrue", "below_mark"), text="Thông tin không đúng.", because="Sau khi chấm.",
        )  # fmt: skip
    assert application.status is Status.IN_REVIEW


@pytest.mark.parametrize("act", [a for a in EVERYTHING if a != "note"])
async def test_what_is_decided_stays_decided(session: AsyncSession, act: str) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_ready(session, reviewer)
    await decision.approve(session, reviewer, application.id, application.version)
    with pytest.raises(Stale):
        await EVERYTHING[act](session, reviewer, application)


async def test_scores_are_kept_pillar_by_pillar(session: AsyncSession) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_in_review(session, reviewer)

    first = await assessment.score(
        session, reviewer, application.id, given({"transparency": 20, "values": 12})
    )
    again = {
        "transparency": Given(Score(18, "Có nhãn."), first.scores["transparency"].mark),
        "conduct": Given(UNSCORED, UNSCORED.mark),
    }
    sheet = await assessment.score(session, reviewer, application.id, again)

    assert (sheet.total, sheet.done, sheet.complete) == (30, 2, False)
    scored = await events(session, application.id, "application.scored")
    assert [(e.detail["pillar"], e.before, e.after) for e in scored] == [
        ("transparency", "", "20"),
        ("values", "", "12"),
        ("transparency", "20", "18"),
    ]


async def test_a_pillar_scored_in_another_window_is_not_overwritten(session: AsyncSession) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_in_review(session, reviewer)
    await assessment.score(session, reviewer, application.id, given({"values": 12}))

    with pytest.raises(Stale) as stale:
        await assessment.score(session, reviewer, application.id, given({"values": 3}))
    assert stale.value.changed == {"Fit with brand and social values": "12"}

    sheet = await assessment.score(session, reviewer, application.id, given({"conduct": 15}))
    assert sheet.total == 27


@pytest.mark.parametrize(("pillar", "points"), [("values", 16), ("values", -1), ("charm", 3)])
async def test_points_stay_within_their_pillar(
    session: AsyncSession, pillar: str, points: int
) -> None:
    reviewer = await make_reviewer(session)
    application, _ = await make_in_review(session, reviewer)
    with pytest.raises(Refused):
        await assessment.score(
            session, reviewer, application.id, {pillar: Given(Score(points, "x"), UNSCORED.mark)}
        )


@pytest.mark.parametrize(
    ("role", "may"),
    [("reviewer", True), ("administrator", True), ("auditor", True), ("officer", False),
     ("board", False)],
)  # fmt: skip
async def test_a_view_is_written_down_once_an_hour(
    session: AsyncSession, role: str, *, may: bool
) -> None:
    application, _ = await make_submitted(session)
    by = await make_colleague(session, "Người Xem", role)
    if not may:
        with pytest.raises(NotAllowed):
            await review.open_file(session, by, application.id)
        assert await events(session, application.id, "application.viewed") == []
        return
    await review.open_file(session, by, application.id)
    await review.open_file(session, by, application.id)
    with clock.at(clock.now() + audit.VIEW_AGAIN):
        await review.open_file(session, by, application.id)
    viewed = await events(session, application.id, "application.viewed")
    assert [event.actor_id for event in viewed] == [by.account_id] * 2


async def test_nobody_looks_into_their_own_file(session: AsyncSession) -> None:
    account = await make_account(session, roles=("reviewer",))
    application, _ = await make_submitted(session, account=account)
    with pytest.raises(NotAllowed):
        await review.open_file(session, viewer_of(account, "reviewer"), application.id)
