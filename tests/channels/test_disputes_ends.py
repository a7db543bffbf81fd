"""Disputes: giving way, and what else may end one or must not."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.audit.models import AuditEvent
from app.channels import queries, service
from app.channels.methods import Finding
from app.channels.models import ChannelDispute, ProofStatus, Verdict
from app.channels.policy.disputes import End
from app.channels.queries import disputes as disputed
from app.channels.service import disputes
from app.core import clock
from app.core.crypto import uuid7
from app.core.errors import NotAllowed, Refused
from app.mail.models import Mail
from app.members import service as members
from tests.channels.disputing import LATER, decide, end, lose, reviewer, state, subjects
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.factories.disputes import dispute_of, make_disputed
from tests.factories.members import OPERATOR, make_member


async def test_a_claimant_gives_way_and_the_holder_keeps_the_channel(session: AsyncSession) -> None:
    it = await make_disputed(session)
    await disputes.give_way(session, viewer_of(it.claimant), it.claim.id, it.claim.version)
    await session.refresh(it.held)
    assert (await state(session, it.held), await state(session, it.claim)) == ("proven", "unproven")
    assert (await end(session, it.held), await end(session, it.claim)) == (End.KEPT, End.LEFT)
    assert it.held.disputed_since is None
    assert len(await subjects(session, it.held)) == 2
    assert len(await subjects(session, it.claim)) == 1  # one's own act is no news


async def test_a_holder_gives_way_and_a_single_claimant_has_the_channel(
    session: AsyncSession,
) -> None:
    it = await make_disputed(session)
    await disputes.give_way(session, viewer_of(it.holder), it.held.id, it.held.version)
    for channel in (it.held, it.claim):
        await session.refresh(channel)
    assert (await state(session, it.held), await state(session, it.claim)) == ("lost", "proven")
    assert (await end(session, it.held), await end(session, it.claim)) == (End.LEFT, End.WON)
    moved = await session.execute(
        select(AuditEvent.actor_id, AuditEvent.actor_name).where(
            AuditEvent.subject_id == it.claim.id, AuditEvent.after == "proven"
        )
    )
    assert moved.all() == [(None, "portal")]  # a claimant's history does not name the holder


async def test_of_several_claimants_staff_decide_when_the_holder_gives_way(
    session: AsyncSession,
) -> None:
    it = await make_disputed(session, claimants=2)
    await disputes.give_way(session, viewer_of(it.holder), it.held.id, it.held.version)
    assert [await state(session, c) for c in (it.held, *it.claimed)] == [
        "lost", "pending", "pending",
    ]  # fmt: skip
    assert await end(session, it.held) is End.LEFT
    assert await end(session, it.claim) is None
    row = await dispute_of(session, it.claim.id)
    with clock.at(clock.now() + LATER), pytest.raises(Refused, match="Choose one"):
        await disputes.decide(
            session, await reviewer(session), row.id, row.version,
            winner=it.held.id, because="Why.",
        )  # fmt: skip
    mails = len(await subjects(session, it.held))
    await decide(session, it, it.claimed[1].id)
    assert [await state(session, c) for c in it.claimed] == ["unproven", "proven"]
    assert await end(session, it.held) is End.LEFT
    assert len(await subjects(session, it.held)) == mails  # they are out of it


@pytest.mark.parametrize("side", ["holder", "claimant"])
async def test_to_remove_a_disputed_channel_is_to_give_way(
    session: AsyncSession, side: str
) -> None:
    it = await make_disputed(session)
    if side == "holder":
        await service.remove(session, viewer_of(it.holder), it.held.id, it.held.version)
    else:
        await service.remove(session, viewer_of(it.claimant), it.claim.id, it.claim.version)
    row = await dispute_of(session, it.claim.id)
    assert row.verdict is Verdict.WITHDRAWN
    left = it.claim if side == "holder" else it.held
    await session.refresh(left)
    assert await state(session, left) == "proven"
    assert left.disputed_since is None


async def test_a_proof_lost_meanwhile_decides_nothing(session: AsyncSession) -> None:
    """Who stole a channel takes its holder's code off the page: that must win them nothing."""
    it = await make_disputed(session)
    await lose(session, it.held)
    assert (await state(session, it.held), await state(session, it.claim)) == ("lost", "pending")
    assert await end(session, it.held) is None
    await decide(session, it, it.held.id)
    assert (await state(session, it.held), await state(session, it.claim)) == ("lost", "unproven")
    assert await end(session, it.held) is End.KEPT
    body = await session.scalar(
        select(Mail.body).where(Mail.account_id == it.holder.id, Mail.subject.contains("longer d"))
    )
    assert "prove the channel anew" in (body or "")
    proof = await make_proof(session, it.held, seen=True)
    assert proof.status is ProofStatus.PROVEN


async def test_a_holder_who_proves_anew_meanwhile_holds_again(session: AsyncSession) -> None:
    it = await make_disputed(session)
    await lose(session, it.held)
    proof = await make_proof(session, it.held, seen=True)
    assert proof.status is ProofStatus.PROVEN
    assert await end(session, it.held) is None
    await decide(session, it, it.claim.id)
    assert (await state(session, it.held), await state(session, it.claim)) == ("lost", "proven")


async def test_a_claim_after_a_loss_disputes_nothing(session: AsyncSession) -> None:
    first = await make_channel(session, link="tiktok.com/@freiesfeld")
    await make_proof(session, first, seen=True)
    await lose(session, first)
    second = await make_channel(session, link="tiktok.com/@freiesfeld")
    proof = await make_proof(session, second, seen=True)
    assert proof.status is ProofStatus.PROVEN
    assert await session.scalar(select(func.count()).select_from(ChannelDispute)) == 0


async def test_the_list_of_staff_leaves_out_what_is_their_own(session: AsyncSession) -> None:
    it = await make_disputed(session, claimants=2)
    other = await make_disputed(session)
    rows = (await disputed.open_disputes(session, uuid7())).rows
    assert [(row.shown, row.sides, row.heard, row.ready) for row in rows] == [
        (f"@{it.held.handle}", 3, 0, False),
        (f"@{other.held.handle}", 2, 0, False),
    ]
    await disputes.say(session, viewer_of(it.holder), it.held.id, "Mine.")
    with clock.at(clock.now() + LATER):
        rows = (await disputed.open_disputes(session, it.claimants[1].id)).rows
        assert [(row.shown, row.heard, row.ready) for row in rows] == [
            (f"@{other.held.handle}", 0, True)
        ]
        (row,) = (await disputed.open_disputes(session, other.holder.id)).rows
        assert (row.shown, row.heard, row.ready) == (f"@{it.held.handle}", 1, True)


async def test_another_name_of_the_same_channel_is_no_way_round(session: AsyncSession) -> None:
    """Neither past the rest after an end, nor for staff past their own part in it."""
    unique = "UC" + "a" * 21 + "A"
    first = await make_channel(session, link="youtube.com/@bepnha")
    proof = await make_proof(session, first)
    await service.record(session, proof.id, Finding(None, stable_id=unique))
    loser = await make_account(session)
    second = await make_channel(session, account=loser, link="youtube.com/@bepnha")
    proof = await make_proof(session, second)
    await service.record(session, proof.id, Finding(None, stable_id=unique))
    await disputes.give_way(session, viewer_of(loser), second.id, second.version)
    by_id = await make_channel(session, account=loser, link=f"youtube.com/channel/{unique}")
    again = await make_proof(session, by_id, seen=True)
    assert (again.status, again.failure) == (ProofStatus.PENDING, "with_staff")
    assert not await disputed.is_disputed(session, by_id.id)
    row = await dispute_of(session, second.id)
    third = await make_channel(session, link=f"youtube.com/channel/{unique}")
    assert await queries.is_party(session, third.account_id, first.id)
    colleague = viewer_of(await session.get_one(Account, third.account_id), "reviewer")
    with pytest.raises(NotAllowed):
        await disputes.open_dispute(session, colleague, row.id)


@pytest.mark.parametrize("expelled", ["holder", "claimant"])
async def test_expulsion_is_no_word_about_who_has_a_channel(
    session: AsyncSession, expelled: str
) -> None:
    it = await make_disputed(session)
    account = it.holder if expelled == "holder" else it.claimant
    channel = it.held if expelled == "holder" else it.claim
    member = await make_member(session, account_id=account.id)
    await members.expel(session, OPERATOR, member.number, 12, "Bán hàng giả.")
    assert await end(session, channel) is None
    await disputes.say(session, viewer_of(account), channel.id, "It is mine all the same.")
    await decide(session, it, channel.id)
    assert await end(session, channel) in (End.KEPT, End.WON)
    assert await state(session, channel) == "proven"
