"""Asking witnesses to cosign: the client's side of C2SP tlog-witness.

A witness signs a checkpoint after it saw proof that the tree extends the one it signed last. What
it holds is also the third memory of what we signed: before the first checkpoint of a signer all
witnesses are asked, and one that holds more than the tree has, or another tree, stops the log.
Nobody waits for a witness otherwise: each has a task of its own.
"""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import httpx2
import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import WitnessSettings, settings
from app.core.db import Database
from app.trustlog.models import LogCheckpoint, LogCosignature
from app.trustlog.policy import notes, signing
from app.trustlog.policy.checkpoints import Checkpoint
from app.trustlog.policy.growth import Broken
from app.trustlog.policy.merkle import EMPTY_ROOT
from app.trustlog.policy.notes import COSIGNATURE, Signer, Verifier
from app.trustlog.policy.signing import WillNotSign
from app.trustlog.queries import tree

logger = structlog.get_logger("trustlog.witnesses")

PATIENCE = 5.0  # seconds for an answer
LARGEST = 64 * 1024  # bytes of one
LONGEST_WAIT = 300.0  # seconds between tries at a witness that does not answer
TRIES = 3  # a witness may say twice from where it wants the proof
LOOK = 0.5  # seconds between looks for a new checkpoint


class Unhelpful(Exception):
    """The witness gave no cosignature: it is away, does not know the log, or answers nonsense."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness said."""

    status: int
    body: str


class Witness:
    """One witness, and what is known of it: how many entries it has cosigned."""

    def __init__(self, given: WitnessSettings, client: httpx2.AsyncClient) -> None:
        self.verifier = Verifier(given.vkey)
        if self.verifier.kind != COSIGNATURE:
            raise ValueError(f"{given.vkey} is not the key of a witness")
        self.every = given.every
        self.refusal: WillNotSign | None = None
        self._address = f"{given.url.rstrip('/')}/add-checkpoint"
        self._client = client
        self.held = 0  # entries of the last checkpoint that it cosigned, as far as we know

    @property
    def name(self) -> str:
        """Its name, which is its key's."""
        return self.verifier.name

    async def cosign(self, database: Database, note: str, size: int) -> str:
        """Let the witness sign a checkpoint of ours.

        Args:
            note: the signed note, without lines of witnesses.

        Returns: its line of signature, which is verified.

        Raises:
            WillNotSign: it holds a history that this is no continuation of.
            Unhelpful: it gave none for another reason.
        """
        for _try in range(TRIES):
            old = self.held
            answer = await self._ask(note, old, await _proof(database, old, size))
            if answer.status == httpx2.codes.OK:
                line = self._verified(answer.body, note)
                self.held = size
                return line
            if answer.status == httpx2.codes.UNPROCESSABLE_CONTENT and old:
                raise signing.witnessed(self.name, size, old)
            if answer.status != httpx2.codes.CONFLICT:
                raise Unhelpful(f"answered {answer.status}")
            self.held = self._other_size(answer, old, size)
        raise Unhelpful("never says the same size twice")

    def _other_size(self, answer: Answer, old: int, size: int) -> int:
        """From which size the witness, which refused `old`, wants the proof.

        Another root of the same size was answered as this conflict too, by version 1.0.0.
        """
        said = answer.body.strip()
        known = said.isascii() and said.isdecimal() and len(said) < len(str(1 << 63))
        held = int(said) if known else old
        if held > size or held == old == size:
            raise signing.witnessed(self.name, size, held)
        if held == old:
            raise Unhelpful("answered 409 without another size")
        return held

    async def _ask(self, note: str, old: int, proof: Sequence[bytes]) -> Answer:
        hashes = "".join(f"{b64encode(one).decode()}\n" for one in proof)
        body = f"old {old}\n{hashes}\n{note}"
        try:
            async with (
                asyncio.timeout(PATIENCE),
                self._client.stream("POST", self._address, content=body.encode()) as response,
            ):
                said = b""
                async for part in response.aiter_bytes():
                    said += part
                    if len(said) > LARGEST:
                        raise Unhelpful("answers without end")
        except (httpx2.HTTPError, TimeoutError, OSError) as trouble:
            raise Unhelpful(type(trouble).__name__) from trouble
        return Answer(response.status_code, said.decode("utf-8", "replace"))

    def _verified(self, body: str, note: str) -> str:
        """The line by this witness's key among those of its answer."""
        text = notes.parse(note).text
        with suppress(ValueError):
            for line in notes.parse(f"{text}\n{body}").signatures:
                if (line.name, line.key_id) == (self.name, self.verifier.key_id):
                    if not self.verifier.check(text.encode(), line.signature):
                        break
                    return f"— {line.name} {b64encode(line.key_id + line.signature).decode()}"
        raise Unhelpful("its cosignature is not by its key")


async def _proof(database: Database, old: int, size: int) -> tuple[bytes, ...]:
    async with database.read() as session:
        return await tree.consistency(session, old, size) if 0 < old < size else ()


def _client() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=PATIENCE)


class Witnesses:
    """All that are configured, asked side by side."""

    def __init__(self, database: Database, given: Sequence[WitnessSettings] | None = None) -> None:
        self._database = database
        chosen = settings().log_witnesses if given is None else given
        self._client = _client() if chosen else None  # it reads in many certificates
        self._witnesses = [Witness(one, self._client) for one in chosen] if self._client else []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client is not None:
            await self._client.aclose()

    def check(self) -> None:
        """Let pass while no witness holds a history of which ours is no continuation.

        Raises:
            WillNotSign: one does.
        """
        for witness in self._witnesses:
            if witness.refusal is not None:
                raise witness.refusal

    async def ask_all(self, signers: Sequence[Signer]) -> None:
        """Show all witnesses what is published, before anything new is signed.

        Where nothing is published, it is an empty tree, with which no other is at odds: a witness
        that holds more says so.
        """
        if self._witnesses:
            async with self._database.read() as session:
                newest = await _newest(session)
            note, size = newest or (_empty(signers), 0)
            await asyncio.gather(*(self._asked(one, note, size) for one in self._witnesses))

    async def follow(self) -> None:
        """Let each witness cosign what is published, as often as it wants, until cancelled."""
        await asyncio.gather(*map(self._follow, self._witnesses))

    async def _follow(self, witness: Witness) -> None:
        wait = witness.every
        while True:
            newest = None
            with suppress(SQLAlchemyError, OSError):  # the signer notices it too
                async with self._database.read() as session:
                    newest = await _newest(session)
            if newest is None or (newest[1] == witness.held and not witness.refusal):
                await asyncio.sleep(LOOK)
                continue
            note, size = newest
            helped = await self._asked(witness, note, size)
            wait = witness.every if helped else min(max(wait, witness.every) * 2, LONGEST_WAIT)
            await asyncio.sleep(wait)

    async def _asked(self, witness: Witness, note: str, size: int) -> bool:
        """Ask one for its cosignature and keep it. Returns: whether it gave one."""
        try:
            line = await witness.cosign(self._database, note, size)
            if size:
                async with self._database.write() as session:
                    await _keep(session, size, witness.name, line)
        except WillNotSign as refusal:
            witness.refusal, witness.held = refusal, 0
            return False
        except (Unhelpful, Broken, SQLAlchemyError, OSError) as trouble:
            logger.warning("a witness gave no cosignature", witness=witness.name, told=str(trouble))
            return False
        witness.refusal = None
        return True


async def _newest(session: AsyncSession) -> tuple[str, int] | None:
    """The note of the newest checkpoint, without lines of witnesses, and its size."""
    newest = select(LogCheckpoint.note, LogCheckpoint.size)
    row = (await session.execute(newest.order_by(LogCheckpoint.size.desc()).limit(1))).one_or_none()
    return None if row is None else (row.note, row.size)


async def _keep(session: AsyncSession, size: int, witness: str, line: str) -> None:
    kept = insert(LogCosignature).values(size=size, witness=witness, line=line)
    await session.execute(kept.on_conflict_do_nothing(index_elements=["size", "witness"]))


def _empty(signers: Sequence[Signer]) -> str:
    return notes.sign(Checkpoint(signers[0].name, 0, EMPTY_ROOT).text(), signers)
