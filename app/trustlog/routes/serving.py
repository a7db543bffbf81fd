"""The log for machines: checkpoint, tiles and bundles as C2SP tlog-tiles, keys, the monitor.

These addresses are in no language and never change. What is published stays as it is for ever, so
any cache may keep a tile for good; only the checkpoint grows old, in seconds.
"""

from functools import lru_cache

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from app.core.config import ROOT
from app.core.crypto import digest
from app.trustlog import keys
from app.trustlog.policy import places, tiles
from app.trustlog.queries import tree
from app.web.caching import has
from app.web.deps import ReadSession
from app.web.headers import FOREVER

router = APIRouter()

SECONDS = "public, max-age=2"
MINUTES = "public, max-age=600"
BYTES = "application/octet-stream"
MONITOR = ROOT / "app" / "trustlog" / "monitor.py"


@router.get("/log/checkpoint")
async def checkpoint(request: Request, session: ReadSession) -> Response:
    """The newest signed head of the tree, with what witnesses have signed of it."""
    published = await tree.latest(session)
    if published is None:
        return _nothing("Nothing has been published yet.")
    tag = f'W/"{digest(published.note.encode())[:24]}"'
    kept = {"ETag": tag, "Cache-Control": SECONDS}
    if has(request, tag):
        return Response(status_code=304, headers=kept)
    return PlainTextResponse(published.note, headers=kept)


@router.get("/log/tile/{path:path}")
async def tile(session: ReadSession, path: str) -> Response:
    """Hashes of one level, or a bundle of entries: as many as the published tree covers."""
    asked = tiles.parse(f"tile/{path}")
    published = await tree.latest(session) if asked else None
    if asked is None or published is None:
        return _nothing()
    found = await tree.tile(session, asked, published.size)
    if found is None:
        return _nothing()
    return Response(found, media_type=BYTES, headers={"Cache-Control": FOREVER})


@router.get("/log/keys")
async def vkeys() -> Response:
    """The keys by which checkpoints are checked, a line each, as C2SP signed-note writes them."""
    lines = keys.vkeys()
    if not lines:
        return _nothing("No key is configured.")
    text = "".join(f"{line}\n" for line in lines)
    return PlainTextResponse(text, headers={"Cache-Control": MINUTES})


@router.get("/log/monitor.py")
async def monitor() -> Response:
    """The program with which anybody follows the log: one file, to be read before it is run."""
    return PlainTextResponse(_monitor(), headers={"Cache-Control": MINUTES})


@lru_cache
def _monitor() -> str:
    return MONITOR.read_text("utf-8")


@router.get("/log/{index}/proof")
async def proof(session: ReadSession, index: str) -> Response:
    """The offline proof of an entry (C2SP tlog-proof), which opens nothing that the entry hides."""
    place = places.read(index)
    text = None if place is None else await tree.proof_file(session, place, None)
    if text is None:
        return _nothing()
    saved = {
        "Content-Disposition": f'attachment; filename="entry-{place}.tlog-proof"',
        "Cache-Control": SECONDS,
    }
    return PlainTextResponse(text, headers=saved)


def _nothing(why: str = "There is nothing here.") -> Response:
    """404, in words that are the same for all; kept for seconds, since the tree grows."""
    return PlainTextResponse(f"{why}\n", status_code=404, headers={"Cache-Control": SECONDS})
