"""What applicants do in the demonstration's history, each at its moment."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Application, Section
from app.applications.policy.answers import About, Answers, Declarations, Portrait, Topics
from app.applications.service import drafts, sections, submit
from app.channels import service as channels
from app.channels.methods import Finding
from app.channels.models import Channel, ChannelProof
from app.conduct import queries as conduct_queries
from app.conduct import service as conduct
from app.conduct.models import Attempt, Reading
from app.conduct.policy import Drawn
from app.core import clock, i18n
from app.core.crypto import digest
from app.demo.kols import Kol
from app.demo.seed.cast import Actor
from app.demo.seed.plan import READABLE_HERE, Fate, Story

LATEST_PROOF = timedelta(hours=40)  # before sending; a code is good for 72 hours


@dataclass(slots=True)
class Applicant:
    """One person on the way through their own application."""

    session: AsyncSession
    story: Story
    actor: Actor
    rng: random.Random
    portrait: str  # its key in the storage

    @property
    def kol(self) -> Kol:
        """Who they are."""
        return self.story.kol

    async def fill(self) -> tuple[Application, list[Channel]]:
        """Begin an application and write as much of it as the fate wants.

        Returns: the application as it stands, and the channels, largest first.
        """
        hours = min(self.rng.expovariate(1 / 40) + 1.5, 200)
        begun = self.story.at - timedelta(hours=hours)
        steps = self._steps()
        wanted = len(steps)
        if self.story.fate in (Fate.DRAFT, Fate.DRAFT_EXPIRED):
            wanted, begun = self.rng.randint(1, 4), self.story.at
        with clock.at(begun), i18n.use_locale(self.kol.locale):
            application = await drafts.start(self.session, self.actor.viewer)
        added: list[Channel] = []
        for number, step in enumerate(steps[:wanted], start=1):
            with clock.at(begun + timedelta(hours=hours * 0.6 * number / len(steps))):
                if isinstance(step, Section):
                    added = await self._add_channels()
                else:
                    await sections.save(self.session, self.actor.viewer, step)
        if wanted == len(steps):
            await self._prove_by_portal(added)
            with clock.at(self.story.at - timedelta(minutes=self.rng.randint(12, 50))):
                await self.sign()
        return application, added

    def _steps(self) -> list[Answers | Section]:
        kol = self.kol
        return [
            About(
                legal_name=kol.name.whole,
                legal_name_public=kol.legal_name_public,
                stage_name=kol.stage_name,
                birth_date=kol.born,
                province=kol.province,
                phone=kol.phone,
                contact_email=kol.email,
            ),
            Section.CHANNELS,
            self.topics(),
            Portrait(self.portrait),
            Declarations(
                has_agency=bool(kol.agency),
                agency=kol.agency,
                has_exclusive_brands=bool(kol.exclusive_brands),
                exclusive_brands=kol.exclusive_brands,
                has_penalties=bool(kol.penalties),
                penalties=kol.penalties,
            ),
        ]

    def topics(self) -> Topics:
        """What they say of themself."""
        kol = self.kol
        return Topics(kol.topics, kol.languages, kol.biography, kol.qualifications)

    async def _add_channels(self) -> list[Channel]:
        wanted = [(one.link, one.platform, one.followers) for one in self.kol.channels]
        if also := self.story.also_claims:
            wanted.append((also.link, also.platform, also.followers))
        counted = clock.today() - timedelta(days=self.rng.randint(0, 9))
        return [
            await channels.add(
                self.session,
                self.actor.viewer,
                link,
                platform,
                followers=followers or None,
                counted_on=counted if followers else None,
            )
            for link, platform, followers in wanted
        ]

    async def _prove_by_portal(self, added: list[Channel]) -> None:
        """Prove what the portal can read by itself; for the others ask staff."""
        begun = max(
            self.story.at - LATEST_PROOF * self.rng.uniform(0.3, 1),
            max(channel.created_at for channel in added) + timedelta(minutes=3),
        )
        for place, channel in enumerate(added):
            by_portal = channel.platform in READABLE_HERE
            method = "page_code" if by_portal else "staff"
            if channel.platform == "website" and self.rng.random() < 0.4:  # noqa: PLR2004
                method = "rel_me"
            with clock.at(begun):
                proof = await channels.begin(self.session, self.actor.viewer, channel.id, method)
            if by_portal:
                later = timedelta(minutes=self.rng.randint(4, 90))
                with clock.at(begun + min(later, (self.story.at - begun) / 2)):
                    saved = place == len(self.kol.channels) or self.rng.random() >= 0.08  # noqa: PLR2004
                    found = self._seen(channel, proof, saved=saved)
                    await channels.record(self.session, proof.id, found)

    def _seen(self, channel: Channel, proof: ChannelProof, *, saved: bool) -> Finding:
        """What a check of the page would have found; no page of an invented channel exists."""
        if not saved:  # some forget to
            return Finding("code_not_found" if proof.code else "link_not_found")
        shown = f"{self.kol.stage_name} {proof.code or 'rel=me'}"
        evidence = {
            "chain": [channel.url],
            "status": 200,
            "media_type": "text/html",
            "sha256": digest(shown),
            "bytes": 18_000 + len(shown),
            "matched": shown,
        }
        return Finding(None, evidence)

    async def sign(self) -> None:
        """Read the code, pass the test, and sign under one's legal name."""
        session, viewer = self.session, self.actor.viewer
        code = await conduct_queries.in_force(session)
        if code is None:
            raise RuntimeError("publish the code of conduct before the demonstration is filled")
        duties = len(code.content.duties)
        # The service goes duty by duty on one row; its last step is made by it, those before here:
        # for 300 people they would take longer than all the rest together.
        session.add(
            Reading(
                account_id=self.actor.account_id,
                version_id=code.id,
                duties=duties - 1,
                at=clock.now(),
            )
        )
        await session.flush()
        await conduct.read_duty(session, viewer, duties)
        attempt_id = await conduct.start_test(session, viewer)
        await conduct.answer_test(session, viewer, attempt_id, await self._answers(attempt_id))
        await conduct.sign(
            session,
            viewer,
            locale=self.kol.locale,
            sha256=code.sha256(self.kol.locale),
            typed_name=self.kol.name.whole,
            legal_name=self.kol.name.whole,
        )

    async def _answers(self, attempt_id: UUID) -> list[int]:
        attempt = await self.session.get_one(Attempt, attempt_id)
        return [Drawn.of(stored).right for stored in attempt.drawn]

    async def send(self, at: datetime) -> None:
        """Send the application."""
        with clock.at(at):
            await submit.submit(self.session, self.actor.viewer, None)
