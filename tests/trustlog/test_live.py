"""The log as strangers reach it: the portal's own routes over HTTP, on rows that somebody changes."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import uvicorn

from app.core.config import settings
from app.trustlog import keys, monitor
from app.trustlog.policy import checkpoints, notes, tiles
from tests.portal import Portal, application
from tests.trustlog import oracle
from tests.trustlog.growing import grow
from tests.trustlog.publishing import publish
from tests.trustlog.test_restored import tamper

SIZE = 520  # two full tiles and a part, and a second level
CHANCE = random.Random(20261128)  # noqa: S311 - a test's
FLIPPED = (
    "overlay({0} PLACING set_byte(substring({0} FROM {1} FOR 1), 0,"
    " get_byte({0}, {1} - 1) # {2}) FROM {1})"
)


@asynccontextmanager
async def served(portal: Portal) -> AsyncIterator[str]:
    """The portal at an address of its own."""
    del portal  # it chose the database
    given = uvicorn.Config(application(), "127.0.0.1", 0, lifespan="off", log_config=None)
    server = uvicorn.Server(given)
    task = asyncio.ensure_future(server._serve())
    try:
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/log"
    finally:
        server.should_exit = True
        await task


async def ended(address: str, state: Path, *more: str) -> int:
    """How a run of the monitor ends, in a thread as it waits for answers."""
    words = [address, "--state", str(state), "--key", keys.vkeys()[0], "--patience", "0", *more]
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        return await asyncio.to_thread(monitor.main, words)


def changes(count: int) -> list[tuple[str, str]]:
    """A byte here and there: which rows, and what becomes of them."""
    found = []
    for _change in range(count):
        bit, index = 1 << CHANCE.randrange(8), CHANCE.randrange(SIZE)
        body = FLIPPED.format("body", CHANCE.randrange(1, 180), bit)
        hash_of_it = f"leaf_hash = sha256('\\x00'::bytea || {body})"
        found.append((f"log_entries SET body = {body}, {hash_of_it}", f"index = {index}"))
        level, number, width = CHANCE.choice([(0, 0, 256), (0, 1, 256), (0, 2, 8), (1, 0, 2)])
        hashes = FLIPPED.format("hashes", CHANCE.randrange(1, width * 32 + 1), bit)
        found.append((f"log_tiles SET hashes = {hashes}", f"level = {level} AND number = {number}"))
    return found


async def test_the_monitor_sees_any_byte_that_is_changed_in_the_database(
    portal: Portal, tmp_path: Path
) -> None:
    """Each time for who followed the log all along, and for who comes new. Turned back, all is well."""
    await grow(portal.database, SIZE)
    await publish(portal.database)
    async with served(portal) as address:
        assert await ended(address, tmp_path / "followed") == monitor.WELL
        for number, (changed, where) in enumerate(changes(12)):
            await tamper(portal.database, f"UPDATE {changed} WHERE {where}")
            assert await ended(address, tmp_path / "followed", "--all") == monitor.BREACH, changed
            assert await ended(address, tmp_path / f"new-{number}") == monitor.BREACH, changed
            await tamper(portal.database, f"UPDATE {changed} WHERE {where}")
        for changed in (
            "UPDATE log_entries SET index = index + 1000 WHERE index = 300",
            "DELETE FROM log_entries WHERE index = 519",
        ):
            await tamper(portal.database, changed)
            assert await ended(address, tmp_path / "followed", "--all") == monitor.BREACH, changed
            await tamper(portal.database, "UPDATE log_entries SET index = 300 WHERE index = 1300")


async def test_somebody_elses_program_agrees_with_what_the_routes_serve(portal: Portal) -> None:
    """`aics-tlog`, given nothing but answers: the root, all tiles and entries, and the signature."""
    tlog = oracle.tlog()
    await grow(portal.database, SIZE)
    await publish(portal.database)
    note = (await portal.get("/log/checkpoint")).text
    head = checkpoints.parse(notes.parse(note).text)
    assert (head.origin, head.size) == (settings().log_name, SIZE)
    rows = range(-(-SIZE // 256))
    bundles = [monitor.tile_path(None, n, tiles.width_at(None, n, SIZE)) for n in rows]
    paths = [*bundles, *map(tiles.path, tiles.tiles_of(0, SIZE))]
    files = {path: (await portal.get(f"/log/{path}")).content for path in paths}
    report = tlog.audit_tiles(oracle.reader(files), SIZE, head.root)
    assert (report.bundles, report.tiles) == (3, 4)


async def test_what_is_short_of_an_entry_is_kept_by_no_cache(portal: Portal) -> None:
    """A row was lost: an answer that caches keep for ever would outlive its repair."""
    await grow(portal.database, 257)
    await publish(portal.database)
    await tamper(portal.database, "DELETE FROM log_entries WHERE index = 3")
    await tamper(portal.database, "UPDATE log_tiles SET hashes = substring(hashes FOR 64)")
    for path in ("entries/000", "0/000", "0/000.p/3"):
        answer = await portal.get(f"/log/tile/{path}")
        assert answer.status_code == 404, path
        assert answer.headers["Cache-Control"] == "public, max-age=2"
    assert (await portal.get("/log/tile/entries/000.p/3")).status_code == 200


async def test_the_words_of_an_entry_are_those_that_were_signed(portal: Portal) -> None:
    """Somebody changed the column, which no tree covers; the page goes by the entry."""
    await grow(portal.database, 2)
    await publish(portal.database)
    await tamper(portal.database, "UPDATE log_entries SET kind = 'membership.expelled'")
    for address in ("/log", "/log/1"):
        shown = (await portal.get(address)).text
        assert "A member was expelled" not in shown
        assert "A version of the code of conduct was published" in shown
