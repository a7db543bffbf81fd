"""A process of its own that reads one file: `python -m app.conduct.sealing.reading`.

It takes a JSON head (its length in four bytes before it) and the file from its standard input,
writes what it found as JSON, and ends. It has no secrets and fetches nothing.
"""

import asyncio
import json
import logging
import resource
import sys
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any

from asn1crypto import x509

from app.conduct.sealing.validating import Trust, found

MOST_MEMORY = 1024**3  # bytes
MOST_SECONDS = 20  # of the processor


def main() -> None:
    """Read, check, tell."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable()
    size = int.from_bytes(sys.stdin.buffer.read(4), "big")
    asked: dict[str, Any] = json.loads(sys.stdin.buffer.read(size))
    trust = Trust(
        moment=datetime.fromisoformat(asked["moment"]),
        roots=_certificates(asked["roots"]),
        ours=_certificates(asked["ours"]),
    )
    told = asyncio.run(found(sys.stdin.buffer.read(), trust))
    told["attachments"] = {
        name: b64encode(held).decode() for name, held in told["attachments"].items()
    }
    json.dump(told, sys.stdout)


def _certificates(written: list[str]) -> tuple[x509.Certificate, ...]:
    return tuple(x509.Certificate.load(b64decode(one)) for one in written)


if __name__ == "__main__":
    main()
