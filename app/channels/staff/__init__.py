"""The staff's pages of channels: what waits for a look, what was seen, and what they make of it."""

from fastapi import APIRouter

from app.channels.staff import channel, counts, disputes, kept, waiting

router = APIRouter()
router.include_router(waiting.router)
router.include_router(disputes.router)
router.include_router(counts.router)
router.include_router(kept.router)
router.include_router(channel.router)  # last: its addresses take any word for a channel's id
