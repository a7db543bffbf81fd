"""Keys that come and go: old and new sign side by side, and the log tells of it first."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.config import settings
from app.core.db import Database
from app.trustlog import keys, rounds
from app.trustlog.models import Kind
from app.trustlog.policy.notes import Signer, Verifier, opened
from app.trustlog.queries import tree
from app.trustlog.queries.tree import Entry, Published
from tests.trustlog.growing import grow
from tests.trustlog.publishing import memory_of, publish

OLD, NEW = (Signer(settings().log_name, Ed25519PrivateKey.generate()) for _ in range(2))


@contextmanager
def signing(*signers: Signer) -> Iterator[None]:
    with patch.object(keys, "signers", return_value=signers):
        yield


async def published(log: Database) -> Published:
    found = await publish(log)
    assert found is not None
    return found


def signed_by(note: str, *known: Signer) -> set[str]:
    found = opened(note, [Verifier(one.vkey) for one in known])
    return {key.vkey for key in found.by}


async def entry(log: Database, index: int) -> Entry:
    async with log.read() as session:
        found = await tree.by_index(session, index)
    assert found is not None
    return found


async def test_rotation_overlaps_and_each_change_is_an_entry_before_it_signs(log: Database) -> None:
    with signing(OLD):
        await grow(log, 3)
        first = await published(log)
        assert signed_by(first.note, OLD, NEW) == {OLD.vkey}
    with signing(OLD, NEW):  # nothing waits: the change alone is published
        both = await published(log)
        assert both.size == 4
        assert signed_by(both.note, OLD, NEW) == {OLD.vkey, NEW.vkey}
        told = await entry(log, 3)
        assert told.kind == Kind.KEYS_CHANGED
        vkeys = json.loads(told.body)["facts"]["vkeys"]
        assert vkeys.split() == sorted([OLD.vkey, NEW.vkey])
        assert await published(log) == both
    with signing(NEW):  # others wait: the change comes first
        await grow(log, 2)
        last = await published(log)
        assert last.size == 7
        assert signed_by(last.note, OLD, NEW) == {NEW.vkey}
        told = await entry(log, 4)
        assert json.loads(told.body)["facts"]["vkeys"] == NEW.vkey
        assert (await entry(log, 5)).kind == Kind.CODE_PUBLISHED


async def test_the_first_keys_of_a_log_are_no_change(log: Database) -> None:
    with signing(OLD, NEW):
        assert await publish(log) is None
        await grow(log, 1)
        assert (await published(log)).size == 1


async def test_a_crash_after_the_change_was_placed_tells_of_it_once(log: Database) -> None:
    with signing(OLD):
        await grow(log, 1)
        await published(log)
    async with rounds.signing_alone(log) as connection:
        assert connection is not None
        await connection.rollback()
        async with log.write() as session:
            assert await rounds.sequence(session, [NEW], memory_of(log)) == 1
    with signing(NEW):
        assert (await published(log)).size == 2


async def test_the_order_of_keys_is_no_change(log: Database) -> None:
    with signing(OLD, NEW):
        await grow(log, 1)
        await published(log)
    with signing(NEW, OLD):
        assert (await published(log)).size == 1
