"""Checking the seal of any file that anybody gives us."""

from app.conduct.sealing.seal import Seal


async def check(pdf: bytes) -> Seal | None:
    """What the first seal of `pdf` says. None: it has none, or is no PDF.

    Never raises, whatever the bytes are; nothing of them is kept, and nothing is fetched.
    """
    raise NotImplementedError(len(pdf))
