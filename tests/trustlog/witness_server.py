"""A witness of the tests' own, by C2SP tlog-witness, on loopback: honest, or at fault as told."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.config import WitnessSettings
from app.trustlog import keys
from app.trustlog.policy.checkpoints import Checkpoint, parse
from app.trustlog.policy.merkle import verify_consistency
from app.trustlog.policy.notes import COSIGNATURE, BadSignature, Signer, opened

PHRASES = {200: "OK", 400: "No", 403: "No", 404: "No", 409: "Conflict", 422: "No", 500: "Oh"}


@dataclass
class LocalWitness:
    """What it holds, what it was asked, and how it is to misbehave."""

    name: str
    url: str = ""
    held: Checkpoint | None = None
    asked: list[int] = field(default_factory=list)  # the old sizes of all requests
    fault: str = ""
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def signer(self) -> Signer:
        """Its key."""
        return Signer(self.name, self.key, COSIGNATURE)

    def settings(self, every: float = 0.05) -> WitnessSettings:
        """How the portal is told of it."""
        return WitnessSettings(url=self.url, vkey=self.signer.vkey, every=every)

    def answer(self, body: str) -> tuple[int, str]:  # noqa: C901, PLR0911 - all that may go wrong
        """Status and body of the answer to an `add-checkpoint`."""
        above, _, note = body.partition("\n\n")
        first, *lines = above.split("\n")
        old = int(first.removeprefix("old "))
        self.asked.append(old)
        try:
            text = opened(note, keys.verifiers()).text
        except BadSignature:
            return 403, ""
        shown = parse(text)
        held = self.held or Checkpoint(shown.origin, 0, b"")
        match self.fault:
            case "unknown":
                return 404, ""
            case "broken":
                return 500, ""
            case "larger":
                return 409, f"{shown.size + 7}\n"
            case "stubborn":
                return 409, f"{old}\n" if old else "1\n"
            case "babbling":
                return 409, "so many\n"
            case "another key":
                other = Signer(self.name, Ed25519PrivateKey.generate(), COSIGNATURE)
                return 200, other.line(text, at=1) + "\n"
            case "false":
                return 200, self.signer.line(text + "x\n", at=1) + "\n"
            case "endless":
                return 200, "— x AAAA\n" * 20_000
        if old > shown.size:
            return 400, ""
        if old != held.size:
            return 409, f"{held.size}\n"
        path = [b64decode(line) for line in lines if line]
        if old and not verify_consistency(old, held.root, shown.size, shown.root, path):
            return 422, ""
        self.held = shown
        return 200, "— elsewhere.example/w AAAAAAAA\n" + self.signer.line(
            text, at=1_790_000_000
        ) + "\n"


@asynccontextmanager
async def serving(*witnesses: LocalWitness) -> AsyncIterator[None]:
    """The witnesses, each on a port of its own."""
    servers = []
    for witness in witnesses:
        server = await asyncio.start_server(_handler(witness), "127.0.0.1", 0)
        witness.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/w/"
        servers.append(server)
    try:
        yield
    finally:
        for server in servers:
            server.close()


def _handler(witness: LocalWitness):  # noqa: ANN202 - what asyncio wants
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            assert head.startswith("POST /w/add-checkpoint HTTP/1.1\r\n")
            length = int(head.lower().split("content-length:", 1)[1].split("\r\n", 1)[0])
            body = (await reader.readexactly(length)).decode()
            if witness.fault == "hanging":
                witness.asked.append(-1)
                await reader.read()  # until who asked has had enough
            else:
                status, told = witness.answer(body)
                kind = "text/x.tlog.size" if status == 409 else "text/plain"
                encoded = told.encode()
                writer.write(
                    f"HTTP/1.1 {status} {PHRASES[status]}\r\nContent-Type: {kind}\r\n"
                    f"Content-Length: {len(encoded)}\r\nConnection: close\r\n\r\n".encode()
                    + encoded
                )
                await writer.drain()
        writer.close()

    return handle
