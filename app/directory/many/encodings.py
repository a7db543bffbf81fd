"""Bytes of a text file, read as its writer meant them: UTF-8, UTF-16, or old Windows. Pure."""

import codecs
import re
import unicodedata

from app.core.errors import Refused
from app.core.i18n import gettext as _

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_TONED = re.compile("[aăâeêioôơuưy][\u0300\u0301\u0303\u0309\u0323]", re.IGNORECASE)
_SHOWN = 0.9  # of the bytes of a text in UTF-16 that stand for ASCII, at least this many are


def decoded(data: bytes) -> str:
    """The text in `data`, in NFC.

    The mark at its beginning counts, then UTF-8, then what a Vietnamese Windows writes.

    Raises:
        Refused: it is no text, or in an encoding that we cannot tell.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding)
    if encoding := _utf16_without_mark(data):
        return _strictly(data, encoding)
    if b"\x00" in data:
        raise Refused(_no_text())
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _of_windows(data)
    return _sound(text)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return _sound(data.decode(encoding))
    except UnicodeDecodeError:
        raise Refused(_unknown()) from None


def _sound(text: str) -> str:
    if _CONTROL.search(text):
        raise Refused(_no_text())
    return unicodedata.normalize("NFC", text)


def _utf16_without_mark(data: bytes) -> str:
    """The byte order of a text whose ASCII shows that it is in UTF-16, else nothing."""
    head = data[:1000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half and not even and odd >= half * _SHOWN:
        return "utf-16-le"
    if half and not odd and even >= half * _SHOWN:
        return "utf-16-be"
    return ""


def _of_windows(data: bytes) -> str:
    """Vietnamese (1258) where every tone stands after a vowel, else Western European (1252)."""
    try:
        vietnamese = data.decode("cp1258")
    except UnicodeDecodeError:
        vietnamese = ""
    tones = len(_TONE.findall(vietnamese))
    if tones and tones == len(_TONED.findall(vietnamese)):
        return vietnamese
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise Refused(_unknown()) from None


def _no_text() -> str:
    return _("This is not a list of texts. Save it as an Excel workbook (.xlsx) or as CSV UTF-8.")


def _unknown() -> str:
    return _(
        "We cannot tell in which encoding this file was written. Save it as an Excel workbook"
        " (.xlsx) or as CSV UTF-8."
    )
