"""The signer of the log at work: in the worker for as long as that runs, or once by hand."""

import asyncio
import time
from contextlib import suppress

import structlog
from psycopg import Error as PsycopgError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import Database, database
from app.trustlog import keys, refusals, rounds
from app.trustlog.memory import Busy, Memory
from app.trustlog.models import LogEntry
from app.trustlog.policy.signing import WillNotSign
from app.trustlog.queries import tree
from app.trustlog.queries.tree import Published
from app.trustlog.witnessing import Witnesses

__all__ = ["Busy", "Published", "WillNotSign", "publish_once", "run"]

logger = structlog.get_logger("trustlog")

POLL = 0.2  # seconds between looks for entries that wait
STANDBY = 1.0  # seconds between tries to take over
AGAIN = 2.0  # seconds until a refusal is looked into again
PATIENCE = 5.0  # seconds to wait for whoever signs, by hand
IDLE = 60.0  # seconds after which the tree is looked at although nothing waits


async def publish_once(chosen: Database, memory: Memory | None = None) -> Published | None:
    """Place all entries that wait and publish the tree: by hand, or in tests.

    Waits a while for whoever signs just now.

    Returns: the newest checkpoint; None while there are no entries, or no keys.

    Raises:
        WillNotSign: the tree does not extend what was signed, as far as is known here and by the
            witnesses, or the memory of it cannot be written.
        Busy: another process signs all the while.
    """
    end = time.monotonic() + PATIENCE
    while keys.signers():
        try:
            await _publish(chosen, memory or Memory.configured())
            break
        except Busy:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(POLL / 10)
    async with chosen.read() as session:
        return await tree.latest(session)


async def _publish(chosen: Database, memory: Memory) -> None:
    async with rounds.signing_alone(chosen) as connection:
        if connection is None:
            raise Busy
        async with Witnesses(chosen) as witnesses:
            await witnesses.ask_all(keys.signers())
            witnesses.check()
        while (await rounds.one_round(connection, keys.signers(), memory)).more:
            pass


async def run(stopping: asyncio.Event) -> None:
    """Sign whenever entries wait, until `stopping`; stand by while another process signs.

    Survives the loss of the database, and whatever else goes wrong: letters are not to wait for it.
    """
    if not keys.signers():
        logger.warning("no key of the log is configured; entries wait")
        return
    while not stopping.is_set():
        try:
            async with rounds.signing_alone(database()) as connection:
                if connection is not None:
                    async with Witnesses(database()) as witnesses:
                        await _Signer(connection, witnesses).work(stopping)
        except (SQLAlchemyError, PsycopgError, OSError) as away:
            logger.warning("the signer lost the database", kind=type(away).__name__)
        except Exception:
            logger.exception("the signer failed")
        await _pause(stopping, STANDBY)


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


class _Signer:
    """The one that holds the lock, for as long as its connection lasts."""

    def __init__(self, connection: AsyncConnection, witnesses: Witnesses) -> None:
        self._connection = connection
        self._witnesses = witnesses
        self._signers = keys.signers()
        self._memory = Memory.configured()
        self._refusal: WillNotSign | None = None
        self._told: str | None = "nothing yet"
        self._next = 0.0  # when a round is due although nothing waits

    async def work(self, stopping: asyncio.Event) -> None:
        """Round after round, until `stopping` or the connection is lost."""
        logger.info("this process signs the log")
        await self._witnesses.ask_all(self._signers)
        following = asyncio.ensure_future(self._witnesses.follow())
        try:
            while not stopping.is_set():
                if await self._due():
                    await self._round()
                await _pause(stopping, POLL)
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following

    async def _due(self) -> bool:
        if time.monotonic() >= self._next:
            return True
        if self._refusal:
            return False
        async with self._connection.begin():
            waiting = select(LogEntry.id).where(LogEntry.index.is_(None)).limit(1)
            return await self._connection.scalar(waiting) is not None

    async def _round(self) -> None:
        try:
            self._witnesses.check()
            while (await rounds.one_round(self._connection, self._signers, self._memory)).more:
                pass
        except Busy:
            self._next = time.monotonic() + AGAIN
            logger.warning("another process holds the memory of the log")
        except WillNotSign as refusal:
            self._refusal, self._next = refusal, time.monotonic() + AGAIN
            await self._tell()
        else:
            self._refusal, self._next = None, time.monotonic() + IDLE
            await self._tell()

    async def _tell(self) -> None:
        """Write down, once, that the log refuses or signs again."""
        refusal = self._refusal
        told = None if refusal is None else refusal.sentence
        if self._told == told:
            return
        async with database().write() as session:
            news = await refusals.note(session, refusal)
        self._told = told
        if refusal is not None:
            logger.error("the log signs nothing", because=refusal.because, told=refusal.sentence)
        elif news:
            logger.info("the log signs again")
