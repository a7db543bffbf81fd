"""The log's files: what machines are served, to the byte and to the header."""

import gzip
from collections.abc import Sequence

import httpx2
import pytest

from app.core.config import ROOT
from app.trustlog import keys
from app.trustlog.policy import checkpoints, merkle, notes, proofs, tiles
from app.trustlog.policy.tiles import WIDTH, Tile
from app.web.sessions import cookie_name
from tests.conftest import statements
from tests.factories.accounts import make_account
from tests.portal import Portal
from tests.trustlog.filling import append, published_log
from tests.trustlog.publishing import publish

FOREVER = "public, max-age=31536000, immutable"
SECONDS = "public, max-age=2"
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
FILES = (
    "/log/checkpoint", "/log/keys", "/log/monitor.py", "/log/tile/0/000.p/3",
    "/log/tile/entries/000.p/3", "/log/2/proof",
)  # fmt: skip
HOSTILE = (
    "0/000", "0/000.p/4", "0/000.p/0", "0/000.p/00", "0/000.p/03", "0/000.p/256", "0/000.p/257",
    "0/001.p/1", "1/000.p/1", "64/000", "00/000", "-1/000", "0/0", "0/00", "0/0000", "0/x000/000",
    "0/x000/000.p/1", "0/000.p/3/", "0/000.p/", "0/000.p", "0//000.p/3",
    "entries/000", "entries/000.p/4", "entries", "entries/", "", "/", "x", "0/999/999", "0/x999",
    "0/x999/x999/x999/x999/x999/x999/999", "0/000.p/3%00", "0/000.p/3%0a", "0/%D9%A0%D9%A0%D9%A0",
    "0/000.P/3", "0/000.p/%2B3", "9" * 3000, "0/000.p/" + "9" * 3000, "%ff",
)  # fmt: skip


def without_query(answer: httpx2.Response) -> tuple[int, bytes]:
    return answer.status_code, answer.content


def levels_of(bodies: Sequence[bytes]) -> list[list[bytes]]:
    """The hashes of each level of tiles, made of nothing but the entries."""
    level = [merkle.leaf_hash(body) for body in bodies]
    found = []
    while level:
        found.append(level)
        full = len(level) // WIDTH
        level = [merkle.root(level[n * WIDTH : (n + 1) * WIDTH]) for n in range(full)]
    return found


@pytest.mark.parametrize("size", [1, 255, 256, 257, 70_000])
async def test_every_tile_and_bundle_is_that_of_the_entries(portal: Portal, size: int) -> None:
    bodies = await published_log(portal.database, size)
    assert len(bodies) == size
    found = levels_of(bodies)
    wide = [len(level) % WIDTH for level in found]
    if size == 70_000:
        assert ([len(level) // WIDTH for level in found], wide) == ([273, 1, 0], [112, 17, 1])
    for number, level in enumerate(found):
        for at in range(0, len(level), WIDTH):
            part = level[at : at + WIDTH]
            path = tiles.path(Tile(number, at // WIDTH, len(part)))
            answer = await portal.get(f"/log/{path}")
            assert (answer.status_code, answer.content) == (200, b"".join(part)), path
    for at in range(0, size, WIDTH):
        held = bodies[at : at + WIDTH]
        path = tiles.path(Tile(None, at // WIDTH, len(held)))
        answer = await portal.get(f"/log/{path}")
        assert answer.status_code == 200, path
        assert tiles.read_bundle(answer.content, len(held)) == list(held), path
    note = (await portal.get("/log/checkpoint")).text
    head = checkpoints.parse(notes.opened(note, keys.verifiers()).text)
    assert (head.size, head.root) == (size, merkle.root(found[0]))


async def test_a_narrower_tile_is_the_beginning_of_a_wider_one(portal: Portal) -> None:
    bodies = await published_log(portal.database, 300)
    leaves = b"".join(map(merkle.leaf_hash, bodies))
    for width in (1, 2, 43, 44, 255):
        answer = await portal.get(f"/log/tile/0/000.p/{width}")
        assert without_query(answer) == (200, leaves[: width * 32])
    for width, status in ((44, 200), (45, 404), (255, 404)):
        assert (await portal.get(f"/log/tile/0/001.p/{width}")).status_code == status
        assert (await portal.get(f"/log/tile/entries/001.p/{width}")).status_code == status
    assert (await portal.get("/log/tile/0/001")).status_code == 404


async def test_what_is_not_published_is_told_to_nobody(portal: Portal) -> None:
    await published_log(portal.database, 3)
    async with portal.transaction() as session:
        await append(session, 2)
    for path in ("0/000.p/4", "entries/000.p/4"):
        answer = await portal.get(f"/log/tile/{path}")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, SECONDS)
    assert (await portal.get("/log/3/proof")).status_code == 404
    await publish(portal.database)
    for path in ("0/000.p/4", "entries/000.p/5"):
        assert (await portal.get(f"/log/tile/{path}")).status_code == 200


async def test_before_the_first_checkpoint_there_is_none(portal: Portal) -> None:
    for path in ("checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1", "0/proof"):
        answer = await portal.get(f"/log/{path}")
        assert answer.status_code == 404, path
        assert answer.headers["Cache-Control"] == SECONDS
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


async def test_no_other_name_is_that_of_a_tile_or_a_proof(portal: Portal) -> None:
    await published_log(portal.database, 3)
    assert (await portal.get("/log/tile/0/000.p/3?x=1")).status_code == 200
    for path in HOSTILE:
        answer = await portal.get(f"/log/tile/{path}")
        assert answer.status_code in (308, 404), path
        assert "immutable" not in answer.headers["Cache-Control"], path
    for index in ("3", "-1", "00", "x", "٣", "9" * 400, "1e0", "%00", "0%0a"):
        assert (await portal.get(f"/log/{index}/proof")).status_code == 404, index


async def test_tiles_are_kept_for_ever_and_are_the_same_for_all(portal: Portal) -> None:
    await published_log(portal.database, 300)
    for path in ("0/000", "1/000.p/1", "0/001.p/44", "entries/000", "entries/001.p/4"):
        answer = await portal.get(f"/log/tile/{path}")
        headers = answer.headers
        assert headers["Cache-Control"] == FOREVER
        assert headers["Content-Type"] == "application/octet-stream"
        assert {name: headers[name] for name in OPEN} == OPEN
        for name in ("Set-Cookie", "Content-Language", "Content-Disposition"):
            assert name not in headers, (path, name)
        packed = path == "entries/000"  # the other bundle is too small to be worth it
        assert headers.get("Vary") == ("Accept-Encoding" if packed else None)
        assert headers.get("Content-Encoding") == ("gzip" if packed else None)


async def test_a_bundle_comes_packed_to_whom_asks_and_whole_to_others(portal: Portal) -> None:
    bodies = await published_log(portal.database, 256)
    whole = tiles.bundle(bodies)
    for accepted in ("gzip", "identity"):
        given = {"Accept-Encoding": accepted}
        async with portal.http.stream("GET", "/log/tile/entries/000", headers=given) as answer:
            raw = b"".join([part async for part in answer.aiter_raw()])
        assert (gzip.decompress(raw) if accepted == "gzip" else raw) == whole
        assert answer.headers["Vary"] == "Accept-Encoding"


async def test_the_checkpoint_is_kept_for_seconds_and_has_a_tag(portal: Portal) -> None:
    await published_log(portal.database, 3)
    first = await portal.get("/log/checkpoint")
    assert first.headers["Cache-Control"] == SECONDS
    assert first.headers["Content-Type"] == "text/plain; charset=utf-8"
    tag = {"If-None-Match": first.headers["ETag"]}
    same = await portal.get("/log/checkpoint", headers=tag)
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["ETag"] == first.headers["ETag"]
    async with portal.transaction() as session:
        await append(session, 1)
    await publish(portal.database)
    changed = await portal.get("/log/checkpoint", headers=tag)
    assert changed.status_code == 200
    assert changed.text.split("\n")[1] == "4"


async def test_keys_and_monitor_are_there_to_be_taken(portal: Portal) -> None:
    answer = await portal.get("/log/keys")
    assert answer.text.splitlines() == list(keys.vkeys())
    assert len(keys.vkeys()) == 1
    monitor = await portal.get("/log/monitor.py")
    assert monitor.text == (ROOT / "app/trustlog/monitor.py").read_text("utf-8")
    for one in (answer, monitor):
        assert one.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert one.headers["Cache-Control"] == "public, max-age=600"


async def test_a_proof_file_holds_the_entry_and_opens_nothing(portal: Portal) -> None:
    async with portal.transaction() as session:
        await append(session, 5)
    head = await publish(portal.database)
    assert head is not None
    answer = await portal.get("/log/3/proof")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="entry-3.tlog-proof"'
    proof = proofs.parse(answer.text)
    body = (await portal.get("/log/tile/entries/000.p/5")).content
    entry = tiles.read_bundle(body, 5)[3]
    checked = checkpoints.parse(notes.opened(proof.checkpoint_note, keys.verifiers()).text)
    leaf = merkle.leaf_hash(entry)
    assert merkle.verify_inclusion(3, checked.size, leaf, proof.hashes, checked.root)
    assert proof.extra is not None
    assert b'"openings":{}' in proof.extra
    assert b"hidden-" not in proof.extra


async def test_files_are_open_to_any_site_in_any_language(portal: Portal) -> None:
    await published_log(portal.database, 3)
    for address in FILES:
        await is_open_to_any_site(portal, address)


async def is_open_to_any_site(portal: Portal, address: str) -> None:
    elsewhere = {"Origin": "https://monitor.example", "Sec-Fetch-Site": "cross-site"}
    usual = await portal.get(address, headers=elsewhere)
    assert usual.status_code == 200
    assert {name: usual.headers[name] for name in OPEN} == OPEN
    assert "Access-Control-Allow-Credentials" not in usual.headers
    for prefix, language in (("", "fr"), ("/vi", "en"), ("/fr", "vi")):
        answer = await portal.get(prefix + address, headers={"Accept-Language": language})
        assert answer.content == usual.content
        assert "Content-Language" not in answer.headers
        assert answer.headers.get("Vary") in (None, "Accept-Encoding")
    asked = await portal.http.request("OPTIONS", address, headers=elsewhere)
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, "*")
    head = await portal.http.request("HEAD", address)
    assert head.status_code == 200
    assert head.headers["Content-Type"] == usual.headers["Content-Type"]
    assert (await portal.http.request("POST", address)).status_code in (403, 404, 405)


async def test_nobody_is_looked_up_and_no_cookie_counts(portal: Portal) -> None:
    await published_log(portal.database, 3)
    async with portal.transaction() as session:
        account = await make_account(session)
    strangers = [await portal.get(address) for address in FILES]
    await portal.sign_in(account.id)
    assert cookie_name() in portal.http.cookies
    for address, stranger in zip(FILES, strangers, strict=True):
        with statements(portal.database.engine) as seen:
            answer = await portal.get(address)
        assert answer.content == stranger.content
        assert answer.headers["Cache-Control"] == stranger.headers["Cache-Control"] != "no-store"
        assert "Set-Cookie" not in answer.headers
        assert [one for one in seen if "web_sessions" in one] == []


@pytest.mark.parametrize("size", [2, 4])
async def test_a_file_costs_as_many_statements_however_large_the_log(
    portal: Portal, size: int
) -> None:
    await published_log(portal.database, size)
    costs = {
        "checkpoint": 1, "tile/0/000.p/1": 2, "tile/entries/000.p/2": 2, "keys": 0, "0/proof": 3,
    }  # fmt: skip
    for path, cost in costs.items():
        with statements(portal.database.engine) as seen:
            assert (await portal.get(f"/log/{path}")).status_code == 200
        assert len(seen) == cost, path
