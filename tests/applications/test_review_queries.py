"""The queue and the page of an application, as the database answers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Application, Party, Section, Status
from app.applications.queries.queue import WAITING, Filter, QueuePage, queue
from app.applications.queries.review import review
from app.applications.service import review as service
from app.applications.service.status import set_status
from app.core import clock
from app.core.db import Database
from app.core.viewer import Viewer
from tests.conftest import statements
from tests.factories.accounts import make_account
from tests.factories.applications import make_draft, make_reviewer, make_submitted
from tests.factories.channels import make_channel
from tests.factories.reviews import make_colleague, make_ready

# A Tuesday at ten in the morning in Vietnam; 2 September is a holiday.
START = datetime(2026, 8, 25, 3, 0, tzinfo=UTC)
PEOPLE = (
    ("Trần Văn Bảo", "Bảo Đi Phượt", "01"),
    ("Đỗ Ngọc Ánh", "Ánh Sống Xanh", "48"),
    ("Lê Thị Nhung", "Nhung Kể Chuyện", "79"),
)


async def make_three(session: AsyncSession) -> list[Application]:
    """Three that wait, sent in on three days; the second one is held."""
    found = []
    for day, (name, stage, province) in enumerate(PEOPLE):
        with clock.at(START + timedelta(days=day)):
            application, _ = await make_submitted(
                session, legal_name=name, stage_name=stage, province=province,
                phone=f"+8491234560{day}", contact_email=f"kol{day}@example.vn",
            )  # fmt: skip
        found.append(application)
    return found


async def ask(session: AsyncSession, by: Viewer, **asked: object) -> QueuePage:
    usual = Filter(statuses=WAITING)
    return await queue(
        session,
        by.account_id,
        replace(usual, **asked),
        waiting_first=True,  # type: ignore[arg-type]
    )


def names(found: QueuePage) -> list[str]:
    return [row.stage_name for row in found.rows]


async def test_the_oldest_promise_comes_first_with_what_is_left_of_it(
    session: AsyncSession,
) -> None:
    await make_three(session)
    by = await make_reviewer(session)
    with clock.at(datetime(2026, 9, 9, 11, 0, tzinfo=UTC)):  # 18:00 in Vietnam
        found = await ask(session, by)
        shown = [(row.stage_name, row.days_left, row.overdue) for row in found.rows]
    # 1 and 2 September are days off: ten working days from 25 August end on 10 September.
    assert [name for name, _, _ in shown] == [stage for _, stage, _ in PEOPLE]
    assert [days for _, days, _ in shown] == sorted(days for _, days, _ in shown)
    assert found.total == 3
    assert (found.mine, found.nobody) == (0, 3)


async def test_a_broken_promise_shows(session: AsyncSession) -> None:
    first, *_ = await make_three(session)
    by = await make_reviewer(session)
    assert first.promised_by is not None
    with clock.at(first.promised_by - timedelta(minutes=1)):
        assert (await ask(session, by)).overdue == 0
    with clock.at(first.promised_by + timedelta(minutes=1)):
        found = await ask(session, by, overdue=True)
        assert names(found) == ["Bảo Đi Phượt"]
        assert (found.rows[0].days_left, found.rows[0].overdue, found.overdue) == (0, True, 1)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"holder": "mine"}, ["Ánh Sống Xanh"]),
        ({"holder": "nobody"}, ["Bảo Đi Phượt", "Nhung Kể Chuyện"]),
        ({"topic": "food"}, [stage for _, stage, _ in PEOPLE]),
        ({"topic": "travel"}, []),
        ({"province": "48"}, ["Ánh Sống Xanh"]),
        ({"words": "do anh"}, ["Ánh Sống Xanh"]),
        ({"words": "ĐỖ NGỌC"}, ["Ánh Sống Xanh"]),
        ({"words": "kể chuyện"}, ["Nhung Kể Chuyện"]),
        ({"words": "KOL2@example.vn"}, ["Nhung Kể Chuyện"]),
        ({"words": "%"}, []),
        ({"statuses": (Status.IN_REVIEW,)}, ["Ánh Sống Xanh"]),
        ({"statuses": (Status.DECLINED,)}, []),
    ],
)
async def test_a_filter_leaves_what_fits(
    session: AsyncSession, asked: dict[str, object], expected: list[str]
) -> None:
    _, second, _ = await make_three(session)
    by = await make_reviewer(session)
    await service.claim(session, by, second.id, second.version)
    found = await ask(session, by, **asked)
    assert (names(found), found.total) == (expected, len(expected))


async def test_counts_say_what_each_filter_would_leave(session: AsyncSession) -> None:
    _, second, third = await make_three(session)
    by, other = await make_reviewer(session), await make_colleague(session)
    await service.claim(session, by, second.id, second.version)
    await service.claim(session, other, third.id, third.version)
    await service.ask_changes(
        session, other, third.id, third.version, sections=(Section.TOPICS,), words="Viết rõ hơn."
    )

    found = await ask(session, by)

    assert (found.total, found.mine, found.nobody) == (2, 1, 1)
    assert {s: n for s, n in found.by_status.items() if n} == {
        Status.SUBMITTED: 1,
        Status.IN_REVIEW: 1,
        Status.INFO_REQUESTED: 1,
    }
    assert (await ask(session, other)).mine == 0
    assert (await ask(session, by, holder="mine")).by_status[Status.SUBMITTED] == 0


async def test_neither_drafts_nor_one_s_own_are_listed(session: AsyncSession) -> None:
    account = await make_account(session, roles=("reviewer",))
    await make_draft(session)
    await make_submitted(session, account=account)
    found = await queue(session, account.id, Filter(statuses=tuple(Status)), waiting_first=False)
    assert (found.rows, found.total, sum(found.by_status.values())) == ((), 0, 0)


@pytest.mark.parametrize("waiting_first", [True, False])
async def test_the_queue_takes_two_statements(
    session: AsyncSession, shared_database: Database, *, waiting_first: bool
) -> None:
    by = await make_reviewer(session)
    for n in (1, 3):
        for i in range(n):
            await make_submitted(session, phone=f"+849123456{n}{i}")
        with statements(shared_database.engine) as seen:
            await queue(session, by.account_id, Filter(), waiting_first=waiting_first)
        assert len(seen) == 2


async def test_the_page_holds_everything_in_ten_statements(
    session: AsyncSession, shared_database: Database
) -> None:
    by = await make_reviewer(session)
    application, applicant = await make_ready(session, by)
    for n in (0, 1, 3):
        for i in range(n):
            twin = await make_account(session, display_name=f"Người khác {n}{i}")
            await make_submitted(session, account=twin, phone=f"+849123456{n}{i}")
            await make_channel(session, account=twin, link="https://www.youtube.com/@bepnhasuong")
        if n == 1:
            own = await session.get_one(type(twin), applicant.account_id)
            await make_channel(session, account=own, link="https://www.youtube.com/@bepnhasuong")
        session.expunge_all()
        with statements(shared_database.engine) as seen:
            found = await review(session, application.id)
        assert len(seen) == 10
        assert found is not None
    assert len(found.doubles) == 4
    assert len(found.claims) == 4
    assert [channel.state for channel in found.channels] == ["proven", "unproven"]
    assert found.sheet.total == 80
    assert found.lacks == ()
    assert found.signature is not None
    moved = [(e.before, e.after) for e in found.history if e.action == "application.moved"]
    assert moved == [("draft", "submitted"), ("submitted", "in_review")]
    assert "application.scored" not in {event.action for event in found.history}
    assert len(found.scoring) == 5


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ({}, (True, True, True)),
        ({"legal_name": "SƯƠNG Nguyễn thị", "phone": "+84987654321", "contact_email": "b@b.vn"},
         (True, False, False)),
        ({"legal_name": "Lê Văn Tám", "contact_email": "b@b.vn"}, (False, True, False)),
        ({"legal_name": "Lê Văn Tám", "phone": "+84987654321"}, (False, False, True)),
        ({"legal_name": "Lê Văn Tám", "phone": "+84987654321", "contact_email": "b@b.vn"}, None),
    ],
)  # fmt: skip
async def test_a_double_says_by_what_it_is_known(
    session: AsyncSession, given: dict[str, str], same: tuple[bool, bool, bool] | None
) -> None:
    application, _ = await make_submitted(session)
    await make_submitted(session, **given)
    await make_draft(session)
    found = await review(session, application.id)
    assert found is not None
    shown = [(twin.same_name, twin.same_phone, twin.same_email) for twin in found.doubles]
    assert shown == ([same] if same else [])


async def test_earlier_applications_of_the_account_are_no_doubles(session: AsyncSession) -> None:
    first, applicant = await make_submitted(session)
    await set_status(session, first, Status.WITHDRAWN, Party.APPLICANT, applicant)
    second, _ = await make_submitted(session)
    first.account_id = second.account_id
    await session.flush()
    found = await review(session, second.id)
    assert found is not None
    assert [(twin.id, twin.status) for twin in found.earlier] == [(first.id, Status.WITHDRAWN)]
    assert found.doubles == ()
