"""Two at once, on two connections: the database lets one win."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import select

from app.channels import service
from app.channels.methods import Finding
from app.channels.models import Channel, ChannelProof
from app.core.db import Database
from app.core.errors import PortalError, Refused
from app.core.viewer import Viewer
from tests import databases
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof


@pytest.fixture
async def committed() -> AsyncIterator[Database]:
    async with databases.database() as chosen:
        yield chosen


async def test_two_accounts_that_prove_one_channel_at_once_leave_one_holder(
    committed: Database,
) -> None:
    proofs: list[UUID] = []
    async with committed.write() as session:
        for _ in range(4):
            channel = await make_channel(session, link="@bepnha", platform="tiktok")
            proofs.append((await make_proof(session, channel)).id)

    async def find(proof_id: UUID) -> None:
        async with committed.write() as session:
            await service.record(session, proof_id, Finding(None))

    await asyncio.gather(*(find(proof_id) for proof_id in proofs))
    async with committed.read() as session:
        rows = await session.execute(
            select(ChannelProof.status, ChannelProof.failure).order_by(ChannelProof.status)
        )
        assert sorted((status.value, failure or "") for status, failure in rows) == [
            ("pending", "with_staff"), ("pending", "with_staff"), ("pending", "with_staff"),
            ("proven", ""),
        ]  # fmt: skip
        held = await session.scalars(select(Channel.id).where(Channel.proven_at.is_not(None)))
        assert len(held.all()) == 1


async def test_adding_one_channel_twice_at_once_makes_one(committed: Database) -> None:
    async with committed.write() as session:
        by = viewer_of(await make_account(session))

    async def add() -> str:
        try:
            async with committed.write() as session:
                await service.add(session, by, "@bepnha", "tiktok")
        except Refused:
            return "refused"
        return "added"

    assert sorted(await asyncio.gather(add(), add(), add())) == ["added", "refused", "refused"]


async def test_two_reviewers_who_settle_at_once_leave_one_outcome(committed: Database) -> None:
    async with committed.write() as session:
        channel = await make_channel(session)
        await make_proof(session, channel, "staff")
        staff = [
            viewer_of(await make_account(session, roles=("reviewer",)), "reviewer")
            for _ in range(2)
        ]
        seen = channel.version

    async def settle(by: Viewer, *, well: bool) -> str:
        act = service.confirm if well else service.refuse
        try:
            async with committed.write() as session:
                await act(session, by, channel.id, seen, "I looked.")
        except PortalError as refused:
            return type(refused).__name__
        return "done"

    found = await asyncio.gather(settle(staff[0], well=True), settle(staff[1], well=False))
    assert sorted(found) == ["Stale", "done"]
