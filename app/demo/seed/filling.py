"""One person after the other, each in a transaction: safe to stop, and to begin again."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.providers.base import Claims
from app.conduct import queries as conduct
from app.core import clock, i18n, pictures
from app.core.clock import VIETNAM
from app.core.db import transaction
from app.core.errors import PortalError
from app.demo import provider
from app.demo.kols import Kol, invented
from app.demo.portraits import Sitter, portrait
from app.demo.seed import cast, kept, letters
from app.demo.seed.cast import BROWSERS, Actor, Staff
from app.demo.seed.plan import LONGEST_AGO, Fate, Story, plan
from app.demo.seed.stories import Telling

WEARS_WOVEN = frozenset({"hmn", "th", "rad", "tay"})
AHEAD = 8  # portraits drawn before they are needed
EVERY = 50  # people, between two words of progress


class FilledForAnother(PortalError):
    """The people of this database sign in at another address than the demonstration's."""


async def seed(say: Callable[[str], None], people: Sequence[Kol] | None = None) -> None:
    """Fill the database of this process; who is there already is left alone.

    The code of conduct and the vocabularies must be there. Running it again, or after it was
    stopped half-way, adds whoever is missing.

    Args:
        say: is told how far it is, in a sentence.
        people: those of the demonstration when left out.

    Raises:
        FilledForAnother: accounts belong to the address at which their people sign in, and in this
            database it is another one; says what to do.
    """
    issuer, now = provider.issuer(), clock.now().replace(second=0, microsecond=0)
    async with transaction() as session:
        if other := await cast.other_issuer(session, issuer):
            raise FilledForAnother(
                f"The people in this database sign in at {other}, and this demonstration's at"
                f" {issuer}. Start it with PORTAL_DEMO_SIGN_IN_PORT={urlsplit(other).port}, or"
                " begin anew: `make reset`, or another database in DATABASE_URL."
            )
        begin = await _begin(session, now)
        staff = await cast.staff(session, issuer, begin)
        known = await cast.subjects(session, issuer)
    stories = plan(people if people is not None else invented(), now, begin)
    missing = [story for story in stories if story.kol.subject not in known]
    done = len(stories) - len(missing)
    async with _portraits(missing) as keys:
        for story in missing:
            key = await anext(keys)
            async with transaction() as session:
                await _tell(session, story, staff, key, now)
            done += 1
            if done % EVERY == 0 or done == len(stories):
                say(f"{done} of {len(stories)} invented people are in")


async def _begin(session: AsyncSession, now: datetime) -> datetime:
    """When the history begins: with the code of conduct, or a year ago if that is later.

    Raises:
        RuntimeError: there is no code in force.
    """
    code = await conduct.in_force(session)
    if code is None:
        raise RuntimeError("publish the code of conduct before the demonstration is filled")
    day = code.effective_from + timedelta(days=1)
    morning = datetime(day.year, day.month, day.day, 8, tzinfo=VIETNAM)
    return max(morning.astimezone(now.tzinfo), now - LONGEST_AGO)


async def _tell(session: AsyncSession, story: Story, staff: Staff, key: str, now: datetime) -> None:
    kol, rng = story.kol, story.chance
    with clock.at(story.at - timedelta(days=9)), i18n.use_locale(kol.locale):
        claims = Claims(provider.issuer(), kol.subject, kol.name.whole, kol.email)
        account = await cast.enter(session, claims)
    actor = Actor(
        account.id,
        kol.name.whole,
        kol.email,
        provider.issuer(),
        address=f"198.51.100.{rng.randint(1, 254)}",
        browser=rng.choice(BROWSERS),
    )
    with i18n.use_locale(kol.locale):
        await Telling(session, story, actor, staff, key, now).tell()
    others = await kept.dispute(session, story, actor, now)
    await kept.look_lately(session, account.id, rng, now)
    await kept.leave_alone(session, (account.id, *others))
    await letters.deliver_past(session, (account.id, *others, *staff.ids), now)


def _draw(kol: Kol) -> dict[str, bytes]:
    sitter = Sitter(
        kol.portrait, kol.name.woman, kol.age, kol.topics[0], kol.name.language in WEARS_WOVEN
    )
    return dict(pictures.draw_now(portrait(sitter)))


@asynccontextmanager
async def _portraits(stories: Sequence[Story]) -> AsyncIterator[AsyncGenerator[str, None]]:
    """The keys of the stories' portraits in their order, drawn ahead in threads and stored."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(2, thread_name_prefix="portraits") as threads:

        async def keep(story: Story) -> str:
            if story.fate is Fate.NOTHING:
                return ""
            sizes = await loop.run_in_executor(threads, _draw, story.kol)
            key = pictures.key_of(sizes, f"demonstration:{story.kol.subject}")
            await pictures.keep(key, sizes)
            return key

        async def in_order() -> AsyncGenerator[str, None]:
            waiting = [asyncio.ensure_future(keep(story)) for story in stories[:AHEAD]]
            try:
                for position in range(len(stories)):
                    if position + AHEAD < len(stories):
                        waiting.append(asyncio.ensure_future(keep(stories[position + AHEAD])))
                    yield await waiting[position]
            finally:
                for task in waiting:
                    task.cancel()

        found = in_order()
        try:
            yield found
        finally:
            await found.aclose()
