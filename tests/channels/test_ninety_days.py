"""“Shown when done” 4 of issue 5: ninety days of looks at a thousand channels, with faults."""

from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.channels import jobs
from app.channels.models import (
    Channel,
    ChannelHandle,
    ChannelProof,
    Outcome,
    ProofNotice,
    ProofStatus,
)
from app.core import clock
from app.mail.models import Mail
from tests.channels import ninety_days
from tests.channels.ninety_days import DAY, DAYS, DEAD, STEP, World
from tests.portal import Portal

BEGAN = datetime(2027, 3, 1, 2, tzinfo=UTC)
END = BEGAN + DAYS * DAY


@pytest.fixture
async def world(portal: Portal) -> World:
    """The ninety days, over."""
    with clock.at(BEGAN):
        world = await ninety_days.settle_in(portal, BEGAN)
    moment, days = BEGAN, 0
    while (moment := moment + STEP) < END:
        with clock.at(moment):
            if not DEAD[0] <= moment - BEGAN < DEAD[1]:
                await world.work()
                await jobs.keep_notices(0)
                world.runs.append(moment)
            if (moment - BEGAN).days > days:
                days = (moment - BEGAN).days
                async with portal.transaction() as session:
                    stale = await ninety_days.stale_proofs(session)
                if days % 3 == 0:
                    await world.press(stale[:: max(1, len(stale) // 5)])
                await world.restore()
    return world


async def test_no_letter_twice_no_loss_before_its_time_no_look_forgotten(world: World) -> None:
    async with world.portal.transaction() as session:
        proofs = {one.id: one for one in await session.scalars(select(ChannelProof))}
        channels = {one.id: one for one in await session.scalars(select(Channel))}
        notices = list(await session.scalars(select(ProofNotice)))
        letters = list(await session.scalars(select(Mail)))
        former = await session.scalar(select(func.count()).select_from(ChannelHandle))
    assert (len(world.died) > 10, world.put_off > 5000) == (True, True)  # the faults happened
    assert proofs.keys() == world.looks.keys()

    # No loss before its time, and none after it.
    wanted = {one: ninety_days.expected(looks) for one, looks in world.looks.items()}
    lost = {one for one, proof in proofs.items() if proof.status is ProofStatus.LOST}
    assert lost == {one for one, what in wanted.items() if what.lost_at}
    assert 100 < len(lost) < 200
    gone_at = {one: channels[proofs[one].channel_id] for one in lost}
    for one, channel in gone_at.items():
        if channel.id not in world.restored:
            assert channel.lost_at is not None
            took = channel.lost_at - (wanted[one].lost_at or END)
            assert abs(took.total_seconds()) < 60

    # No check forgotten.
    for one, looks in world.looks.items():
        until = wanted[one].lost_at or END
        assert ninety_days.forgotten(looks, BEGAN, until) == []
    kept = [proof for proof in proofs.values() if proof.status is not ProofStatus.LOST]
    assert [
        one for one in kept if not one.next_check_at or one.next_check_at < END - 2 * STEP
    ] == []

    # No letter twice, and none too few.
    told = Counter((letter.account_id, letter.subject) for letter in letters)
    assert told == _letters(world, proofs, channels, wanted, notices)

    # Names follow their channels, and are not inherited.
    renamed = {n for n, fate in enumerate(world.fates) if fate.kind == "renamed"}
    assert {c.stable_id for c in channels.values() if c.handle == "bepmoi"} == {
        f"id-{n}" for n in renamed if _looked_at_after_renaming(world, n)
    }
    assert former == len([c for c in channels.values() if c.handle == "bepmoi"])


def _looked_at_after_renaming(world: World, place: int) -> bool:
    begins = BEGAN + world.fates[place].begins
    return any(
        look.at >= begins and look.outcome is Outcome.SEEN
        for proof_id, looks in world.looks.items()
        if world.place[proof_id] == place
        for look in looks
    )


def _letters(
    world: World,
    proofs: dict[UUID, ChannelProof],
    channels: dict[UUID, Channel],
    wanted: dict[UUID, ninety_days.Expected],
    notices: list[ProofNotice],
) -> Counter[tuple[UUID | None, str]]:
    """Every letter that should have been written, and no other."""
    told: Counter[tuple[UUID | None, str]] = Counter()
    for one, what in wanted.items():
        channel = channels[proofs[one].channel_id]
        shown = f"@bep@vn{world.place[one]}.example"
        told[channel.account_id, f"We could not see your channel {shown} again"] += what.warned
        lost = f"Your channel {shown} no longer counts as proven"
        told[channel.account_id, lost] += what.lost_at is not None
    for notice in notices:
        looked = [run for run in world.runs if run < (notice.ended_at or END)]
        if any(notice.ends_at - 7 * DAY <= run < notice.ends_at for run in looked):
            told[notice.account_id, f"Prove a channel by {_day(notice.ends_at)}"] += 1
        if any(run >= notice.ends_at for run in looked):
            over = "Staff now look at your membership, which has no proven channel"
            told[notice.account_id, over] += 1
    return +told


def _day(moment: datetime) -> str:
    local = moment.astimezone(clock.VIETNAM)
    return f"{local.day} {local:%B %Y}"
