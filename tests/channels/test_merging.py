"""Two rows of one account that turn out to be one channel, and staff who make one of them."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.audit.models import AuditEvent
from app.channels import queries, service
from app.channels.methods import Finding
from app.channels.models import Channel, ChannelHandle, ChannelProof, ProofStatus
from app.channels.queries import doubles
from app.channels.service import merging
from app.core.crypto import uuid7
from app.core.errors import Conflict, Missing, NotAllowed, Refused, Stale
from app.core.viewer import Viewer
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof

ID = "UC" + "a" * 21 + "A"


async def reviewer(session: AsyncSession) -> Viewer:
    return viewer_of(await make_account(session, roles=("reviewer",)), "reviewer")


async def seen(session: AsyncSession, channel: Channel, stable_id: str | None) -> ChannelProof:
    proof = await make_proof(session, channel)
    await service.record(session, proof.id, Finding(None, stable_id=stable_id))
    return proof


async def make_twins(
    session: AsyncSession, account: Account | None = None
) -> tuple[Channel, Channel, ChannelProof]:
    """A channel proven by its name, and the same by its id, seen as well."""
    account = account or await make_account(session)
    named = await make_channel(session, account=account, link="youtube.com/@bepnha")
    await seen(session, named, ID)
    by_id = await make_channel(session, account=account, link=f"youtube.com/channel/{ID}")
    proof = await seen(session, by_id, ID)
    return named, by_id, proof


async def test_a_second_row_of_one_channel_waits_for_staff(session: AsyncSession) -> None:
    named, by_id, proof = await make_twins(session)
    assert (proof.status, proof.failure) == (ProofStatus.PENDING, "same_channel")
    assert named.proven_at is not None
    assert named.stable_id == by_id.stable_id == ID
    found = await queries.waiting_for_staff(session, uuid7())
    assert [(row.channel_id, row.why.value) for row in found.rows] == [(by_id.id, "double")]
    assert [twin.id for twin in await doubles.twins(session, by_id.id)] == [named.id]
    assert [twin.id for twin in await doubles.twins(session, named.id)] == [by_id.id]


@pytest.mark.parametrize("turned", [False, True])
async def test_the_proven_one_is_kept_with_the_name_of_the_other(
    session: AsyncSession, *, turned: bool
) -> None:
    named, by_id, proof = await make_twins(session)
    by = await reviewer(session)
    pair = (by_id, named) if turned else (named, by_id)
    kept = await merging.merge(
        session, by, (pair[0].id, pair[1].id), (pair[0].version, pair[1].version), "One id."
    )
    assert kept == named.id
    for row in (named, by_id, proof):
        await session.refresh(row)
    assert (named.removed_at, named.lost_at) == (None, None)
    assert by_id.removed_at is not None
    assert (proof.status, proof.failure) == (ProofStatus.FAILED, "settled")
    names = await session.execute(
        select(ChannelHandle.channel_id, ChannelHandle.url, ChannelHandle.key)
    )
    assert names.all() == [(named.id, by_id.url, by_id.key)]
    told = await session.execute(
        select(AuditEvent.subject_id, AuditEvent.action, AuditEvent.because)
        .where(AuditEvent.action.like("channel.merged%"))
        .order_by(AuditEvent.action)
    )
    assert told.all() == [
        (named.id, "channel.merged", "One id."),
        (by_id.id, "channel.merged_away", "One id."),
    ]
    assert (await queries.waiting_for_staff(session, uuid7())).rows == ()
    assert await doubles.twins(session, named.id) == ()


async def test_names_of_before_go_over_as_well(session: AsyncSession) -> None:
    named, by_id, _proof = await make_twins(session)
    session.add(
        ChannelHandle(
            channel_id=by_id.id, url="https://www.youtube.com/@alt", key="alt", handle="alt",
            since=named.created_at, until=by_id.created_at,
        )
    )  # fmt: skip
    await session.flush()
    await merging.merge(
        session, await reviewer(session), (named.id, by_id.id), (named.version, by_id.version), "x"
    )
    rows = await session.execute(select(ChannelHandle.channel_id, ChannelHandle.key))
    assert sorted(rows.all()) == sorted([(named.id, "alt"), (named.id, by_id.key)])


async def test_a_row_without_an_id_that_was_seen_to_be_another_can_be_merged(
    session: AsyncSession,
) -> None:
    """Both are proven already, so the id could not be written down at the second."""
    account = await make_account(session)
    named = await make_channel(session, account=account, link="youtube.com/@bepnha")
    proof = await seen(session, named, None)
    by_id = await make_channel(session, account=account, link=f"youtube.com/channel/{ID}")
    await seen(session, by_id, ID)
    assert await doubles.twins(session, named.id) == ()
    proof.failure = "same_channel"
    await session.flush()
    (row,) = (await queries.waiting_for_staff(session, uuid7())).rows
    assert (row.channel_id, row.why.value) == (named.id, "double")
    kept = await merging.merge(
        session, await reviewer(session), (named.id, by_id.id), (named.version, by_id.version), "x"
    )
    assert kept == named.id  # both proven: the older
    await session.refresh(named)
    assert named.stable_id == ID
    assert (await queries.waiting_for_staff(session, uuid7())).rows == ()


async def test_only_staff_without_a_part_merge_and_only_what_is_one(session: AsyncSession) -> None:
    named, by_id, _proof = await make_twins(session)
    by = await reviewer(session)
    pair, versions = (named.id, by_id.id), (named.version, by_id.version)
    owner = await session.get_one(Account, named.account_id)
    rival = await make_account(session)
    await make_channel(session, account=rival, link=named.url)
    for other in (
        viewer_of(owner, "reviewer"),
        viewer_of(rival, "reviewer"),
        viewer_of(await make_account(session), "auditor"),
        viewer_of(await make_account(session)),
    ):
        with pytest.raises(NotAllowed):
            await merging.merge(session, other, pair, versions, "One id.")
    with pytest.raises(Stale):
        await merging.merge(session, by, pair, (versions[0], versions[1] + 1), "One id.")
    with pytest.raises(Refused):
        await merging.merge(session, by, pair, versions, "  ")
    with pytest.raises(Missing):
        await merging.merge(session, by, (named.id, uuid7()), versions, "One id.")
    apart = await make_channel(session, account=owner, link="youtube.com/@another")
    with pytest.raises(Conflict, match="not two names"):
        await merging.merge(
            session, by, (named.id, apart.id), (named.version, apart.version), "One id."
        )
    assert (named.removed_at, by_id.removed_at) == (None, None)


async def test_what_is_disputed_is_decided_first(session: AsyncSession) -> None:
    named, by_id, _proof = await make_twins(session)
    await make_proof(session, await make_channel(session, link=named.url), seen=True)
    await session.refresh(named)
    with pytest.raises(Conflict, match="Decide that first"):
        await merging.merge(
            session, await reviewer(session), (named.id, by_id.id),
            (named.version, by_id.version), "One id.",
        )  # fmt: skip


async def test_an_id_of_another_account_is_a_dispute_and_no_double(session: AsyncSession) -> None:
    named = await make_channel(session, link="youtube.com/@bepnha")
    await seen(session, named, ID)
    other = await make_channel(session, link=f"youtube.com/channel/{ID}")
    proof = await seen(session, other, ID)
    assert proof.failure == "with_staff"
    assert await doubles.twins(session, other.id) == ()


async def test_a_name_that_another_id_has_now_proves_nothing(session: AsyncSession) -> None:
    channel = await make_channel(session, link=f"youtube.com/channel/{ID}")
    proof = await seen(session, channel, "UC" + "b" * 21 + "A")
    assert (proof.status, proof.failure) == (ProofStatus.PENDING, "other_id")
    assert channel.stable_id == ID
