"""The history of an account goes by what entries say, whatever columns beside them were made to."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.db import Database
from app.trustlog import service
from app.trustlog.models import Kind
from app.trustlog.policy.entries import Event
from app.trustlog.queries import history
from tests.trustlog.test_restored import tamper


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("kind = 'membership.renewed'", (Kind.CHANNEL_LOST, "a", "b")),
        ("at = at - interval '1 year'", (Kind.CHANNEL_LOST, "a", "b")),
        ("subject = :other", None),
        (
            "openings = jsonb_set(openings, '{channel,1}', '\"z\"')",
            (Kind.CHANNEL_LOST, None, "b"),
        ),
    ],
)
async def test_columns_that_were_changed_change_nothing(
    log: Database, change: str, seen: tuple[Kind, str | None, str] | None
) -> None:
    account, other = uuid4(), uuid4()
    hidden = {"channel": "a", "handle": "b"}
    async with log.write() as session:
        await service.append(session, Event(Kind.CHANNEL_LOST, account, hidden=hidden))
        name = await service.subject_of(session, other)
    async with log.read() as session:
        [before] = await history.of_account(session, account)
    change = change.replace(":other", f"'{name}'")
    await tamper(log, f"UPDATE log_entries SET {change}")  # noqa: S608 - a test's
    async with log.read() as session:
        found = await history.of_account(session, account)
        assert await history.of_account(session, other) == ()
        assert await session.scalar(text("SELECT count(*) FROM log_entries")) == 1
    told = [(one.kind, one.value("channel"), one.value("handle")) for one in found]
    assert told == ([] if seen is None else [seen])
    assert [one.at for one in found] == ([] if seen is None else [before.at])
