"""A quarter of a year in which a thousand channels are looked at again and again, with faults.

The world knows of each channel what is to be seen of it at any moment, and keeps what each look
that was written down saw. What should have come of it is worked out from that alone.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.channels import looking, service
from app.channels.methods import Finding
from app.channels.models import Channel, ChannelProof, Outcome, ProofStatus
from app.channels.policy import keeping as policy
from app.channels.service.keeping import Due
from app.core import clock
from app.core.reference_tables import ProvinceRow
from app.core.viewer import Viewer
from app.members.models import Member, Standing
from app.members.policy import number
from tests.portal import Portal

CHANNELS, ACCOUNTS, DAYS = 1000, 900, 90
STEP = timedelta(hours=11, minutes=7)  # at odd times: no wait of days comes out even
DAY = timedelta(days=1)
DEAD = (50 * DAY, 60 * DAY)  # no worker
CUT_OFF = (20 * DAY, 28 * DAY)  # our own line is down
RESTORED_AFTER = 10 * DAY  # every second owner proves a lost channel anew


class DiedError(Exception):
    """The worker was killed in the middle of a round."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look that was written down. `asked`: by the owner."""

    at: datetime
    outcome: Outcome
    asked: bool = False


@dataclass(slots=True)
class Fate:
    """What happens to one channel, from one moment to another after the beginning."""

    kind: str = "well"
    begins: timedelta = timedelta()
    ends: timedelta = DAYS * DAY

    def finding(self, passed: timedelta, chance: random.Random, place: int) -> Finding:
        """What a look at the channel at `place` sees."""
        plain = Finding(None, {"status": 200}, stable_id=f"id-{place}")
        if self.kind == "flickers" and chance.random() < 0.15:
            return Finding("link_not_found")
        if not self.begins <= passed < self.ends:
            return plain
        name = "bepmoi"
        return {
            "down": Finding("no_connection"),
            "gone": Finding("gone", {"status": 404}),
            "closed": Finding("http_failed", {"status": 403}, unsure=True),
            "inherited": replace(plain, stable_id=f"other-{place}"),
            "renamed": replace(plain, handle=name, url=f"https://vn{place}.example/@{name}"),
        }.get(self.kind, plain)


def fates(chance: random.Random) -> Iterator[Fate]:
    """One for each channel; most are well."""
    kinds = ("well", "flickers", "down", "gone", "closed", "renamed", "inherited")
    for kind in chance.choices(kinds, (60, 8, 8, 8, 6, 5, 5), k=CHANNELS):
        begins = chance.uniform(0, 85) * DAY
        lasts = chance.uniform(1, 12) * DAY if kind == "down" else DAYS * DAY
        yield Fate(kind, begins, begins + lasts)


@dataclass
class World:
    """The thousand channels, and all that was seen of them."""

    portal: Portal
    began: datetime
    chance: random.Random
    fates: list[Fate]
    place: dict[UUID, int] = field(default_factory=dict)  # of a proof: which channel's
    looks: dict[UUID, list[Look]] = field(default_factory=lambda: defaultdict(list))
    restored: set[UUID] = field(default_factory=set)
    died: list[datetime] = field(default_factory=list)
    put_off: int = 0
    runs: list[datetime] = field(default_factory=list)  # of the clock that tells of notices

    def passed(self) -> timedelta:
        """How long it goes on already."""
        return clock.now() - self.began

    def finding(self, due: Due) -> Finding:
        """What is to be seen now."""
        if CUT_OFF[0] <= self.passed() < CUT_OFF[1]:
            return Finding("no_connection")
        place = self.place[due.proof_id]
        return self.fates[place].finding(self.passed(), self.chance, place)

    async def work(self) -> None:
        """Two workers at once, as long as anything is due."""
        while any(await asyncio.gather(self._round(), self._round())):
            pass

    async def _round(self) -> int:
        seen: list[tuple[Due, Finding]] = []
        dies_at = self._dies_at()

        async def look(due: Due) -> Finding:
            seen.append((due, self.finding(due)))
            if len(seen) == dies_at:
                raise DiedError
            return seen[-1][1]

        try:
            taken = await looking.go_round(look)
        except DiedError:
            self.died.append(clock.now())
            return 0
        for due, finding in seen[:taken]:  # those after them asked whether our line is up
            self.write(due, finding)
        return taken

    def _dies_at(self) -> int:
        """At which look the worker of a round dies; mostly none, and never two steps running."""
        alive = not self.died or clock.now() - self.died[-1] > 1.5 * STEP
        return self.chance.randrange(1, 20) if alive and self.chance.random() < 0.2 else -1

    def write(self, due: Due, finding: Finding, *, asked: bool = False) -> None:
        """Keep what a look saw, if it counts at all."""
        if CUT_OFF[0] <= self.passed() < CUT_OFF[1] and not asked:
            self.put_off += 1
            return
        other = finding.seen and finding.stable_id != f"id-{self.place[due.proof_id]}"
        outcome = Outcome.NOT_SEEN if other else finding.outcome
        self.looks[due.proof_id].append(Look(clock.now(), outcome, asked))

    async def press(self, proofs: Sequence[UUID]) -> None:
        """Let owners ask for a look."""
        for proof_id in proofs:

            async def look(due: Due) -> Finding:
                finding = self.finding(due)
                self.write(due, finding, asked=True)
                return finding

            await looking.look_now(proof_id, look)

    async def restore(self) -> None:
        """Let every second owner of a channel lost ten days ago prove it anew, for good."""
        async with self.portal.transaction() as session:
            lost = await session.scalars(
                select(Channel)
                .where(Channel.lost_at <= clock.now() - RESTORED_AFTER)
                .order_by(Channel.id)
            )
            for channel in lost.all():
                place = int((channel.stable_id or "").removeprefix("id-"))
                if place % 2 or channel.id in self.restored:
                    continue
                self.restored.add(channel.id)
                self.fates[place] = Fate()
                by = Viewer(account_id=channel.account_id)
                proof = await service.begin(session, by, channel.id, "rel_me")
                await service.record(session, proof.id, Finding(None, stable_id=f"id-{place}"))
                self.place[proof.id] = place
                self.looks[proof.id].append(Look(clock.now(), Outcome.SEEN))


async def settle_in(portal: Portal, began: datetime) -> World:
    """A thousand channels of nine hundred members, all proven during the last week."""
    chance = random.Random(5)  # noqa: S311 - the same quarter each time
    world = World(portal, began, chance, list(fates(chance)))
    accounts = [
        Account(display_name=f"Người {n}", email=f"n{n}@example.vn", locale="en")
        for n in range(ACCOUNTS)
    ]
    async with portal.transaction() as session:
        await session.execute(
            insert(ProvinceRow).values(key="79", name_vi="TP. HCM").on_conflict_do_nothing()
        )
        session.add_all(accounts)
        await session.flush()
        session.add_all(_member(account, n) for n, account in enumerate(accounts, 1))
        channels = [
            _channel(accounts[n % ACCOUNTS], n, began - chance.random() * 7 * DAY)
            for n in range(CHANNELS)
        ]
        session.add_all(channels)
        await session.flush()
        proofs = [_proof(channel, UUID(int=chance.getrandbits(128))) for channel in channels]
        session.add_all(proofs)
    for n, proof in enumerate(proofs):
        world.place[proof.id] = n
        world.looks[proof.id].append(Look(proof.asked_at, Outcome.SEEN))
    return world


def _member(account: Account, serial: int) -> Member:
    return Member(
        account_id=account.id, application_id=account.id, serial=serial,
        number=number(2027, serial), standing=Standing.ACTIVE, standing_since=clock.now(),
        joined_at=clock.now(), term_ends_on=clock.today() + 365 * DAY, stage_name="Sương",
        sort_key="suong", legal_name="Sương", province="79", topics=["food"], languages=["vi"],
        name_words="suong",
    )  # fmt: skip


def _channel(account: Account, n: int, at: datetime) -> Channel:
    return Channel(
        account_id=account.id, platform="mastodon", url=f"https://vn{n}.example/@bep",
        key=f"bep@vn{n}.example", handle="bep", stable_id=f"id-{n}", proven_at=at, proof_method="rel_me",
        changed_at=at, created_at=at,
    )  # fmt: skip


def _proof(channel: Channel, proof_id: UUID) -> ChannelProof:
    at = channel.changed_at
    return ChannelProof(
        id=proof_id, channel_id=channel.id, method="rel_me", status=ProofStatus.PROVEN,
        asked_at=at, proven_at=at, checked_at=at, seen_at=at,
        next_check_at=policy.first_check_at(proof_id, at),
    )  # fmt: skip


# What should have come of it


@dataclass(frozen=True, slots=True)
class Expected:
    """What the looks at one proof should have led to."""

    warned: int  # how often it was told that it was not seen
    lost_at: datetime | None


def expected(looks: Sequence[Look]) -> Expected:
    """Told at the first failure after it was seen; lost by the third or a later, a week after it."""
    failing: list[datetime] = []
    warned = 0
    for look in looks:
        if look.outcome is Outcome.SEEN:
            failing = []
        elif look.outcome is Outcome.NOT_SEEN and not look.asked:
            failing.append(look.at)
            warned += len(failing) == 1
            if len(failing) >= 3 and failing[-1] - failing[0] >= 7 * DAY:
                return Expected(warned, look.at)
    return Expected(warned, None)


def forgotten(looks: Sequence[Look], began: datetime, until: datetime) -> list[datetime]:
    """The looks after which the next came later than a week, its jitter and a step of the clock.

    What fell due while nobody worked, or while our line was down, comes at once afterwards.
    """
    moments = [look.at for look in looks if not look.asked or look.outcome is Outcome.SEEN]
    late = []
    for earlier, later in pairwise([*moments, until]):
        latest = earlier + 7.7 * DAY + 2 * STEP
        for begins, ends in (CUT_OFF, DEAD):
            if began + begins <= latest < began + ends + 2 * STEP:
                latest = began + ends + 2 * STEP
        if later > latest:
            late.append(earlier)
    return late


async def stale_proofs(session: AsyncSession) -> list[UUID]:
    """Those whose owners have reason to ask."""
    found = await session.scalars(
        select(ChannelProof.id).where(ChannelProof.status == ProofStatus.STALE).order_by("id")
    )
    return list(found)
