"""`portal member …`: an operator moves a standing."""

import asyncio
import os
import sys
from datetime import timedelta

from sqlalchemy import select

from app.audit.models import AuditEvent
from app.core import clock
from app.core.config import ROOT
from app.mail.models import Mail
from app.members.models import Member, Standing
from tests.factories.members import make_member
from tests.portal import Portal


async def command(portal: Portal, *words: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app.cli", "member", *words,
        cwd=ROOT, env={**os.environ, "DATABASE_URL": portal.url},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode().strip()


async def test_an_operator_suspends_reinstates_and_expels(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
    until = clock.today() + timedelta(days=30)

    done = await command(
        portal, "suspend", member.number, "--because", "Quảng cáo sai.", "--until", str(until)
    )
    assert done == (0, f"{member.number} is suspended to the end of {until}")
    done = await command(portal, "reinstate", member.number, "--because", "Đã cải chính.")
    assert done == (0, f"{member.number} is in good standing")
    done = await command(
        portal, "expel", member.number, "--because", "Bán hàng giả.", "--months", "12"
    )
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


async def test_a_refusal_is_a_sentence(portal: Portal) -> None:
    code, said = await command(
        portal, "expel", "DTA-26-00001-1", "--because", "?", "--months", "12"
    )
    assert (code, said.startswith("Refused: "), "Traceback" in said) == (1, True, False)
