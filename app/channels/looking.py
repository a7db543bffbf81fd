"""Looking at proofs that are kept, many at once, while no transaction is open."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from app.channels.fetcher import FetchFailed, HttpFailed
from app.channels.methods import METHODS, Finding
from app.channels.methods.reach import reach
from app.channels.models import Outcome
from app.channels.policy import keeping as policy
from app.channels.policy.platforms import platforms
from app.channels.service import keeping
from app.channels.service.keeping import Due
from app.core.db import database, transaction

log = structlog.get_logger("channels")

BATCH = 100  # taken up together; looked at well within the lease
AT_ONCE = 25
PROBES = 5  # sites asked whether our own line is up

Look = Callable[[Due], Awaitable[Finding]]
Looked = tuple[Due, Finding]


async def look_again(due: Due) -> Finding:
    """What is to be seen of a proof today; whatever goes wrong is a finding as well."""
    # Leave of the owner shows more than any page does, however the channel was proven.
    method = METHODS.get(due.method if due.ask.grant is None else "oauth")
    if method is None:
        return Finding("unreadable", {"detail": "no such method"}, unsure=True)
    try:
        return await method.recheck(due.ask, reach())
    except FetchFailed as failed:
        known = platforms().get(due.ask.platform)
        nothing = policy.says_nothing(
            failed.key,
            failed.status if isinstance(failed, HttpFailed) else None,
            own_site=known is not None and not known.hosts,
        )
        return Finding(failed.key, {"url": due.ask.url, "detail": failed.detail}, unsure=nothing)
    except Exception:  # one odd page must not hold up the others
        log.exception("look broke", method=due.method, platform=due.ask.platform)
        return Finding("unreadable", {"url": due.ask.url}, unsure=True)


async def go_round(look: Look = look_again, most: int = BATCH) -> int:
    """Take up proofs that are due, look at them and write down what was seen.

    Safe at any number of workers. One that dies leaves what it had in hand to be due again.

    Args:
        look: how to look; tests pass their own.

    Returns: how many were taken up.
    """
    async with transaction() as session:
        due = await keeping.take_due(session, most)
    if not due:
        return 0
    looked = await _look_at_all(due, look)
    silent = [one for one, finding in looked if finding.failure in policy.NETWORK]
    if policy.line_in_doubt([finding.failure for _, finding in looked]) and not await _line_is_up(
        due, silent, look
    ):
        log.warning("our own line seems to be down: not counted", silent=len(silent), of=len(due))
        async with transaction() as session:
            await keeping.put_off(session, [one.proof_id for one in silent])
        looked = [each for each in looked if each[1].failure not in policy.NETWORK]
    await _write(looked)
    return len(due)


async def _look_at_all(due: Sequence[Due], look: Look) -> list[Looked]:
    free = asyncio.Semaphore(AT_ONCE)

    async def one(each: Due) -> Looked:
        async with free:
            return each, await look(each)

    return list(await asyncio.gather(*map(one, due)))


async def _line_is_up(due: Sequence[Due], silent: Sequence[Due], look: Look) -> bool:
    """Whether a site that answered lately answers now; also when there is none to ask."""
    async with database().read() as session:
        lately = await keeping.seen_lately(session, PROBES * 10, [one.proof_id for one in due])
    # Without leave of the owner: a token that were renewed here would be lost with the answer.
    others = {_site(one): replace(one, ask=replace(one.ask, grant=None)) for one in lately}
    for one in silent:
        others.pop(_site(one), None)
    probes = list(others.values())[:PROBES]
    if not probes:
        return True
    findings = [finding for _, finding in await _look_at_all(probes, look)]
    return any(finding.failure not in policy.NETWORK for finding in findings)


def _site(due: Due) -> str:
    return urlsplit(due.ask.url).hostname or ""


async def _write(looked: Sequence[Looked]) -> None:
    same = [(due, finding) for due, finding in looked if due.says_the_same(finding)]
    counted: Counter[tuple[str, Outcome]] = Counter()
    if not looked:
        return
    async with transaction() as session:
        written = await keeping.note_same(session, same)
    for due, finding in looked:
        if due.proof_id in written:
            counted[due.method, finding.outcome] += 1
        elif outcome := await _note(due, finding):
            counted[due.method, outcome] += 1
    if counted:
        async with transaction() as session:
            await keeping.tally(session, counted)
        log.info("looked", **_by_outcome(counted))


def _by_outcome(counted: Counter[tuple[str, Outcome]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (_, outcome), number in counted.items():
        found[outcome.value] += number
    return found


async def _note(due: Due, finding: Finding) -> Outcome | None:
    """Write down one finding. What cannot be written now is due again when its lease is over."""
    try:
        async with transaction() as session:
            return await keeping.note(session, due.proof_id, finding, used=due.ask.grant)
    except Exception:  # the others are written all the same
        log.exception("not written", proof=str(due.proof_id))
        return None


async def look_now(proof_id: UUID, look: Look = look_again) -> None:
    """Look at one proof because its owner asked."""
    async with database().read() as session:
        due = await keeping.asked(session, proof_id)
    if due is None:
        return
    finding = await look(due)
    async with transaction() as session:
        outcome = await keeping.note(session, proof_id, finding, asked_for=True, used=due.ask.grant)
        await keeping.tally(session, {(due.method, outcome): 1} if outcome else {})
