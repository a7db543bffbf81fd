"""Witnesses: real HTTP on loopback, honest ones and those at fault."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import text

from app.core.config import WitnessSettings
from app.core.db import Database
from app.trustlog import keys, sequencer, witnessing
from app.trustlog.policy.checkpoints import Checkpoint
from app.trustlog.policy.notes import Verifier, opened
from app.trustlog.policy.signing import Because, WillNotSign
from app.trustlog.queries import tree
from app.trustlog.queries.tree import Published
from app.trustlog.witnessing import Witnesses
from tests.trustlog.growing import checkpoints, grow
from tests.trustlog.publishing import memory_of, publish
from tests.trustlog.witness_server import LocalWitness, serving

ORIGIN = "localhost:8000/log"


async def newest(log: Database) -> Published:
    async with log.read() as session:
        found = await tree.latest(session)
    assert found is not None
    return found


async def ask(log: Database, *witnesses: LocalWitness) -> Witnesses:
    """Show the witnesses once what is published. Returns: what is known of them then."""
    async with Witnesses(log, [one.settings() for one in witnesses]) as found:
        await found.ask_all(keys.signers())
    return found


@asynccontextmanager
async def following(log: Database, *witnesses: LocalWitness) -> AsyncIterator[None]:
    async with Witnesses(log, [one.settings() for one in witnesses]) as found:
        task = asyncio.ensure_future(found.follow())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def until_held(witness: LocalWitness, size: int) -> None:
    async with asyncio.timeout(30):
        while witness.held is None or witness.held.size < size:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_witness_cosigns_each_checkpoint_with_proof_that_it_extends_the_last(
    log: Database,
) -> None:
    witness = LocalWitness("w.example/a")
    async with serving(witness):
        for step in (1, 4, 300):
            await grow(log, step)
            published = await publish(log)
            assert published is not None
            found = await ask(log, witness)
            found.check()
            assert witness.held == Checkpoint(ORIGIN, published.size, published.root)
            told = await newest(log)
            assert told.note.startswith(published.note)
            known = (*keys.verifiers(), Verifier(witness.signer.vkey))
            names = {line.name for line in opened(told.note, known).by}
            assert names == {ORIGIN, witness.name}
        assert witness.asked == [0, 0, 1, 0, 5]  # a new client learns the size by a conflict


async def test_a_follower_keeps_up_with_what_is_published(log: Database) -> None:
    one, other = LocalWitness("w.example/a"), LocalWitness("w.example/b", fault="hanging")
    await grow(log, 2)
    await publish(log)
    async with serving(one, other), following(log, one, other):
        await until_held(one, 2)
        await grow(log, 5)
        await publish(log)
        await until_held(one, 7)  # however long the other one takes
    assert other.asked == [-1]
    assert one.asked == [0, 2]


@pytest.mark.parametrize(
    "fault",
    ["unknown", "broken", "stubborn", "babbling", "another key", "false", "endless", "hanging"],
)
async def test_a_witness_at_fault_gives_nothing_and_stops_nothing(
    log: Database, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witnessing, "PATIENCE", 1.0)
    witness = LocalWitness("w.example/a", fault=fault)
    await grow(log, 2)
    published = await publish(log)
    async with serving(witness):
        (await ask(log, witness)).check()
    assert witness.asked
    assert await newest(log) == published


async def test_nobody_at_the_address_stops_nothing(log: Database) -> None:
    witness = LocalWitness("w.example/a")
    async with serving(witness):
        pass
    await grow(log, 1)
    published = await publish(log)
    (await ask(log, witness)).check()
    assert await newest(log) == published


@pytest.mark.parametrize(
    ("fault", "held"),
    [
        ("larger", None),
        ("", Checkpoint(ORIGIN, 40, b"\1" * 32)),  # it saw more than was restored
        ("", Checkpoint(ORIGIN, 5, b"\1" * 32)),  # it saw another tree of the same size
        ("", Checkpoint(ORIGIN, 3, b"\1" * 32)),  # another beginning
    ],
)
async def test_a_witness_of_another_history_stops_the_log(
    log: Database, fault: str, held: Checkpoint | None
) -> None:
    witness = LocalWitness("w.example/a", fault=fault, held=held)
    await grow(log, 5)
    await publish(log)
    async with serving(witness):
        found = await ask(log, witness)
    with pytest.raises(WillNotSign, match=r"witness w\.example/a knows another history") as refused:
        found.check()
    assert refused.value.because == Because.WITNESSED


async def test_an_emptied_database_without_a_memory_is_stopped_by_a_witness(
    log: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way: the worker's loop asks before it signs, and says why it does not."""
    witness = LocalWitness("w.example/a", held=Checkpoint(ORIGIN, 40, b"\1" * 32))
    memory_of(log).path.unlink(missing_ok=True)
    monkeypatch.setattr(sequencer.Memory, "configured", lambda: memory_of(log))
    monkeypatch.setattr(
        sequencer, "Witnesses", lambda chosen: Witnesses(chosen, [witness.settings()])
    )
    await grow(log, 1)
    stopping = asyncio.Event()
    async with serving(witness):
        loop = asyncio.ensure_future(sequencer.run(stopping))
        try:
            refusal = "SELECT after FROM audit_events WHERE action = 'log.refused'"
            async with asyncio.timeout(30):
                while True:
                    async with log.read() as session:
                        if await session.scalar(text(refusal)) == Because.WITNESSED:
                            break
                    await asyncio.sleep(0.02)
        finally:
            stopping.set()
            await loop
    assert await checkpoints(log) == []
    assert not memory_of(log).path.exists()


async def test_a_key_of_another_kind_is_no_witness(log: Database) -> None:
    witness = LocalWitness("w.example/a", url="http://127.0.0.1:9")
    log_key = keys.signers()[0].vkey
    with pytest.raises(ValueError, match="not the key of a witness"):
        Witnesses(log, [witness.settings().model_copy(update={"vkey": log_key})])


@pytest.mark.parametrize("wrong", ["", "w.example/a", "key of a log", "other name"])
def test_the_configuration_names_witnesses_by_their_keys(wrong: str) -> None:
    vkey = LocalWitness("w.example/a").signer.vkey
    assert WitnessSettings(url="https://w.example", vkey=vkey).vkey == vkey
    given = {"key of a log": keys.signers()[0].vkey, "other name": f"x{vkey}"}.get(wrong, wrong)
    with pytest.raises(ValueError, match="vkey is a witness's name"):
        WitnessSettings(url="https://w.example", vkey=given)
