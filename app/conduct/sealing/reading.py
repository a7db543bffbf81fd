"""A process of its own that reads one file: `python -m app.conduct.sealing.reading`.

It takes a JSON head (its length in four bytes before it) and the file from its standard input,
writes what it found as JSON, and ends. It has no secrets, and opens no file and no connection.
"""

import asyncio
import codecs
import json
import logging
import resource
import sys
from base64 import b64decode, b64encode
from datetime import datetime
from importlib import import_module
from typing import Any

from asn1crypto import x509
from cryptography.hazmat.backends import default_backend

from app.conduct.sealing.validating import Trust, found

MOST_MEMORY = 1024**3  # bytes
MOST_SECONDS = 20  # of the processor
LATER = ("pyhanko.pdf_utils.filters", "lxml.etree")  # modules that pyHanko takes up on the way
TEXTS = ("utf-16-be", "latin-1", "cp1252")  # codecs of texts in a PDF


def main() -> None:
    """Read, check, tell."""
    logging.disable()
    with asyncio.Runner() as runner:
        runner.get_loop()
        confine()
        json.dump(runner.run(_answered()), sys.stdout)


def confine() -> None:
    """From now on: so much memory, so much time, nothing written, and nothing opened any more.

    What is open stays so. What would be read in later is read in before.
    """
    default_backend()
    for name in LATER:
        import_module(name)
    for name in TEXTS:
        codecs.lookup(name)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    for none in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
        resource.setrlimit(none, (0, 0))


async def _answered() -> dict[str, Any]:
    size = int.from_bytes(sys.stdin.buffer.read(4), "big")
    asked: dict[str, Any] = json.loads(sys.stdin.buffer.read(size))
    trust = Trust(
        moment=datetime.fromisoformat(asked["moment"]),
        roots=_certificates(asked["roots"]),
        ours=_certificates(asked["ours"]),
    )
    told = await found(sys.stdin.buffer.read(), trust)
    told["attachments"] = {
        name: b64encode(held).decode() for name, held in told["attachments"].items()
    }
    return told


def _certificates(written: list[str]) -> tuple[x509.Certificate, ...]:
    return tuple(x509.Certificate.load(b64decode(one)) for one in written)


if __name__ == "__main__":
    main()
