"""A web of its own on loopback: sites by name, over TLS or not, as kind or as rude as a test needs.

The journeys use it too: `serve()` in the test, and in the portal's process
`install_fetcher(fetcher_to(port, ca_file))`.
"""

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.channels.fetcher import Fetcher, Turns
from app.channels.fetcher.addresses import Resolve

LOOPBACK = ip_address("127.0.0.1")
Answer = bytes | Callable[[], AsyncIterator[bytes]]


def page(
    body: str | bytes, *, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str
) -> bytes:
    """A whole answer with `body`."""
    raw = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(raw)}", "Connection: close"]
    lines += [f"Content-Type: {kind}"] if kind else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + raw


def redirect(to: str, status: int = 302) -> bytes:
    """An answer that sends one on."""
    return page("", status=status, Location=to)


class LocalWeb:
    """Answers by host and path; remembers what it was asked."""

    def __init__(self) -> None:
        self.sites: dict[str, Answer] = {}
        self.asked: list[bytes] = []
        self.port = 0
        self._busy: set[asyncio.Task[None]] = set()

    async def end(self) -> None:
        """Break off whatever answers go on for ever."""
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._busy.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(head)
            path = head.split(b" ", 2)[1].decode()
            host = next(
                line.split(b":", 1)[1].strip().decode()
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"host:")
            )
            said = self.sites.get(host + path, page("nothing here", status=404))
            if isinstance(said, bytes):
                writer.write(said)
            else:
                async for part in said():
                    writer.write(part)
                    await writer.drain()
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._busy.discard(task)
            writer.close()


@asynccontextmanager
async def serve(
    tls: ssl.SSLContext | None = None, address: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[LocalWeb]:
    """A local web for the length of the block."""
    web = LocalWeb()
    server = await asyncio.start_server(web.answer, address, port, ssl=tls)
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        server.close()
        await web.end()


def resolver(ports: dict[str, tuple[str, int]], asked: list[str] | None = None) -> Resolve:
    """A name server that knows `ports`; a name of any other kind does not exist."""

    async def resolve(host: str, port: int) -> list[tuple[str, int]]:
        if asked is not None:
            asked.append(host)
        if host not in ports:
            raise OSError("no such name")
        return [ports[host]]

    return resolve


def fetcher_of(
    web: LocalWeb, *names: str, seconds: float = 5.0, **more: tuple[str, int]
) -> Fetcher:
    """A fetcher for which the `.example` names lead to `web`, or where `more` says."""
    table = {f"{name}.example": ("127.0.0.1", web.port) for name in names or ("site",)}
    return Fetcher(
        allowed=lambda address: address == LOOPBACK,
        resolve=resolver(table | {f"{name}.example": place for name, place in more.items()}),
        seconds=seconds,
        turns=Turns(distance=0),
    )


def fetcher_to(port: int, ca_file: Path) -> Fetcher:
    """A fetcher for which every name under `.example` is the local web at `port`."""

    async def resolve(host: str, _port: int) -> list[tuple[str, int]]:
        if not host.endswith(".example"):
            raise OSError("no such name")
        return [("127.0.0.1", port)]

    return Fetcher(
        allowed=lambda address: address == LOOPBACK,
        resolve=resolve,
        tls=ssl.create_default_context(cafile=str(ca_file)),
        turns=Turns(distance=0),
    )


def certify(folder: Path, names: Collection[str]) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS for `names`, and the file of the one who vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A test's own authority")])
    start = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert_file, key_file)
    return server, cert_file
