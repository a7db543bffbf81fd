"""A channel proven or lost is one entry of the log, by whatever way it came about."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.channels import service
from app.channels.methods import Finding
from app.channels.models import Channel, ChannelProof, ProofStatus
from app.channels.policy.proofs import MOVES, Party
from app.channels.service import disputes, keeping, merging
from app.channels.service.proofs import set_proof
from app.channels.service.settle import see_anew
from app.core import clock
from tests.channels.disputing import decide, lose, reviewer
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.factories.disputes import make_disputed
from tests.trustlog.entries import hidden, kinds, told

ID = "UC" + "a" * 21 + "A"
LINK = "https://www.tiktok.com/@bepsuong"


async def make_proven(
    session: AsyncSession, account: Account | None = None, link: str = LINK
) -> tuple[Channel, ChannelProof]:
    channel = await make_channel(session, account=account, link=link)
    return channel, await make_proof(session, channel, seen=True)


async def channel_told(session: AsyncSession, account_id: UUID) -> list[tuple[str, str | None]]:
    """Kind and reason of each entry."""
    return [
        (one.kind.value, one.value("reason")) for one in await told(session, account_id, "channel.")
    ]


async def test_what_is_told_of_a_proof_stands_behind_commitments(session: AsyncSession) -> None:
    channel, proof = await make_proven(session)
    [entry] = await told(session, channel.account_id)
    assert (entry.kind, dict(entry.facts)) == ("channel.proven", {})
    assert hidden(entry) == {
        "address": LINK,
        "channel": str(channel.id),
        "method": "page_code",
        "platform": "tiktok",
        "proof": str(proof.id),
    }


async def test_a_proof_not_seen_lately_that_comes_back_is_no_event(session: AsyncSession) -> None:
    channel, proof = await make_proven(session)
    staff = await reviewer(session)
    for new in (ProofStatus.STALE, ProofStatus.PROVEN, ProofStatus.STALE):
        proof.failures, proof.failing_since = 1, clock.now()
        await set_proof(session, channel, proof, new, party=Party.PORTAL, by=staff)
    await see_anew(session, staff, channel.id, channel.version, "Thấy trên trang.")
    assert await kinds(session, channel.account_id) == ["channel.proven"]


async def test_what_never_was_proven_leaves_no_entry(session: AsyncSession) -> None:
    channel = await make_channel(session)
    await make_proof(session, channel)
    staff = await reviewer(session)
    await service.refuse(session, staff, channel.id, channel.version, "Không thấy mã.")
    await make_proof(session, channel, "staff")
    owner = viewer_of(await session.get_one(Account, channel.account_id))
    await service.remove(session, owner, channel.id, channel.version)
    assert await kinds(session, channel.account_id) == []


@pytest.mark.parametrize("party", sorted(MOVES[ProofStatus.PENDING, ProofStatus.PROVEN]))
async def test_whoever_proves_a_channel_it_is_one_entry(
    session: AsyncSession, party: Party
) -> None:
    channel = await make_channel(session)
    proof = await make_proof(session, channel)
    by = await reviewer(session)
    await set_proof(session, channel, proof, ProofStatus.PROVEN, party=party, by=by)
    assert await kinds(session, channel.account_id) == ["channel.proven"]


LOSSES = [
    (old, party)
    for old in (ProofStatus.PROVEN, ProofStatus.STALE)
    for party in sorted(MOVES[old, ProofStatus.LOST])
]


@pytest.mark.parametrize(("old", "party"), LOSSES)
async def test_whoever_ends_a_proof_it_is_one_entry(
    session: AsyncSession, old: ProofStatus, party: Party
) -> None:
    channel, proof = await make_proven(session)
    by = await reviewer(session)
    if old is ProofStatus.STALE:
        proof.failures, proof.failing_since = 1, clock.now()
        await set_proof(session, channel, proof, old, party=Party.PORTAL, by=by)
    await set_proof(session, channel, proof, ProofStatus.LOST, party=party, by=by, failure="gone")
    assert await channel_told(session, channel.account_id) == [
        ("channel.proven", None),
        ("channel.lost", "gone"),
    ]


async def test_the_words_of_staff_are_not_in_the_log(session: AsyncSession) -> None:
    channel, _proof = await make_proven(session)
    staff = await reviewer(session)
    await service.take_away(session, staff, channel.id, channel.version, "Chủ kênh đã đổi.")
    entries = await told(session, channel.account_id)
    assert hidden(entries[-1], "reason", "address") == {"reason": "taken_away", "address": LINK}
    assert "Chủ kênh" not in str(entries)


async def test_a_channel_that_is_proven_anew_says_so_again(session: AsyncSession) -> None:
    channel, _proof = await make_proven(session)
    await lose(session, channel)
    again = await make_proof(session, channel, seen=True)
    entries = await told(session, channel.account_id)
    assert [one.kind.value for one in entries] == [
        "channel.proven", "channel.lost", "channel.proven",
    ]  # fmt: skip
    assert entries[-1].value("proof") == str(again.id)
    assert len({one.value("channel") for one in entries}) == 1


async def test_a_name_that_moved_to_another_is_a_loss_with_its_reason(
    session: AsyncSession,
) -> None:
    channel, proof = await make_proven(session)
    proof.evidence, channel.stable_id = {}, "7001"
    await session.flush()
    for days in (7, 8, 10, 15):
        with clock.at(clock.now() + timedelta(days=days)):
            await keeping.note(session, proof.id, Finding(None, stable_id="9009"))
    assert await channel_told(session, channel.account_id) == [
        ("channel.proven", None),
        ("channel.lost", "other_id"),
    ]


async def test_who_takes_a_proven_channel_off_loses_it(session: AsyncSession) -> None:
    account = await make_account(session)
    channel, _proof = await make_proven(session, account)
    await service.remove(session, viewer_of(account), channel.id, channel.version)
    assert await channel_told(session, account.id) == [
        ("channel.proven", None),
        ("channel.lost", "removed"),
    ]


async def test_a_channel_that_was_lost_before_is_not_lost_again_when_taken_off(
    session: AsyncSession,
) -> None:
    account = await make_account(session)
    channel, _proof = await make_proven(session, account)
    await lose(session, channel)
    await service.remove(session, viewer_of(account), channel.id, channel.version)
    assert await kinds(session, account.id) == ["channel.proven", "channel.lost"]


async def test_of_two_proven_rows_made_one_the_other_is_lost(session: AsyncSession) -> None:
    account = await make_account(session)
    named, _proof = await make_proven(session, account, "youtube.com/@bepnha")
    by_id, _other = await make_proven(session, account, f"youtube.com/channel/{ID}")
    by_id.stable_id = ID
    named.lost_at, named.stable_id = clock.now(), ID  # so that the database lets both have the id
    await session.flush()
    staff = await reviewer(session)
    seen = named.version, by_id.version
    kept = await merging.merge(session, staff, (named.id, by_id.id), seen, "Cùng một kênh.")
    assert kept == by_id.id
    last = (await told(session, account.id))[-1]
    assert hidden(last, "reason", "channel") == {"reason": "merged", "channel": str(named.id)}
    assert await kinds(session, account.id) == ["channel.proven", "channel.proven", "channel.lost"]


async def test_a_row_that_was_not_proven_goes_without_an_entry(session: AsyncSession) -> None:
    account = await make_account(session)
    named = await make_channel(session, account=account, link="youtube.com/@bepnha")
    proof = await make_proof(session, named)
    await service.record(session, proof.id, Finding(None, stable_id=ID))
    by_id = await make_channel(session, account=account, link=f"youtube.com/channel/{ID}")
    second = await make_proof(session, by_id)
    await service.record(session, second.id, Finding(None, stable_id=ID))
    staff = await reviewer(session)
    seen = named.version, by_id.version
    await merging.merge(session, staff, (named.id, by_id.id), seen, "Cùng một kênh.")
    assert await kinds(session, account.id) == ["channel.proven"]


async def test_a_dispute_decided_for_the_claimant_is_an_entry_of_each(
    session: AsyncSession,
) -> None:
    it = await make_disputed(session)
    assert await kinds(session, it.claimant.id) == []
    await decide(session, it, it.claim.id)
    assert await channel_told(session, it.holder.id) == [
        ("channel.proven", None),
        ("channel.lost", "decided"),
    ]
    assert await channel_told(session, it.claimant.id) == [("channel.proven", None)]


async def test_a_dispute_decided_for_the_holder_is_no_entry(session: AsyncSession) -> None:
    it = await make_disputed(session)
    await decide(session, it, it.held.id)
    assert await kinds(session, it.holder.id) == ["channel.proven"]
    assert await kinds(session, it.claimant.id) == []


@pytest.mark.parametrize("way", ["gave_way", "removed"])
async def test_a_holder_who_gives_a_disputed_channel_up_loses_it_to_the_other(
    session: AsyncSession, way: str
) -> None:
    it = await make_disputed(session)
    act = disputes.give_way if way == "gave_way" else service.remove
    await act(session, viewer_of(it.holder), it.held.id, it.held.version)
    assert await channel_told(session, it.holder.id) == [
        ("channel.proven", None),
        ("channel.lost", way),
    ]
    assert await kinds(session, it.claimant.id) == ["channel.proven"]


async def test_a_channel_that_got_another_name_is_still_the_one_that_was_proven(
    session: AsyncSession,
) -> None:
    channel, proof = await make_proven(session)
    found = Finding(None, stable_id="7001", handle="bepmoi", url="https://www.tiktok.com/@bepmoi")
    await keeping.note(session, proof.id, found)
    assert channel.url == "https://www.tiktok.com/@bepmoi"
    [entry] = await told(session, channel.account_id)
    assert hidden(entry, "address", "channel") == {"address": LINK, "channel": str(channel.id)}
    assert await session.scalar(select(Channel.id).where(Channel.id == channel.id)) is not None
