"""Two at once about one disputed channel, on two connections: one outcome, whatever the order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels import service
from app.channels.methods import Finding
from app.channels.models import Channel, ChannelDispute, ChannelProof, ProofStatus, Verdict
from app.channels.service import disputes
from app.core import clock
from app.core.db import Database
from app.core.errors import PortalError
from app.core.viewer import Viewer
from app.mail.models import Mail
from tests import databases
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.factories.disputes import Disputed, dispute_of, make_disputed

FOUND = Finding(None)
Act = Callable[[AsyncSession], Awaitable[object]]


@pytest.fixture
async def committed() -> AsyncIterator[Database]:
    async with databases.database() as chosen:
        yield chosen


async def at_once(committed: Database, *acts: Act) -> list[str]:
    """Do all at once, each in a transaction of its own. Returns: what each came to."""

    async def do(act: Act) -> str:
        try:
            async with committed.write() as session:
                await act(session)
        except PortalError as refused:
            return type(refused).__name__
        return "done"

    return list(await asyncio.gather(*(do(act) for act in acts)))


async def staff(session: AsyncSession) -> Viewer:
    return viewer_of(await make_account(session, roles=("reviewer",)), "reviewer")


async def outcome(committed: Database) -> tuple[list[Verdict | None], int, int]:
    """How the claims ended, how many accounts hold the channel, and how many letters went out."""
    async with committed.read() as session:
        verdicts = await session.scalars(select(ChannelDispute.verdict).order_by(ChannelDispute.id))
        held = await session.scalar(
            select(func.count())
            .select_from(Channel)
            .where(
                Channel.proven_at.is_not(None),
                Channel.lost_at.is_(None),
                Channel.removed_at.is_(None),
            )
        )
        mails = await session.scalar(select(func.count()).where(Mail.subject.contains("longer d")))
        return list(verdicts), held or 0, mails or 0


async def disputed(committed: Database, claimants: int = 1) -> Disputed:
    async with committed.write() as session:
        return await make_disputed(session, claimants=claimants)


async def test_two_who_decide_at_once_leave_one_decision(committed: Database) -> None:
    it = await disputed(committed)
    async with committed.write() as session:
        one, other = await staff(session), await staff(session)
        row = await dispute_of(session, it.claim.id)

    def decide(by: Viewer, winner: Channel) -> Act:
        return lambda session: disputes.decide(
            session, by, row.id, row.version, winner=winner.id, because="Why."
        )

    with clock.at(clock.now() + timedelta(days=8)):
        done = await at_once(committed, decide(one, it.held), decide(other, it.claim))
    assert sorted(done) == ["Stale", "done"]
    winner = (Verdict.HOLDER, Verdict.CLAIMANT)[done.index("done")]
    assert await outcome(committed) == ([winner], 1, 2)


async def test_both_sides_giving_way_at_once_leave_one_holder(committed: Database) -> None:
    it = await disputed(committed)

    def give_way(by: Viewer, channel: Channel) -> Act:
        return lambda session: disputes.give_way(session, by, channel.id, channel.version)

    done = await at_once(
        committed,
        give_way(viewer_of(it.holder), it.held),
        give_way(viewer_of(it.claimant), it.claim),
    )
    assert done.count("done") == 1
    assert await outcome(committed) == ([Verdict.WITHDRAWN], 1, 1)


async def test_a_channel_removed_while_it_is_decided_is_in_one_state(committed: Database) -> None:
    it = await disputed(committed)
    async with committed.write() as session:
        by = await staff(session)
        row = await dispute_of(session, it.claim.id)
    with clock.at(clock.now() + timedelta(days=8)):
        done = await at_once(
            committed,
            lambda s: disputes.decide(
                s, by, row.id, row.version, winner=it.claim.id, because="Why."
            ),
            lambda s: service.remove(s, viewer_of(it.claimant), it.claim.id, it.claim.version),
        )
    verdicts, held, _mails = await outcome(committed)
    if done[0] == "done":  # the owner then sees that it changed, and may remove it afterwards
        assert (done[1], verdicts, held) == ("Stale", [Verdict.CLAIMANT], 1)
    else:
        assert (done, verdicts, held) == (["Stale", "done"], [Verdict.WITHDRAWN], 1)


async def test_what_is_said_while_it_is_decided_is_said_before_or_refused(
    committed: Database,
) -> None:
    it = await disputed(committed, claimants=2)
    async with committed.write() as session:
        by = await staff(session)
        row = await dispute_of(session, it.claim.id)
    with clock.at(clock.now() + timedelta(days=8)):
        done = await at_once(
            committed,
            lambda s: disputes.say(s, viewer_of(it.holder), it.held.id, "Mine."),
            lambda s: disputes.decide(
                s, by, row.id, row.version, winner=it.held.id, because="Why."
            ),
            lambda s: disputes.say(s, viewer_of(it.claimant), it.claim.id, "Mine."),
            lambda s: disputes.say_as_staff(s, by, row.id, it.claim.id, "Since when?"),
        )
    assert done[1] == "done"
    assert set(done) <= {"done", "Conflict"}
    assert (await outcome(committed))[:2] == ([Verdict.HOLDER, Verdict.HOLDER], 1)


async def test_claims_seen_at_once_share_one_thread_of_the_holder(committed: Database) -> None:
    async with committed.write() as session:
        first = await make_channel(session, link="tiktok.com/@zugleich")
        await make_proof(session, first, seen=True)
        proofs = [
            (await make_proof(session, await make_channel(session, link=first.url))).id
            for _ in range(3)
        ]

    def see(proof_id: object) -> Act:
        return lambda session: service.record(session, proof_id, FOUND)  # type: ignore[arg-type]

    assert await at_once(committed, *(see(one) for one in proofs)) == ["done"] * 3
    async with committed.read() as session:
        cases = await session.scalars(select(ChannelDispute.holder_case_id).distinct())
        assert len(cases.all()) == 1
        told = await session.scalar(
            select(func.count()).select_from(Mail).where(Mail.account_id == first.account_id)
        )
        assert told == 1
        waiting = await session.scalar(
            select(func.count())
            .select_from(ChannelProof)
            .where(ChannelProof.status == ProofStatus.PENDING)
        )
        assert waiting == 3
