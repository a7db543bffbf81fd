"""What reviewers do in the demonstration's history, each at its moment."""

import random
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Application, Section
from app.applications.policy.assessment import UNSCORED, Score
from app.applications.service import assessment, decision, messages, review, submit
from app.applications.service.assessment import Given
from app.applications.service.sections import save
from app.channels import service as channels
from app.channels.models import Channel
from app.core import clock
from app.core.reference import Pillar, reference
from app.demo.seed.applicants import Applicant
from app.demo.seed.cast import Actor
from app.demo.seed.plan import READABLE_HERE, at_work, by_day
from app.demo.vocabulary import review as words
from app.members.models import Member

ASKABLE = ("channels", "topics", "portrait", "declarations")


@dataclass(slots=True)
class Review:
    """One application in one reviewer's hands."""

    session: AsyncSession
    reviewer: Actor
    colleague: Actor  # who looks as well where one reviewer is not enough
    applicant: Applicant
    application: Application
    channels: Sequence[Channel]
    latest: datetime  # nothing happens after it

    @property
    def rng(self) -> random.Random:
        """Chance, of the story."""
        return self.applicant.rng

    @property
    def id(self) -> UUID:
        """The application's."""
        return self.application.id

    def at(self, moment: datetime) -> AbstractContextManager[None]:
        """The clock at `moment`, or as late as the story may go."""
        return clock.at(min(moment, self.latest))

    def _pick(self, *path: str) -> str:
        found = words()
        for key in path:
            found = found[key]
        return str(self.rng.choice(found)).format(
            stage=self.applicant.kol.stage_name, channel=self.channels[0].url
        )

    async def claim(self, after: datetime, days: int) -> datetime:
        """Begin, or go on, some working days later. Returns: when."""
        at = at_work(self.rng, after, days, self.latest)
        with self.at(at):
            viewer = self.reviewer.viewer
            await review.open_file(self.session, viewer, self.id)
            await review.claim(self.session, viewer, self.id, self.application.version)
        return at

    async def look_at_channels(self, at: datetime, *, all_proven: bool) -> None:
        """Confirm by hand what the portal cannot read; correct a count here and there."""
        for channel in self.channels:
            seen = channel
            with self.at(at + timedelta(minutes=self.rng.randint(5, 40))):
                viewer = self.reviewer.viewer
                if channel.platform in READABLE_HERE or channel.proven_at is not None:
                    continue
                if all_proven or self.rng.random() < 0.9:  # noqa: PLR2004
                    await self._confirm(channel)
                elif self.rng.random() < 0.5:  # noqa: PLR2004
                    await channels.refuse(
                        self.session, viewer, channel.id, seen.version, self._pick("refused")
                    )
                if channel.followers and self.rng.random() < 0.25:  # noqa: PLR2004
                    counted = round(channel.followers * self.rng.uniform(0.97, 1.05))
                    await channels.correct_followers(
                        self.session, viewer, channel.id, channel.version, followers=counted
                    )

    async def prove_one(self, at: datetime) -> None:
        """See that at least one channel is proven, as an approval needs."""
        if any(one.proven_at is not None and one.lost_at is None for one in self.channels):
            return
        with self.at(at):
            await self._confirm(self.channels[0])

    async def _confirm(self, channel: Channel) -> None:
        """Confirm by hand; of a very large channel a colleague does, once both have seen it."""
        for by in (self.reviewer, self.colleague):
            if await channels.confirm(
                self.session, by.viewer, channel.id, channel.version, self._pick("confirmed")
            ):
                return

    async def score(self, at: datetime, pillars: int, weak: Sequence[str] = ()) -> None:
        """Score the first `pillars` pillars; those in `weak` low, the others well."""
        for number, pillar in enumerate(list(reference.pillars.values())[:pillars]):
            with self.at(at + timedelta(minutes=6 * number + self.rng.randint(1, 5))):
                given = Given(self._score(pillar, low=pillar.key in weak), UNSCORED.mark)
                await assessment.score(
                    self.session, self.reviewer.viewer, self.id, {pillar.key: given}
                )

    def _score(self, pillar: Pillar, *, low: bool) -> Score:
        share = self.rng.uniform(0.28, 0.48) if low else self.rng.uniform(0.76, 0.98)
        note = self._pick("pillars", pillar.key, "low" if low else "high")
        return Score(int(pillar.points * share), note, self._pick("evidence"))

    async def note(self, at: datetime) -> None:
        """Leave a note for colleagues."""
        with self.at(at):
            await review.note(self.session, self.reviewer.viewer, self.id, self._pick("note"))

    async def talk(self, at: datetime) -> None:
        """The applicant asks something, the reviewer answers the next working day."""
        number = self.rng.randrange(len(words()["question"]))
        with self.at(at):
            await messages.write(
                self.session, self.applicant.actor.viewer, words()["question"][number]
            )
        with self.at(at_work(self.rng, at, 1, self.latest)):
            await review.write(
                self.session, self.reviewer.viewer, self.id, self.application.version,
                words()["reply"][number],
            )  # fmt: skip

    async def ask(self, at: datetime) -> Section:
        """Ask for changes in one section. Returns: which."""
        key = self.rng.choice(ASKABLE)
        with self.at(at):
            await review.ask_changes(
                self.session, self.reviewer.viewer, self.id, self.application.version,
                sections=(Section(key),), words=self._pick("request", key),
            )  # fmt: skip
        return Section(key)

    async def be_answered(self, asked: Section, at: datetime, days: float) -> datetime:
        """The applicant changes what was asked for, as far as a section shows it, and answers."""
        when = by_day(self.rng, at + timedelta(days=days), self.latest)
        by = self.applicant
        with self.at(when):
            if asked is Section.TOPICS:
                held = by.topics()
                more = f"{held.biography} Mỗi tuần một bài, trả lời mọi câu hỏi."
                longer = type(held)(held.topics, held.languages, more, held.qualifications)
                await save(self.session, by.actor.viewer, longer)
            words_of_answer = self._pick("answer")
            await submit.answer(self.session, by.actor.viewer, None, words_of_answer)
        return when

    async def approve(self, at: datetime, *, against: bool) -> Member:
        """Approve."""
        because = words()["against"] if against else ""
        with self.at(at):
            return await decision.approve(
                self.session, self.reviewer.viewer, self.id, self.application.version, because
            )

    async def decline(self, at: datetime, reason: str) -> None:
        """Decline for one reason of the list."""
        with self.at(at):
            await decision.decline(
                self.session, self.reviewer.viewer, self.id, self.application.version,
                reasons=(reason,), text=words()["declined"][reason],
            )  # fmt: skip

    async def take_proof_away(self, at: datetime, administrator: Actor) -> None:
        """Take the proof of the last channel away, if the person has others."""
        proven = [one for one in self.channels if one.proven_at and one.proof_method]
        if len(proven) > 1 and administrator.account_id != self.reviewer.account_id:
            lost = proven[-1]
            with self.at(at):
                await channels.take_away(
                    self.session, self.reviewer.viewer, lost.id, lost.version,
                    self._pick("lost"),
                )  # fmt: skip
