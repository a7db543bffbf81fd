"""A log of C2SP tlog-tiles made up in memory, and served by HTTP as badly as a test wants."""

import hashlib
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.crypto import canonical_json
from app.trustlog.policy import notes, tiles
from app.trustlog.policy.checkpoints import Checkpoint
from app.trustlog.policy.merkle import leaf_hash, root
from app.trustlog.policy.notes import Signer

NAME = "log.example/test"


def signer(seed: str = "log", name: str = NAME, kind: int = notes.ED25519) -> Signer:
    """The same key for the same seed."""
    secret = hashlib.sha256(seed.encode()).digest()
    return Signer(name, Ed25519PrivateKey.from_private_bytes(secret), kind)


def entry(number: int, **told: Any) -> bytes:
    """An entry like the portal's; what is told of it may be changed."""
    usual = {
        "format": "digital-trust-alliance/log-entry/1",
        "id": str(UUID(int=(0x018F << 112) + number)),
        "at": "2026-11-28T12:00:00.000000Z",
        "kind": "membership.begun",
        "rule": "standing/1",
        "subject": f"subject-{number % 7}",
        "facts": {"n": str(number)},
        "commitments": {},
    }
    return canonical_json({**usual, **told})


@dataclass
class Answer:
    """What is answered in place of the truth."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None  # as said to the client; None for the truth
    pause: float = 0.0  # seconds before each byte


class ServedLog:
    """A log whose every byte may be changed: `bodies`, `note`, and `instead` for single answers."""

    def __init__(self) -> None:
        self.signers = [signer()]
        self.bodies: list[bytes] = []
        self.note = ""
        self.url = ""
        self.instead: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.only_full: set[str] = set()  # tiles whose partial forms are gone

    def grow(self, count: int) -> "ServedLog":
        """Add entries, and publish them."""
        start = len(self.bodies)
        self.bodies += [entry(number) for number in range(start, start + count)]
        return self.publish()

    def publish(self, size: int | None = None) -> "ServedLog":
        """Sign a checkpoint over what `bodies` are now."""
        self.hashes = [leaf_hash(body) for body in self.bodies[:size]]
        head = Checkpoint(NAME, len(self.hashes), root(self.hashes))
        self.note = notes.sign(head.text(), self.signers)
        self.instead.clear()
        return self

    @property
    def size(self) -> int:
        return len(self.hashes)

    def true(self, path: str) -> bytes | None:
        """What belongs at a path."""
        if path == "checkpoint":
            return self.note.encode() or None
        if path == "keys":
            return "".join(f"{one.vkey}\n" for one in self.signers).encode()
        tile = tiles.parse(path)
        if tile is None or tiles.width_at(tile.level, tile.number, self.size) < tile.width:
            return None
        first = tile.number * tiles.WIDTH
        if tile.level is None:
            return tiles.bundle(self.bodies[first : first + tile.width])
        step = 256**tile.level
        starts = [(first + n) * step for n in range(tile.width)]
        return b"".join(root(self.hashes[start : start + step]) for start in starts)

    def answer(self, path: str) -> Answer:
        self.asked.append(path)
        if path in self.instead:
            return self.instead[path]
        found = self.true(path)
        return Answer(status=404) if found is None else Answer(found)

    def change(self, path: str, at: int = -1) -> None:
        """Turn one bit of what is served at a path."""
        found = bytearray(self.true(path) or b"")
        found[at] ^= 1
        self.instead[path] = Answer(bytes(found))


def _handler(log: ServedLog) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True  # or each answer waits for the acknowledgement of a part

        def do_GET(self) -> None:
            said = log.answer(self.path.removeprefix("/log/"))
            length = len(said.body) if said.length is None else said.length
            self.send_response(said.status)
            for name, value in {**said.headers, "Content-Length": str(length)}.items():
                self.send_header(name, value)
            self.end_headers()
            if not said.pause:
                self.wfile.write(said.body)
            for one in said.body if said.pause else b"":
                time.sleep(said.pause)
                try:
                    self.wfile.write(bytes([one]))
                    self.wfile.flush()
                except OSError:
                    break
            if length != len(said.body):
                self.close_connection = True

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def served() -> Iterator[ServedLog]:
    """An empty log at an address of its own."""
    log = ServedLog().publish()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(log)) as server:
        server.daemon_threads = True
        log.url = f"http://127.0.0.1:{server.server_address[1]}/log"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield log
        finally:
            server.shutdown()
            thread.join()
