"""The staff's pages as a browser gets them."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.applications.models import Application, Status
from app.applications.service import review
from app.audit.models import AuditEvent
from app.core import clock
from app.core.viewer import Viewer
from app.mail.models import Mail
from app.members.models import Member
from tests.conftest import statements
from tests.factories.accounts import make_account
from tests.factories.applications import make_submitted
from tests.factories.reviews import GOOD, POOR, make_colleague, make_ready
from tests.portal import Portal


@dataclass
class Desk:
    """A reviewer, signed in, with an application that they hold and have scored."""

    reviewer: Viewer
    application: UUID
    version: int
    path: str


async def desk(portal: Portal, *, poor: bool = False, proven: bool = True) -> Desk:
    async with portal.transaction() as session:
        reviewer = await make_colleague(session, "Trần Thị Duyệt")
        application, _ = await make_ready(
            session, reviewer, points=POOR if poor else GOOD, proven=proven
        )
    assert reviewer.account_id is not None
    await portal.sign_in(reviewer.account_id)
    return Desk(
        reviewer, application.id, application.version, f"/staff/applications/{application.id}"
    )


async def state(portal: Portal, application_id: UUID) -> Application:
    async with portal.transaction() as session:
        return await session.get_one(Application, application_id)


async def sign_in_as(portal: Portal, *roles: str) -> None:
    async with portal.transaction() as session:
        account = await make_account(session, display_name="Người Vào", roles=roles)
    await portal.sign_in(account.id)


PAGES = ("/staff", "/staff/applications", "/staff/roles", "/staff/members")
OPEN_TO = {
    "reviewer": {"/staff", "/staff/applications"},
    "officer": {"/staff"},
    "board": {"/staff"},
    "administrator": set(PAGES),
    "auditor": {"/staff", "/staff/applications"},
}


@pytest.mark.parametrize("path", PAGES)
async def test_each_hat_opens_its_pages_and_no_others(portal: Portal, path: str) -> None:
    assert (await portal.get(path)).status_code == 303
    await sign_in_as(portal)
    assert (await portal.get(path)).status_code == 403
    for role, paths in OPEN_TO.items():
        await sign_in_as(portal, role)
        assert (await portal.get(path)).status_code == (200 if path in paths else 403), role


@pytest.mark.parametrize("part", ["", "/ask", "/approve", "/decline", "/portrait/card.webp"])
async def test_an_application_opens_to_those_who_may_read(portal: Portal, part: str) -> None:
    at = await desk(portal)
    expected = 404 if part.startswith("/portrait") else 200  # no picture is stored in this test
    assert (await portal.get(at.path + part)).status_code == expected
    for role in ("officer", "board"):
        await sign_in_as(portal, role)
        assert (await portal.get(at.path + part)).status_code == 403


@pytest.mark.parametrize("part", ["ask", "approve", "decline"])
async def test_whoever_does_not_hold_it_is_led_back(portal: Portal, part: str) -> None:
    at = await desk(portal)
    await sign_in_as(portal, "reviewer")
    answer = await portal.get(f"{at.path}/{part}")
    assert (answer.status_code, answer.headers["location"]) == (303, at.path)


async def test_the_page_shows_all_that_a_decision_needs(portal: Portal) -> None:
    at = await desk(portal)
    async with portal.transaction() as session:
        twin, _ = await make_submitted(session, phone="+84987654321", contact_email="b@example.vn")
    text = (await portal.get(at.path)).text
    for part in (
        "Bếp Nhà Sương", "Nguyễn Thị Sương", "0912 345 678", "20 May 1996",
        "Proven", "/staff/channels/", f"?next={at.path}", "/conduct/signatures/",
        f"/staff/applications/{twin.id}", "same name and birth date",
        "Reaches the mark", "Application submitted", "Review begun", "Held by you",
    ):  # fmt: skip
        assert part in text, part
    assert "same phone" not in text
    assert "The name signed is not" not in text


async def test_a_name_changed_after_signing_is_flagged(portal: Portal) -> None:
    at = await desk(portal)
    async with portal.transaction() as session:
        application = await session.get_one(Application, at.application)
        application.legal_name = "Trần Thị Khác"
    text = (await portal.get(at.path)).text
    assert "The name signed is not the legal name in the answers." in text


async def test_the_applicant_is_refused_their_own_file(portal: Portal) -> None:
    async with portal.transaction() as session:
        account = await make_account(session, roles=("reviewer", "administrator"))
        application, _ = await make_submitted(session, account=account)
    await portal.sign_in(account.id)
    path = f"/staff/applications/{application.id}"
    assert (await portal.get(path)).status_code == 403
    answer = await portal.post(f"{path}/claim", {"seen": str(application.version)})
    assert answer.status_code == 403
    assert str(application.id) not in (await portal.get("/staff")).text
    async with portal.transaction() as session:
        viewed = select(AuditEvent.id).where(AuditEvent.action == "application.viewed")
        assert await session.scalar(viewed) is None


async def test_every_look_is_audited_once_an_hour(portal: Portal) -> None:
    at = await desk(portal)
    for _ in range(2):
        await portal.get(at.path)
        await portal.get(f"{at.path}/ask")
    async with portal.transaction() as session:
        rows = await session.execute(
            select(AuditEvent.actor_id, AuditEvent.subject_id).where(
                AuditEvent.action == "application.viewed"
            )
        )
    assert rows.all() == [(at.reviewer.account_id, at.application)]


async def test_a_review_is_claimed_and_released(portal: Portal) -> None:
    async with portal.transaction() as session:
        application, _ = await make_submitted(session)
        reviewer = await make_colleague(session)
    assert reviewer.account_id is not None
    await portal.sign_in(reviewer.account_id)
    path = f"/staff/applications/{application.id}"

    answer = await portal.post(f"{path}/claim", {"seen": str(application.version)})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    now = await state(portal, application.id)
    assert (now.status, now.reviewer_id) == (Status.IN_REVIEW, reviewer.account_id)

    await portal.post(f"{path}/release", {"seen": str(now.version)})
    now = await state(portal, application.id)
    assert (now.status, now.reviewer_id) == (Status.SUBMITTED, None)


async def test_the_letter_is_shown_before_it_is_sent(portal: Portal) -> None:
    with clock.at(
        clock.now() - timedelta(days=5)
    ):  # so that the letter's dates are not the claim's
        at = await desk(portal)
    assert at.reviewer.account_id is not None
    await portal.sign_in(at.reviewer.account_id)
    typed = {
        "seen": str(at.version),
        "sections": ["portrait"],
        "words": "Ảnh hơi mờ, bạn thay nhé.",
    }

    preview = await portal.post(f"{at.path}/ask/preview", typed)
    assert preview.status_code == 200
    shown = preview.text.split('class="mail__body">')[1].split("</div>")[0].strip()
    assert "Ảnh hơi mờ, bạn thay nhé." in shown
    assert (await state(portal, at.application)).status is Status.IN_REVIEW

    answer = await portal.post(f"{at.path}/ask", typed)
    assert (answer.status_code, answer.headers["location"]) == (303, at.path)
    async with portal.transaction() as session:
        mail = await session.scalar(select(Mail).order_by(Mail.id.desc()))
    assert mail is not None
    assert mail.body.strip() == shown.replace("&#39;", "'").replace("&amp;", "&")


async def test_an_approval_by_its_page(portal: Portal) -> None:
    at = await desk(portal)
    shown = await portal.get(f"{at.path}/approve")
    assert "Approve and send the letter" in shown.text
    answer = await portal.post(f"{at.path}/approve", {"seen": str(at.version)})
    assert (answer.status_code, answer.headers["location"]) == (303, at.path)
    async with portal.transaction() as session:
        number = await session.scalar(select(Member.number))
    assert number is not None
    assert number in (await portal.get(at.path)).text


async def test_an_approval_against_the_mark_asks_why(portal: Portal) -> None:
    at = await desk(portal, poor=True)
    answer = await portal.post(f"{at.path}/approve", {"seen": str(at.version)})
    assert answer.status_code == 422
    assert 'href="#because"' in answer.text
    answer = await portal.post(
        f"{at.path}/approve", {"seen": str(at.version), "because": "Đã cam kết."}
    )
    assert answer.status_code == 303
    assert (await state(portal, at.application)).against_mark_because == "Đã cam kết."


async def test_what_lacks_is_said_before_and_refused_after(portal: Portal) -> None:
    at = await desk(portal, proven=False)
    assert "No channel is proven at this moment." in (await portal.get(f"{at.path}/approve")).text
    answer = await portal.post(f"{at.path}/approve", {"seen": str(at.version)})
    assert answer.status_code == 422
    assert (await state(portal, at.application)).status is Status.IN_REVIEW


async def test_a_refusal_by_its_page(portal: Portal) -> None:
    at = await desk(portal, poor=True)
    typed = {"seen": str(at.version), "reasons": ["below_mark"], "words": "Hãy gắn nhãn."}
    preview = await portal.post(f"{at.path}/decline/preview", typed)
    assert "Hãy gắn nhãn." in preview.text.split('class="mail__body">')[1]
    answer = await portal.post(f"{at.path}/decline", {**typed, "reasons": []})
    assert answer.status_code == 422
    assert "Hãy gắn nhãn." in answer.text
    answer = await portal.post(f"{at.path}/decline", typed)
    assert answer.status_code == 303
    now = await state(portal, at.application)
    assert (now.status, now.decision_reasons) == (Status.DECLINED, ["below_mark"])


@pytest.mark.parametrize("step", ["decline", "decline/preview"])
async def test_a_refusal_does_not_say_what_the_sheet_belies(portal: Portal, step: str) -> None:
    at = await desk(portal)
    assert 'value="below_mark"' not in (await portal.get(f"{at.path}/decline")).text
    typed = {"seen": str(at.version), "reasons": ["below_mark", "record"], "words": "Hãy gắn nhãn."}
    answer = await portal.post(f"{at.path}/{step}", typed)
    assert answer.status_code == 422
    assert answer.text.count('href="#reasons"') == 1
    assert "Hãy gắn nhãn." in answer.text
    assert 'class="mail__body">' not in answer.text
    assert (await state(portal, at.application)).status is Status.IN_REVIEW


async def test_the_sheet_is_saved_as_one_goes(portal: Portal) -> None:
    at = await desk(portal)
    page = (await portal.get(at.path)).text
    seen = page.split('name="values_seen" value="')[1].split('"')[0]
    typed = {"values_points": "15", "values_note": "Rất tốt.", "values_seen": seen}
    for key in GOOD:
        if key != "values":
            mark = page.split(f'name="{key}_seen" value="')[1].split('"')[0]
            typed |= {f"{key}_points": str(GOOD[key]), f"{key}_seen": mark,
                      f"{key}_note": f"Đã xem 20 bài gần nhất: {key}."}  # fmt: skip

    answer = await portal.post(f"{at.path}/assessment", typed, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<strong>83</strong>" in answer.text
    assert answer.text.count('hx-swap-oob="true"') == 5
    assert "<html" not in answer.text

    again = await portal.post(f"{at.path}/assessment", {**typed, "values_points": "3"})
    assert again.status_code == 409
    assert "Rất tốt." in again.text
    wrong = await portal.post(f"{at.path}/assessment", {**typed, "values_points": "16"})
    assert wrong.status_code == 422
    assert 'href="#values_points"' in wrong.text


async def test_words_reach_the_conversation(portal: Portal) -> None:
    at = await desk(portal)
    assert (await portal.post(f"{at.path}/message", {"seen": str(at.version)})).status_code == 422
    assert (await portal.post(f"{at.path}/note", {"note": " "})).status_code == 422
    await portal.post(f"{at.path}/message", {"seen": str(at.version), "words": "Chào bạn nhé."})
    await portal.post(f"{at.path}/note", {"note": "Đã gọi điện."})
    text = (await portal.get(at.path)).text
    assert "Chào bạn nhé." in text
    assert "Đã gọi điện." in text


async def test_the_queue_takes_two_statements_however_long(portal: Portal) -> None:
    await sign_in_as(portal, "reviewer")
    counts = []
    for number in (1, 2):
        async with portal.transaction() as session:
            for n in range(number):
                await make_submitted(session, phone=f"+8491234{number}{n}78")
        await portal.get("/staff")
        with statements(portal.database.engine) as seen:
            assert (await portal.get("/staff")).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


async def test_the_page_takes_as_many_statements_with_more_of_everything(portal: Portal) -> None:
    at = await desk(portal)
    await portal.get(at.path)
    with statements(portal.database.engine) as before:
        await portal.get(at.path)
    async with portal.transaction() as session:
        for n in range(3):
            await make_submitted(session, phone=f"+8491234567{n}")
    for n in range(3):
        await portal.post(f"{at.path}/note", {"note": f"Ghi chú {n}"})
    with statements(portal.database.engine) as after:
        text = (await portal.get(at.path)).text
    assert text.count("same name and birth date") == 3
    assert len(before) == len(after)


@pytest.mark.parametrize("part", ["ask", "ask/preview", "decline", "decline/preview", "message"])
async def test_nothing_typed_is_lost_when_somebody_was_faster(portal: Portal, part: str) -> None:
    at = await desk(portal)
    words = "Bạn cho mình xin thêm ảnh rõ mặt và liên kết tới ba bài có tài trợ gần nhất nhé."
    typed = {
        "seen": str(at.version), "words": words, "sections": ["portrait"], "reasons": ["record"],
    }  # fmt: skip
    async with portal.transaction() as session:
        other = await make_colleague(session, "Phạm Thị Hai")
        await review.take_over(session, other, at.application, at.version)

    for given in (typed, {**typed, "sections": [], "reasons": []}):
        answer = await portal.post(f"{at.path}/{part}", given)
        assert answer.status_code == 409
        assert "Phạm Thị Hai" in answer.text
        assert words in answer.text
