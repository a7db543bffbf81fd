"""What is read of the tree: only what is published, and proofs that verify."""

import pytest

from app.core.db import Database
from app.trustlog import keys
from app.trustlog.policy import proofs
from app.trustlog.policy.checkpoints import parse
from app.trustlog.policy.merkle import verify_consistency, verify_inclusion
from app.trustlog.policy.notes import opened
from app.trustlog.policy.tiles import Tile, read_bundle
from app.trustlog.queries import tree
from tests.conftest import statements
from tests.trustlog.growing import grow, leaves, roots
from tests.trustlog.publishing import publish

SIZE = 573  # two full tiles and a beginning


async def test_every_entry_is_proven_and_every_older_tree_is_a_beginning(log: Database) -> None:
    await grow(log, SIZE)
    published = await publish(log)
    assert published is not None
    hashes = await leaves(log)
    old = roots(hashes, range(SIZE + 1))
    async with log.read() as session:
        for index in (*range(12), 127, 128, *range(250, 262), 511, 512, *range(560, SIZE)):
            path = await tree.inclusion(session, index, SIZE)
            assert verify_inclusion(index, SIZE, hashes[index], path, published.root)
            path = await tree.consistency(session, index, SIZE)
            assert verify_consistency(index, old[index], SIZE, published.root, path)
            if index:
                path = await tree.inclusion(session, index - 1, index)
                assert verify_inclusion(index - 1, index, hashes[index - 1], path, old[index])
        with pytest.raises(ValueError, match="no such leaf"):
            await tree.inclusion(session, SIZE, SIZE)


async def test_tiles_and_bundles_reach_as_far_as_what_is_published(log: Database) -> None:
    await grow(log, 600)
    await publish(log)
    await grow(log, 40)
    hashes = await leaves(log)
    async with log.read() as session:
        assert await tree.tile(session, Tile(0, 1), 600) == b"".join(hashes[256:512])
        assert await tree.tile(session, Tile(0, 2, 88), 600) == b"".join(hashes[512:600])
        assert await tree.tile(session, Tile(0, 2, 7), 600) == b"".join(hashes[512:519])
        assert await tree.tile(session, Tile(0, 2, 88), 599) is None
        assert await tree.tile(session, Tile(0, 2), 600) is None
        assert await tree.tile(session, Tile(0, 9, 1), 600) is None
        assert await tree.tile(session, Tile(1, 0, 2), 600) is not None
        assert await tree.tile(session, Tile(1, 0, 3), 600) is None
        assert await tree.tile(session, Tile(63, 0, 1), 600) is None
        bundle = await tree.tile(session, Tile(None, 2, 88), 600)
        assert bundle is not None
        found = await tree.by_index(session, 599)
        assert found is not None
        assert read_bundle(bundle, 88)[-1] == found.body
        assert found.leaf_hash == hashes[599]
        assert await tree.tile(session, Tile(None, 2, 89), 600) is None


async def test_a_proof_file_holds_all_that_is_needed_without_a_network(log: Database) -> None:
    await grow(log, 300)
    async with log.read() as session:
        assert await tree.proof_file(session, 0, None) is None
    await publish(log)
    hashes = await leaves(log)
    async with log.read() as session:
        text = await tree.proof_file(session, 257, {"handle": ("salt", "@linh")})
        assert await tree.proof_file(session, 300, None) is None
        entry = await tree.by_index(session, 257)
    assert text is not None
    assert entry is not None
    proof = proofs.parse(text)
    head = parse(opened(proof.checkpoint_note, keys.verifiers()).text)
    assert verify_inclusion(257, head.size, hashes[257], proof.hashes, head.root)
    assert proof.extra is not None
    assert b'"openings":{"handle":["salt","@linh"]}' in proof.extra


async def test_questions_take_as_many_statements_whatever_the_size(log: Database) -> None:
    for size in (300, 900):
        await grow(log, size)
        published = await publish(log)
        assert published is not None
        async with log.read() as session:
            with statements(log.engine) as seen:
                assert await tree.latest(session) == published
                assert await tree.at_size(session, published.size) == published
                assert await tree.at_size(session, published.size + 1) is None
                await tree.inclusion(session, 0, published.size)
                await tree.consistency(session, 1, published.size)
                await tree.proof_file(session, 0, None)
            assert len(seen) == 3 + 1 + 1 + 3
