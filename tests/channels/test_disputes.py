"""Disputes: how they begin, who is heard, who decides, and what becomes of each side."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.audit.models import AuditEvent
from app.cases import queries as cases
from app.channels import queries, service
from app.channels.methods import Finding
from app.channels.models import ChannelDispute, ChannelProof, ProofStatus, Verdict
from app.channels.policy.disputes import End
from app.channels.queries import disputes as disputed
from app.channels.service import disputes
from app.core import clock
from app.core.crypto import uuid7
from app.core.errors import Conflict, Missing, NotAllowed, Refused, Stale
from app.core.viewer import Viewer
from app.mail.models import Mail
from tests.channels.disputing import LATER, decide, end, lose, reviewer, state, subjects
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.factories.disputes import dispute_of, make_disputed

# How it begins


async def test_both_sides_are_told_at_once_in_the_same_words(session: AsyncSession) -> None:
    it = await make_disputed(session)
    row = await dispute_of(session, it.claim.id)
    assert row.holder_case_id != row.claimant_case_id
    assert row.answers_until - row.opened_at == timedelta(days=7)
    assert it.held.disputed_since == row.opened_at
    assert it.claim.disputed_since is None
    assert (await state(session, it.held), await state(session, it.claim)) == ("proven", "pending")
    name = f"@{it.held.handle}"
    told = [f"Whose is the channel {name}? Tell us what speaks for you"]
    assert await subjects(session, it.held) == await subjects(session, it.claim) == told
    mails = (await session.scalars(select(Mail.body).order_by(Mail.id))).all()
    assert "your proof stays" in mails[0]
    assert "your proof does not count yet" in mails[1]


async def test_the_holders_proof_is_looked_for_at_once(session: AsyncSession) -> None:
    it = await make_disputed(session)
    due = await session.scalar(
        select(ChannelProof.next_check_at).where(ChannelProof.channel_id == it.held.id)
    )
    assert due is not None
    assert due <= clock.now()


async def test_a_channel_with_the_same_id_is_disputed_under_another_name(
    session: AsyncSession,
) -> None:
    first = await make_channel(session, link="youtube.com/@bepnha")
    proof = await make_proof(session, first)
    await service.record(session, proof.id, Finding(None, stable_id="UC" + "a" * 21 + "A"))
    second = await make_channel(session, link="youtube.com/channel/UC" + "a" * 21 + "A")
    await make_proof(session, second, seen=True)
    row = await dispute_of(session, second.id)
    assert row.holder_channel_id == first.id


async def test_a_holder_of_several_claims_is_told_of_the_first_alone(session: AsyncSession) -> None:
    it = await make_disputed(session)
    before = await disputed.own_dispute(session, it.held.id)
    version = it.held.version
    with clock.at(clock.now() + timedelta(days=3)):
        third = await make_channel(session, link=it.held.url)
        await make_proof(session, third, seen=True)
    await session.refresh(it.held)
    assert await disputed.own_dispute(session, it.held.id) == before
    assert it.held.version == version
    assert len(await subjects(session, it.held)) == 1
    rows = (await session.scalars(select(ChannelDispute).order_by(ChannelDispute.id))).all()
    assert rows[0].holder_case_id == rows[1].holder_case_id
    assert rows[0].answers_until == rows[1].answers_until  # staff wait for the newcomer
    first = await disputed.own_dispute(session, it.claim.id)
    assert first is not None
    assert first.answers_until == first.opened_at + timedelta(days=7)  # and nobody sees that


async def test_who_lost_is_looked_at_by_staff_before_others_are_asked_anew(
    session: AsyncSession,
) -> None:
    it = await make_disputed(session)
    await decide(session, it, it.held.id)
    proof = await make_proof(session, it.claim, seen=True)
    assert (proof.status, proof.failure) == (ProofStatus.PENDING, "with_staff")
    assert not await disputed.is_disputed(session, it.claim.id)
    found = await queries.waiting_for_staff(session, uuid7())
    assert [(row.channel_id, row.why.value) for row in found.rows] == [(it.claim.id, "contested")]
    assert len(await subjects(session, it.held)) == 2  # begun, ended; nothing new
    by = await reviewer(session)
    await disputes.hear_both(session, by, it.claim.id, it.claim.version)
    assert await disputed.is_disputed(session, it.claim.id)
    with pytest.raises(Conflict, match="heard already"):
        await disputes.hear_both(session, by, it.claim.id, it.claim.version)


async def test_ninety_days_after_an_end_one_is_heard_anew(session: AsyncSession) -> None:
    it = await make_disputed(session)
    await decide(session, it, it.held.id)
    with clock.at(clock.now() + LATER + timedelta(days=90)):
        await make_proof(session, it.claim, seen=True)
        assert await disputed.is_disputed(session, it.claim.id)


async def test_nobody_proves_a_disputed_channel_past_the_dispute(session: AsyncSession) -> None:
    """Also when its holder has lost the proof meanwhile: a further account joins."""
    it = await make_disputed(session)
    await lose(session, it.held)
    third = await make_channel(session, link=it.held.url)
    proof = await make_proof(session, third, seen=True)
    assert proof.status is ProofStatus.PENDING
    assert (await dispute_of(session, third.id)).holder_channel_id == it.held.id


# Being heard


async def test_each_side_reads_its_own_thread_and_staff_read_both(session: AsyncSession) -> None:
    it = await make_disputed(session)
    await disputes.say(session, viewer_of(it.holder), it.held.id, "Mine since 2019.")
    await disputes.say(session, viewer_of(it.claimant), it.claim.id, "I bought it.")
    by = await reviewer(session)
    row = await dispute_of(session, it.claim.id)
    await disputes.say_as_staff(session, by, row.id, it.claim.id, "From whom?")
    await disputes.say_as_staff(session, by, row.id, it.held.id, "See Đòi0.", internal=True)

    async def said(case_id: UUID, *, staff: bool) -> list[str]:
        return [s.words for s in await cases.thread(session, case_id, staff=staff) if s.words]

    assert await said(row.holder_case_id, staff=False) == ["Mine since 2019."]
    assert await said(row.claimant_case_id, staff=False) == ["I bought it.", "From whom?"]
    assert await said(row.holder_case_id, staff=True) == ["Mine since 2019.", "See Đòi0."]
    assert (await subjects(session, it.claim))[1:] == [
        f"A question about the channel @{it.held.handle}"
    ]
    assert len(await subjects(session, it.held)) == 1


async def test_to_speak_moves_nothing_that_the_other_side_could_see(session: AsyncSession) -> None:
    it = await make_disputed(session)

    async def seen() -> list[object]:
        for channel in (it.held, it.claim):
            await session.refresh(channel)
        return [
            (c.version, c.changed_at, await disputed.own_dispute(session, c.id))
            for c in (it.held, it.claim)
        ]

    before = await seen()
    await disputes.say(session, viewer_of(it.holder), it.held.id, "Mine.")
    await disputes.say(session, viewer_of(it.claimant), it.claim.id, "Mine.")
    assert await seen() == before


@pytest.mark.parametrize("named", ["name", "email"])
async def test_staff_cannot_tell_one_side_who_the_other_is(
    session: AsyncSession, named: str
) -> None:
    it = await make_disputed(session)
    by = await reviewer(session)
    row = await dispute_of(session, it.claim.id)
    words = it.holder.display_name.upper() if named == "name" else f"Write to {it.holder.email}."
    with pytest.raises(Refused, match="who the other is"):
        await disputes.say_as_staff(session, by, row.id, it.claim.id, words)
    await disputes.say_as_staff(session, by, row.id, it.held.id, words)  # their own is known
    with clock.at(clock.now() + LATER), pytest.raises(Refused, match="who the other is"):
        await disputes.decide(session, by, row.id, row.version, winner=None, because=words)
    assert (await dispute_of(session, it.claim.id)).verdict is None


async def test_only_a_side_speaks_and_only_while_it_is_open(session: AsyncSession) -> None:
    it = await make_disputed(session)
    stranger = viewer_of(await make_account(session))
    for by, channel in (
        (stranger, it.held),
        (viewer_of(it.holder), it.claim),
        (viewer_of(it.claimant), it.held),
    ):
        with pytest.raises(Missing):
            await disputes.say(session, by, channel.id, "Mine.")
        with pytest.raises(Missing):
            await disputes.give_way(session, by, channel.id, channel.version)
    with pytest.raises(Refused):
        await disputes.say(session, viewer_of(it.holder), it.held.id, " \n ")
    await decide(session, it, None)
    for account, channel in ((it.holder, it.held), (it.claimant, it.claim)):
        with pytest.raises(Conflict, match="not disputed"):
            await disputes.say(session, viewer_of(account), channel.id, "Mine.")
        with pytest.raises(Conflict, match="not disputed"):
            await disputes.give_way(session, viewer_of(account), channel.id, channel.version)


# The decision


@pytest.mark.parametrize("winner", ["holder", "claimant", "neither"])
async def test_staff_decide_and_every_side_is_told(session: AsyncSession, winner: str) -> None:
    it = await make_disputed(session)
    by = await reviewer(session)
    ids = {"holder": it.held.id, "claimant": it.claim.id, "neither": None}
    await decide(session, it, ids[winner], by)
    row = await dispute_of(session, it.claim.id)
    assert (row.verdict, row.decided_by) == (Verdict(winner), by.account_id)
    assert (await state(session, it.held), await state(session, it.claim)) == {
        "holder": ("proven", "unproven"),
        "claimant": ("lost", "proven"),
        "neither": ("lost", "unproven"),
    }[winner]
    assert (await end(session, it.held), await end(session, it.claim)) == {
        "holder": (End.KEPT, End.LOST),
        "claimant": (End.LOST, End.WON),
        "neither": (End.LOST, End.LOST),
    }[winner]
    assert it.held.disputed_since is None
    told = f"The channel @{it.held.handle} is no longer disputed"
    for channel in (it.held, it.claim):
        assert (await subjects(session, channel)).count(told) == 1
        actions = await session.scalars(
            select(AuditEvent.action).where(
                AuditEvent.subject_id == channel.id,
                AuditEvent.action.in_(("channel.disputed", "channel.dispute_decided")),
            )
        )
        assert sorted(actions) == ["channel.dispute_decided", "channel.disputed"]
    assert await disputed.count_open(session, uuid7()) == 0


async def test_of_several_claimants_one_wins_and_every_other_ends(session: AsyncSession) -> None:
    it = await make_disputed(session, claimants=3)
    await decide(session, it, it.claimed[1].id)
    assert [await state(session, c) for c in (it.held, *it.claimed)] == [
        "lost", "unproven", "proven", "unproven",
    ]  # fmt: skip
    assert [await end(session, c) for c in (it.held, *it.claimed)] == [
        End.LOST, End.LOST, End.WON, End.LOST,
    ]  # fmt: skip
    verdicts = await session.scalars(select(ChannelDispute.verdict).order_by(ChannelDispute.id))
    assert verdicts.all() == [Verdict.NEITHER, Verdict.CLAIMANT, Verdict.NEITHER]


async def test_it_is_decided_after_seven_days_or_once_all_have_spoken(
    session: AsyncSession,
) -> None:
    it = await make_disputed(session)
    by = await reviewer(session)
    row = await dispute_of(session, it.claim.id)

    async def try_now() -> None:
        await disputes.decide(session, by, row.id, row.version, winner=it.held.id, because="Why.")

    with pytest.raises(Conflict, match="Not every side"):
        await try_now()
    await disputes.say(session, viewer_of(it.holder), it.held.id, "Mine.")
    with pytest.raises(Conflict, match="Not every side"):
        await try_now()
    await disputes.say(session, viewer_of(it.claimant), it.claim.id, "No, mine.")
    await try_now()
    assert await end(session, it.held) is End.KEPT


@pytest.mark.parametrize("part", ["holder", "claimant", "once claimed", "auditor", "officer"])
async def test_nobody_decides_or_speaks_who_has_a_part_or_no_hat(
    session: AsyncSession, part: str
) -> None:
    it = await make_disputed(session)
    row = await dispute_of(session, it.claim.id)
    by = {
        "holder": viewer_of(it.holder, "reviewer"),
        "claimant": viewer_of(it.claimant, "administrator"),
    }.get(part) or viewer_of(await make_account(session), "reviewer")
    if part == "once claimed":
        mine = await make_channel(session, account=await _account(session, by), link=it.held.url)
        await service.remove(session, by, mine.id, mine.version)
    if part in ("auditor", "officer"):
        by = viewer_of(await make_account(session), part)
    with clock.at(clock.now() + LATER), pytest.raises(NotAllowed):
        await disputes.decide(
            session, by, row.id, row.version, winner=it.claim.id, because="It is mine."
        )
    with pytest.raises(NotAllowed):
        await disputes.say_as_staff(session, by, row.id, it.claim.id, "Hello.")
    if part == "auditor":
        await disputes.open_dispute(session, by, row.id)
    else:
        with pytest.raises(NotAllowed):
            await disputes.open_dispute(session, by, row.id)
    assert (await dispute_of(session, it.claim.id)).verdict is None


async def _account(session: AsyncSession, by: Viewer) -> Account:
    return await session.get_one(Account, by.own_id)


async def test_a_page_that_is_out_of_date_decides_nothing(session: AsyncSession) -> None:
    it = await make_disputed(session)
    by = await reviewer(session)
    row = await dispute_of(session, it.claim.id)
    seen = row.version
    third = await make_channel(session, link=it.held.url)
    await make_proof(session, third, seen=True)  # somebody joined since
    with clock.at(clock.now() + LATER):
        with pytest.raises(Stale) as stale:
            await disputes.decide(session, by, row.id, seen, winner=it.held.id, because="Why.")
        assert stale.value.changed == {"The dispute": "Open"}
        with pytest.raises(Refused, match="Choose one"):
            await disputes.decide(session, by, row.id, row.version, winner=uuid7(), because="Why.")
    await decide(session, it, None)
    with pytest.raises(Stale) as stale:
        await disputes.decide(session, by, row.id, row.version, winner=None, because="Why.")
    assert stale.value.changed == {"The dispute": "Decided"}
    with pytest.raises(Missing):
        await disputes.decide(session, by, uuid7(), 1, winner=None, because="Why.")
