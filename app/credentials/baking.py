"""Credentials inside pictures, as Open Badges 3.0 says (sections 5.3.1 and 5.3.2).

Pictures to be read are strangers': nothing in them is expanded, followed or unpacked.
"""

import struct
import zlib
from collections.abc import Iterator
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
KEYWORD = b"openbadgecredential"
PNG = b"\x89PNG\r\n\x1a\n"
LARGEST = 8 << 20  # bytes of a picture that is read
LONGEST = 64 * 1024  # bytes of a credential in it
DEEPEST = 200  # elements inside each other
_SEPARATOR = "\n"  # between namespace and name: it stands in neither
_ELEMENT = f"{NAMESPACE}{_SEPARATOR}credential"
_UNPACKED = b"\0\0\0\0\0"  # end of keyword; not compressed, in its one way; no language, no title


def svg(picture: str, credential: bytes) -> str:
    """`picture` with the credential inside: the first child of its root element.

    Raises:
        ValueError: the picture is no SVG with something in it, or holds a credential already; or
            the credential is no text.
    """
    data = picture.encode()
    read = _Svg(data)
    if read.found:
        raise ValueError("it holds a credential already")
    start = read.root_at
    end = _end_of_tag(data, start)
    inside = credential.decode().replace("]]>", "]]]]><![CDATA[>")
    namespace = f" xmlns:openbadges={quoteattr(NAMESPACE)}"
    if namespace.encode() in data[start:end]:
        namespace = ""
    baked = f"<openbadges:credential><![CDATA[{inside}]]></openbadges:credential>"
    head, tag = data[:start].decode(), data[start:end].decode()
    made = f"{head}{tag}{namespace}>{baked}{data[end + 1 :].decode()}"
    if _Svg(made.encode()).found != [credential]:
        raise ValueError("not to be read as it was written")
    return made


def _end_of_tag(data: bytes, start: int) -> int:
    """Where the `>` of the tag that begins at `start` is."""
    quote = 0
    for at in range(start, len(data)):
        letter = data[at]
        if quote:
            quote = 0 if letter == quote else quote
        elif letter in b"\"'":
            quote = letter
        elif letter == ord(">"):
            if data[at - 1] == ord("/"):
                break
            return at
    raise ValueError("an SVG without anything in it")


class _Svg:
    """What is read of an SVG: where its root begins, and what is baked into it.

    Raises:
        ValueError: it is no SVG, or has a document type, in which entities could be defined.
    """

    def __init__(self, data: bytes) -> None:
        self.root_at = -1
        self.found: list[bytes] = []
        self._depth = 0
        self._text: list[str] | None = None
        parser = expat.ParserCreate("utf-8", namespace_separator=_SEPARATOR)
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._read
        self._parser = parser
        try:
            parser.Parse(data, True)
        except expat.ExpatError as wrong:
            raise ValueError("no XML") from wrong

    def _refuse(self, *_declared: object) -> None:
        raise ValueError("a document type is not read")

    def _start(self, name: str, _attributes: object) -> None:
        if self._depth == 0:
            if name.rpartition(_SEPARATOR)[2] != "svg":
                raise ValueError("no SVG")
            self.root_at = self._parser.CurrentByteIndex
        if self._text is not None or self._depth >= DEEPEST:
            raise ValueError("elements where none belong")
        if name == _ELEMENT:
            self._text = []
        self._depth += 1

    def _read(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if self._text is not None:
            self.found.append("".join(self._text).strip().encode())
            self._text = None


def png(picture: bytes, credential: bytes) -> bytes:
    """`picture` with the credential in one uncompressed iTXt chunk, right after its header.

    Raises:
        ValueError: the picture is no PNG, or holds a credential already; or the credential is no
            text in UTF-8.
    """
    credential.decode()
    if any(_is_ours(kind, data) for kind, data in _chunks(picture)):
        raise ValueError("it holds a credential already")
    end_of_header = len(PNG) + 4 + 4 + 13 + 4
    content = b"iTXt" + KEYWORD + _UNPACKED + credential
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    return picture[:end_of_header] + chunk + picture[end_of_header:]


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and data of each chunk.

    Raises:
        ValueError: it is no whole PNG.
    """
    if not picture.startswith(PNG):
        raise ValueError("no PNG")
    at, kind = len(PNG), b""
    while kind != b"IEND":
        if at + 12 > len(picture):
            raise ValueError("a PNG that is cut short")
        (length,) = struct.unpack_from(">I", picture, at)
        kind, data = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        after = at + 8 + length
        if at == len(PNG) and (kind, length) != (b"IHDR", 13):
            raise ValueError("a PNG without a header")
        if picture[after : after + 4] != struct.pack(">I", zlib.crc32(kind + data)):
            raise ValueError("a PNG that is broken")
        yield kind, data
        at = after + 4


def _is_ours(kind: bytes, data: bytes) -> bool:
    return kind == b"iTXt" and data.partition(b"\0")[0] == KEYWORD


def extract(picture: bytes) -> bytes | None:
    """The credential inside an SVG or PNG; None without exactly one. Never raises."""
    if len(picture) > LARGEST:
        return None
    try:
        if picture.startswith(PNG):
            found = [_text_of(data) for kind, data in _chunks(picture) if _is_ours(kind, data)]
        else:
            found = list(_Svg(picture).found)
    except (ValueError, RecursionError):
        return None
    if len(found) != 1 or not found[0] or len(found[0]) > LONGEST:
        return None
    return found[0]


def _text_of(data: bytes) -> bytes:
    """The text of an iTXt chunk (PNG, section 11.3.3.4); a compressed one is none of ours."""
    _keyword, _, rest = data.partition(b"\0")
    if rest[:1] != b"\0":
        raise ValueError("a credential is not to be compressed")
    _language, _, rest = rest[2:].partition(b"\0")
    _title, _, text = rest.partition(b"\0")
    return text
