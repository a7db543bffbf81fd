"""A code to scan that leads to a member's page."""

from functools import lru_cache
from io import BytesIO

import segno

from app.core.config import settings

QUIET_ZONE = 4  # modules of white around the code (ISO/IEC 18004, section 5.3.8)
MEDIA_TYPE = "image/svg+xml"


def address(number: str) -> str:
    """What the code says: the page's stable address (design §4), whatever the reader's language."""
    return f"{settings().base_url}/members/{number}"


@lru_cache(maxsize=512)
def svg(number: str) -> bytes:
    """The code of a canonical member number: black on white always, since scanners need that."""
    out = BytesIO()
    segno.make(address(number), error="m", micro=False).save(
        out,
        kind="svg",
        border=QUIET_ZONE,
        dark="#000",
        light="#fff",
        omitsize=True,
        title=f"QR: {number}",
    )
    return out.getvalue()
