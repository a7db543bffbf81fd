"""Answers of sites that mean harm, or are merely broken: for the fetcher's tests and benches.

None of them lets time pass by itself. Who is slow waits for what never comes, until its
connection is closed.
"""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

from tests.channels.local_web import Answer, page, redirect

PART = 65_536
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


async def silence() -> AsyncIterator[bytes]:
    """Takes the question, and never says a word."""
    await asyncio.Event().wait()
    yield b""


async def half_a_body() -> AsyncIterator[bytes]:
    """Begins well, and then never goes on."""
    yield HEAD + b"Content-Length: 100\r\n\r\n" + b"x" * 50
    await asyncio.Event().wait()


async def dripping() -> AsyncIterator[bytes]:
    """Never silent and never done: no limit between two reads ends it, only one of the whole."""
    yield HEAD + b"Content-Length: 1000000\r\n\r\n"
    while True:
        yield b"x"
        await asyncio.sleep(0)


async def endless() -> AsyncIterator[bytes]:
    """A body that never ends."""
    yield HEAD + b"\r\n"
    while True:
        yield b"x" * PART


async def endless_hints() -> AsyncIterator[bytes]:
    """Announces an answer that never comes."""
    while True:
        yield b"HTTP/1.1 103 Early Hints\r\nLink: " + b"x" * 1000 + b"\r\n\r\n"


async def endless_headers() -> AsyncIterator[bytes]:
    """A block of headers that never ends."""
    yield HEAD
    while True:
        yield b"X-More: " + b"y" * 1000 + b"\r\n"


async def one_long_header() -> AsyncIterator[bytes]:
    """A header that never ends."""
    yield HEAD + b"X-More: "
    while True:
        yield b"y" * PART


async def endless_trailers() -> AsyncIterator[bytes]:
    """A short body, and headers after it that never end."""
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
    while True:
        yield b"X-More: " + b"y" * 1000 + b"\r\n"


async def wordy_chunks() -> AsyncIterator[bytes]:
    """A chunk for each byte, with much around it: little body, endless traffic."""
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"1;" + b"y" * 1000 + b"\r\nx\r\n"


async def compressed_nothing() -> AsyncIterator[bytes]:
    """Compressed blocks that come to nothing, for ever: the body never grows."""
    deflate = zlib.compressobj(wbits=zlib.MAX_WBITS + 16)
    yield (
        HEAD
        + b"Content-Encoding: gzip\r\n\r\n"
        + deflate.compress(b"")
        + deflate.flush(zlib.Z_FULL_FLUSH)
    )
    while True:
        yield b"\x00\x00\x00\xff\xff" * 10_000


def bomb(size: int = 50_000_000) -> bytes:
    """Zeros, a thousandfold smaller than they are."""
    return page(gzip.compress(b"0" * size), Content_Encoding="gzip")


SLOW: dict[str, Answer] = {
    "silence": silence,
    "half_a_body": half_a_body,
    "dripping": dripping,
}

HUGE: dict[str, Answer] = {
    "endless": endless,
    "endless_hints": endless_hints,
    "wordy_chunks": wordy_chunks,
    "compressed_nothing": compressed_nothing,
}

FLOODS: dict[str, Answer] = {
    "endless_headers": endless_headers,
    "one_long_header": one_long_header,
    "endless_trailers": endless_trailers,
}

BROKEN: dict[str, Answer] = {
    "nothing": b"",
    "not_http": b"not http at all\r\n\r\n",
    "cut_off": HEAD + b"Content-Length: 9\r\n\r\nshort",
    "not_gzip": page(b"not gzip", Content_Encoding="gzip"),
    "bad_status": b"HTTP/1.1 999999 What\r\n\r\n",
    "two_lengths": HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "null_in_header": HEAD + b"X-A: \0\r\nContent-Length: 1\r\n\r\nx",
}

CIRCLE: Answer = redirect("/")
"""Served at `/`, sends one on to itself."""
