"""The stories themselves: from a first sign-in to where somebody stands today."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Application, Party, Status
from app.applications.policy.deadlines import LIVES
from app.applications.service import drafts
from app.applications.service.status import set_status, take
from app.channels.models import Channel
from app.core import clock
from app.demo.seed import kept
from app.demo.seed.applicants import Applicant
from app.demo.seed.cast import SYSTEM, Actor, Staff
from app.demo.seed.plan import MEMBERS, Fate, Story, at_work, by_day
from app.demo.seed.reviewers import Review
from app.demo.seed.standings import move_on

JUST_NOW = timedelta(minutes=15)
REASONS: Mapping[str, tuple[str, ...]] = {
    "below_mark": ("transparency", "conduct"),
    "undisclosed_ads": ("transparency", "compliance"),
    "not_genuine": ("engagement",),
    "record": ("conduct",),
}
"""Why somebody is declined, and the pillars that then are weak."""


@dataclass(slots=True)
class Telling:
    """One story being told in one transaction."""

    session: AsyncSession
    story: Story
    actor: Actor
    staff: Staff
    portrait: str
    now: datetime

    async def tell(self) -> None:
        """Let it all happen."""
        rng, fate = self.story.chance, self.story.fate
        if fate is Fate.NOTHING:
            return
        by = Applicant(self.session, self.story, self.actor, rng, self.portrait)
        application, channels = await by.fill()
        if fate is Fate.DRAFT:
            return
        if fate is Fate.DRAFT_EXPIRED:
            await self._run_out(application)
            return
        await by.send(self.story.at)
        if fate is Fate.WITHDRAWN and rng.random() < 0.5:  # noqa: PLR2004 - before any review
            await self._withdraw(by, self.story.at, 2)
            return
        if fate is not Fate.SUBMITTED:
            await self._review(by, application, channels)

    async def _review(
        self, by: Applicant, application: Application, channels: list[Channel]
    ) -> None:
        reviewer = self.staff.reviewer_for(by.kol.subject, by.kol.locale)
        latest = self.now - JUST_NOW
        colleague = next(one for one in self.staff.reviewers if one is not reviewer)
        review = Review(self.session, reviewer, colleague, by, application, channels, latest)
        fate = self.story.fate
        quick = fate in (Fate.IN_REVIEW, Fate.ASKED, Fate.ANSWERED)
        at = await review.claim(self.story.at, by.rng.randint(1, 3 if quick else 6))
        await review.look_at_channels(at, all_proven=fate in MEMBERS)
        if by.rng.random() < 0.3:  # noqa: PLR2004
            await review.note(at + timedelta(minutes=30))
        if by.rng.random() < 0.2:  # noqa: PLR2004
            await review.talk(by_day(by.rng, at + timedelta(hours=5), latest))
        if fate in MEMBERS:
            await self._become_member(review, at)
            return
        ends: Mapping[Fate, Callable[[Review, datetime], Awaitable[None]]] = {
            Fate.IN_REVIEW: self._still_open,
            Fate.ASKED: self._asked,
            Fate.ANSWERED: self._answered,
            Fate.DECLINED: self._declined,
            Fate.WITHDRAWN: self._withdrawn_late,
            Fate.QUESTION_EXPIRED: self._unanswered,
        }
        await ends[fate](review, at)

    async def _become_member(self, review: Review, at: datetime) -> None:
        rng = review.rng
        if rng.random() < 0.28:  # noqa: PLR2004 - something was to be changed first
            asked = await review.ask(at_work(rng, at, 1, review.latest))
            back = await review.be_answered(asked, at + timedelta(days=1), rng.uniform(1, 7))
            at = await review.claim(back, rng.randint(0, 2))
        against = rng.random() < 0.02  # noqa: PLR2004
        await review.score(at, 5, ("engagement",) if against else ())
        done = at_work(rng, at + timedelta(hours=1), rng.randint(0, 3), review.latest)
        await review.prove_one(done - timedelta(minutes=3))
        member = await review.approve(done, against=against)
        await move_on(self.session, self.story, self.staff, member, self.now)
        if self.story.fate is Fate.ACTIVE and rng.random() < 0.03:  # noqa: PLR2004
            lost = at_work(rng, done, rng.randint(6, 20), review.latest)
            await review.take_proof_away(lost, self.staff.administrator)
        await kept.change(self.session, self.story, self.actor, done, self.now)

    async def _still_open(self, review: Review, at: datetime) -> None:
        await review.score(at, review.rng.randint(0, 4))

    async def _asked(self, review: Review, at: datetime) -> None:
        await review.score(at, review.rng.randint(0, 2))
        await review.ask(at_work(review.rng, at, 1, review.latest))

    async def _answered(self, review: Review, at: datetime) -> None:
        asked = await review.ask(at_work(review.rng, at, 1, review.latest))
        await review.be_answered(asked, at + timedelta(days=1), review.rng.uniform(0.5, 2))

    async def _declined(self, review: Review, at: datetime) -> None:
        reason = review.rng.choice(list(REASONS))
        await review.score(at, 5, REASONS[reason])
        done = at_work(review.rng, at + timedelta(hours=1), review.rng.randint(0, 3), review.latest)
        await review.decline(done, reason)

    async def _withdrawn_late(self, review: Review, at: datetime) -> None:
        await self._withdraw(review.applicant, at, 3)

    async def _unanswered(self, review: Review, at: datetime) -> None:
        await review.ask(at_work(review.rng, at, 1, review.latest))
        await self._run_out(review.application)

    async def _withdraw(self, by: Applicant, after: datetime, days: float) -> None:
        when = by_day(by.rng, after + timedelta(days=days), self.now)
        with clock.at(when):
            await drafts.withdraw(self.session, self.actor.viewer, None)

    async def _run_out(self, application: Application) -> None:
        """What the clock does once nobody has answered for long enough."""
        await take(self.session, application.id)
        life = LIVES[application.status]
        with clock.at(application.status_since + life + timedelta(minutes=20)):
            await set_status(self.session, application, Status.EXPIRED, Party.CLOCK, SYSTEM)
