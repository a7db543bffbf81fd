"""An installation that is older than the log: what has no entry gets one, once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels import service as channels
from app.commands.record import FIRST, PARTS
from app.core import clock
from app.core.viewer import Viewer
from app.members import service as members
from app.trustlog import service as log
from app.trustlog.models import Kind, LogEntry
from tests.commands import Commands
from tests.directory.secrets_of_a_member import make_member_with_secrets
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.factories.conduct import make_code, make_signature
from tests.factories.members import OPERATOR, make_member
from tests.portal import Portal
from tests.trustlog.entries import hidden, told

DAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


async def catch_up(session: AsyncSession, batch: int = 500) -> list[int]:
    """How many entries each part of the command wrote."""
    written = []
    for _name, part in PARTS:
        total, after = 0, FIRST
        while True:
            count, last = await part(session, after, batch)
            total += count
            if last is None:
                break
            after = last
        written.append(total)
    return written


async def make_older(session: AsyncSession) -> tuple[UUID, list[tuple[str, dict[str, str | None]]]]:
    """Somebody with a signature, two channels and a suspension, and what the log said of them."""
    with clock.at(DAY):
        await make_code(session)
        account = await make_account(session)
        await make_signature(session, viewer_of(account))
        for link in ("https://www.tiktok.com/@mot", "https://www.tiktok.com/@hai"):
            channel = await make_channel(session, account=account, link=link)
            await make_proof(session, channel, seen=True)
        await make_member(session, account_id=account.id)
    with clock.at(DAY + timedelta(days=3)):
        member = await members.take(session, await _number(session, account.id))
        until = clock.today() + timedelta(days=30)
        await members.suspend(session, OPERATOR, member.number, until, "Quảng cáo sai.")
    said = [(one.kind.value, hidden(one)) for one in await told(session, account.id)]
    return account.id, said


async def _number(session: AsyncSession, account_id: UUID) -> str:
    return str(
        await session.scalar(
            text("SELECT number FROM members WHERE account_id = :id"), {"id": account_id}
        )
    )


async def forget_the_log(session: AsyncSession) -> None:
    """Be as before there was one. Triggers forbid it; a database before them has none."""
    await session.execute(text("ALTER TABLE log_entries DISABLE TRIGGER USER"))
    await session.execute(text("DELETE FROM log_entries"))
    await session.execute(text("DELETE FROM log_subjects"))
    await session.execute(text("ALTER TABLE log_entries ENABLE TRIGGER USER"))
    session.expunge_all()


@pytest.mark.parametrize("batch", [1, 500])
async def test_what_lacks_an_entry_gets_the_one_that_it_would_have_had(
    session: AsyncSession, batch: int
) -> None:
    account_id, said = await make_older(session)
    await forget_the_log(session)
    assert await catch_up(session, batch) == [1, 1, 2, 2]
    now = await told(session, account_id)
    assert [(one.kind.value, hidden(one)) for one in now] == said
    assert [one.happened_at.date() for one in now] == [
        *[DAY.date()] * 4,
        (DAY + timedelta(days=3)).date(),
    ]
    for one in now:
        assert one.at - one.happened_at > timedelta(days=100)
        assert "happened_at" in one.facts


async def test_to_run_it_again_writes_nothing(session: AsyncSession) -> None:
    await make_older(session)
    assert await catch_up(session) == [0, 0, 0, 0]
    await forget_the_log(session)
    await catch_up(session)
    assert await catch_up(session, 1) == [0, 0, 0, 0]


async def test_it_goes_on_where_it_was_stopped(session: AsyncSession) -> None:
    account_id, said = await make_older(session)
    await forget_the_log(session)
    name, part = PARTS[3]
    assert name == "moves of standings"
    assert (await part(session, FIRST, 1))[0] == 1
    assert await catch_up(session) == [1, 1, 2, 1]
    assert len(await told(session, account_id)) == len(said)


async def test_nothing_is_written_of_who_was_erased(session: AsyncSession) -> None:
    account_id, _said = await make_older(session)
    await log.forget(session, Viewer(account_id=account_id), account_id)
    assert await catch_up(session) == [0, 0, 0, 0]
    assert await told(session, account_id) == []


async def test_channels_that_are_proven_no_longer_are_left(session: AsyncSession) -> None:
    account = await make_account(session)
    channel = await make_channel(session, account=account)
    await make_proof(session, channel, seen=True)
    await channels.remove(session, viewer_of(account), channel.id, channel.version)
    await forget_the_log(session)
    assert (await catch_up(session))[2] == 0


async def test_a_version_that_changed_before_anybody_signed_it_is_told_as_it_is(
    session: AsyncSession,
) -> None:
    content = await make_code(session)
    await forget_the_log(session)
    assert (await catch_up(session))[0] == 1
    [body] = await session.scalars(
        select(LogEntry.body).where(LogEntry.kind == Kind.CODE_PUBLISHED)
    )
    assert content.digest().encode() in body
    assert b'"happened_at"' in body


async def test_no_entry_that_was_caught_up_names_anybody(session: AsyncSession) -> None:
    secrets = await make_member_with_secrets(session)
    await forget_the_log(session)
    assert sum(await catch_up(session)) > 0
    for row in await session.scalars(select(LogEntry)):
        assert secrets.in_text(row.body.decode()) == []


async def test_an_operator_lets_the_log_catch_up(portal: Portal, portal_command: Commands) -> None:
    async with portal.transaction() as session:
        await make_older(session)
        await forget_the_log(session)
    said = (
        "written for {} versions of the code, {} signatures, {} proven channels,"
        " {} moves of standings"
    )
    for counts in ((1, 1, 2, 2), (0, 0, 0, 0)):
        done = await portal_command("log", "catch-up", "--batch", "1", DATABASE_URL=portal.url)
        assert done == (0, said.format(*counts))
