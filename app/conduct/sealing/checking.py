"""Checking the seal of any file that anybody gives us.

Bytes from outside are read by a process of their own (`reading`), which has no secrets and no
more memory and time than a check may take; it is killed when the time is over.
"""

import asyncio
import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import anyio
import structlog
from anyio.lowlevel import RunVar
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from app.conduct.models import SealLevel
from app.conduct.sealing.seal import Changed, Seal
from app.core import clock
from app.core.config import ROOT, settings
from app.core.seal_settings import SealSettings

MOST_BYTES = 20 * 1024 * 1024
MOST_SECONDS = 15.0
AT_ONCE = 2  # checks of one process; the others wait
SIGNED = b"/ByteRange"  # stands in the clear in every file with a signature

log = structlog.get_logger("seal")
_turns: RunVar[anyio.CapacityLimiter] = RunVar("turns of checks")


async def check(pdf: bytes, by: SealSettings | None = None) -> Seal | None:
    """What the first seal of `pdf` says. None: it has none, or is no PDF.

    Never raises, whatever the bytes are; nothing of them is kept, and nothing is fetched.

    Args:
        by: whose seals are ours, and which roots are trusted; the configuration when None.
    """
    if SIGNED not in pdf:
        return None
    told = await _read(pdf, by or settings().seal) if len(pdf) <= MOST_BYTES else None
    return _seal(told) if told is not None else _UNREADABLE


_UNREADABLE = Seal(
    intact=False,
    trusted=False,
    whole=False,
    changed=Changed.UNREADABLE,
    sealed_by="",
    sealed_at=None,
    stamped_by="",
    holds_until=None,
    level=None,
    self_made=False,
)


def _seal(told: Mapping[str, Any]) -> Seal:
    at, until, level = told["sealed_at"], told["holds_until"], told["level"]
    return Seal(
        intact=told["intact"],
        trusted=told["trusted"],
        whole=told["whole"],
        changed=Changed(told["changed"]),
        sealed_by=told["sealed_by"],
        sealed_at=datetime.fromisoformat(at) if at else None,
        stamped_by=told["stamped_by"],
        holds_until=datetime.fromisoformat(until) if until else None,
        level=SealLevel(level) if level else None,
        self_made=told["self_made"],
        attachments={name: b64decode(held) for name, held in told["attachments"].items()},
    )


async def _read(pdf: bytes, by: SealSettings | None) -> Mapping[str, Any] | None:
    """What the process that reads `pdf` tells; None when it could not."""
    asked = {
        "moment": clock.now().isoformat(),
        "roots": _written(by.trusted if by else ()),
        "ours": _written(by.ours if by else ()),
    }
    head = json.dumps(asked).encode()
    given = len(head).to_bytes(4, "big") + head + pdf
    async with _limiter():
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "app.conduct.sealing.reading",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=ROOT,
            env={},
        )
        try:
            answer, _ = await asyncio.wait_for(process.communicate(given), MOST_SECONDS)
            told: Mapping[str, Any] = json.loads(answer)
        except (TimeoutError, ValueError, OSError) as trouble:
            log.info("a file could not be read", kind=type(trouble).__name__, bytes=len(pdf))
            return None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    return told


def _limiter() -> anyio.CapacityLimiter:
    try:
        return _turns.get()
    except LookupError:
        _turns.set(anyio.CapacityLimiter(AT_ONCE))
        return _turns.get()


def _written(certificates: tuple[x509.Certificate, ...]) -> list[str]:
    return [b64encode(one.public_bytes(Encoding.DER)).decode() for one in certificates]
