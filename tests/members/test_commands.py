"""`portal member …`: an operator moves a standing."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.core import clock
from app.mail.models import Mail
from app.members.models import Member, Standing
from tests.commands import Commands
from tests.factories.members import make_member
from tests.portal import Portal

Typed = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def command(portal: Portal, portal_command: Commands) -> Typed:
    """`portal member …` on the portal's database."""
    return partial(portal_command, "member", DATABASE_URL=portal.url)


async def test_an_operator_suspends_reinstates_and_expels(portal: Portal, command: Typed) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
    until = clock.today() + timedelta(days=30)

    done = await command(
        "suspend", member.number, "--because", "Quảng cáo sai.", "--until", str(until)
    )
    assert done == (0, f"{member.number} is suspended to the end of {until}")
    done = await command("reinstate", member.number, "--because", "Đã cải chính.")
    assert done == (0, f"{member.number} is in good standing")
    done = await command("expel", member.number, "--because", "Bán hàng giả.", "--months", "12")
    assert done[0] == 0

    async with portal.transaction() as session:
        assert (await session.get_one(Member, member.id)).standing is Standing.EXPELLED
        events = await session.scalars(
            select(AuditEvent).where(AuditEvent.action == "member.moved").order_by(AuditEvent.id)
        )
        told = [(e.after, e.because, e.actor_name.startswith("command line (")) for e in events]
        mails = list(await session.scalars(select(Mail.account_id)))
    assert told == [
        ("suspended", "Quảng cáo sai.", True),
        ("active", "Đã cải chính.", True),
        ("expelled", "Bán hàng giả.", True),
    ]
    assert mails == [member.account_id] * 3


async def test_a_refusal_is_a_sentence(portal: Portal, command: Typed) -> None:
    code, said = await command("expel", "DTA-26-00001-1", "--because", "?", "--months", "12")
    assert (code, said.startswith("Refused: "), "Traceback" in said) == (1, True, False)
