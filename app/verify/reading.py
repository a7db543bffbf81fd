"""Reading pictures of strangers: in a thread, and what could blow up not at all.

A PDF is read by a process of its own, which `conduct.sealing.checking` starts.
"""

import anyio
import anyio.to_thread

from app.credentials import checking

AT_ONCE = 2
BEGINNING = 1 << 16  # bytes in which a document type may be declared

_few = anyio.CapacityLimiter(AT_ONCE)


async def inside_of(picture: bytes) -> bytes | None:
    """The credential in a picture; None without one. An SVG that defines entities has none."""
    beginning = picture[:BEGINNING].lower()
    if b"<!doctype" in beginning or b"<!entity" in beginning:
        return None
    return await anyio.to_thread.run_sync(checking.baked, picture, limiter=_few)
