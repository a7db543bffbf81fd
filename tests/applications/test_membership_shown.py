"""What the page of an approved application says of the membership that came of it."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.service import decision
from app.core import clock
from app.core.viewer import Viewer
from app.members import service as members
from app.members.models import Member
from tests.factories.applications import make_reviewer
from tests.factories.members import OPERATOR
from tests.factories.reviews import make_ready
from tests.portal import Portal

Move = Callable[[AsyncSession, Member, Viewer], Awaitable[object]]


async def _nothing(_session: AsyncSession, _member: Member, _by: Viewer) -> None: ...


MOVES: dict[str, tuple[Move, str]] = {
    "active": (_nothing, "You are a member"),
    "suspended": (
        lambda session, member, _by: members.suspend(
            session, OPERATOR, member.number, clock.today() + timedelta(days=30), "Ads unmarked."
        ),
        "Your membership is suspended",
    ),
    "expelled": (
        lambda session, member, _by: members.expel(
            session, OPERATOR, member.number, 24, "Sold fakes, twice."
        ),
        "You are no longer a member",
    ),
    "left": (lambda session, _member, by: members.leave(session, by), "You are no longer a member"),
}


@pytest.mark.parametrize("standing", MOVES)
async def test_an_approved_application_shows_the_standing_of_today(
    portal: Portal, standing: str
) -> None:
    move, title = MOVES[standing]
    async with portal.transaction() as session:
        reviewer = await make_reviewer(session)
        application, by = await make_ready(session, reviewer)
        member = await decision.approve(session, reviewer, application.id, application.version)
        await move(session, member, by)
        number = member.number
    assert by.account_id is not None
    await portal.sign_in(by.account_id)
    page = (await portal.get("/apply")).text
    assert re.findall(r'class="notice__title">([^<]*)<', page) == [title]
    assert f'href="/members/{number}"' in page
