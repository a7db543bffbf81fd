"""The body of a page, decoded within bounds: a stranger decides neither memory nor time."""

import codecs
import zlib
from collections.abc import AsyncIterable

from app.channels.fetcher.errors import NoConnection, TooBig, WrongType

_GZIP = zlib.MAX_WBITS + 16
CHARSETS = frozenset(
    codecs.lookup(name).name
    for name in (
        "utf-8", "ascii", "latin-1", "utf-16", "utf-16-le", "utf-16-be",
        "cp1250", "cp1251", "cp1252", "cp1254", "cp1257", "cp1258",
        "iso8859-2", "iso8859-5", "iso8859-9", "iso8859-15", "koi8-r", "tis-620", "cp874",
        "gbk", "gb18030", "big5", "shift_jis", "cp932", "euc_jp", "euc_kr",
    )
)  # fmt: skip
"""What pages of the web are written in. Python knows more codecs, some of them slow by design."""


async def decoded(parts: AsyncIterable[bytes], encoding: str, most: int) -> bytes:
    """The whole body, at most `most` bytes of it once decoded.

    Args:
        parts: the body as it comes in.
        encoding: the answer's `Content-Encoding`. Only what we ask for is read, and once: an
            encoding within an encoding grows a thousandfold at each step.

    Raises:
        TooBig: it passes `most`; never more than one byte beyond is held.
        WrongType: it is in another encoding.
        NoConnection: it is not what its encoding says.
    """
    name = encoding.strip().lower()
    if name not in ("", "identity", "gzip", "x-gzip"):
        raise WrongType(encoding[:100])
    inflate = zlib.decompressobj(_GZIP) if name.endswith("gzip") else None
    body = bytearray()
    async for part in parts:
        try:
            body += inflate.decompress(part, most + 1 - len(body)) if inflate else part
        except zlib.error as broken:
            raise NoConnection("content-encoding") from broken
        if len(body) > most:
            raise TooBig
    return bytes(body)


def charset_of(parameters: str) -> str:
    """The text encoding that a media type's parameters name, when it is one of `CHARSETS`.

    Anything else is read as UTF-8.
    """
    _, found, given = parameters.lower().partition("charset=")
    name = given.partition(";")[0].strip(" \"'") if found else ""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return "utf-8"
    return known if known in CHARSETS else "utf-8"
