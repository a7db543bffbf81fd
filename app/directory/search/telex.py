"""Vietnamese typed with the keyboard switched off: `ddeen` for đên, `nguye64n` for nguyễn. Pure.

Telex writes marks as letters (aa aw dd ee oo ow uw, tones f r x s j), VNI as digits (6 7 8 9, tones
1 to 5). Only what becomes a syllable of Vietnamese is read so.
"""

import re
import unicodedata

_TONES = dict(zip("frxsj23415", "\u0300\u0309\u0303\u0301\u0323" * 2, strict=True))
_DOUBLED = {"aa": "â", "ee": "ê", "oo": "ô", "dd": "đ", "aw": "ă", "ow": "ơ", "uw": "ư"}
_DIGITS = {"6": {"a": "â", "e": "ê", "o": "ô"}, "7": {"o": "ơ", "u": "ư"}, "8": {"a": "ă"}}
_SYLLABLE = re.compile(
    "(ngh|ng|nh|ch|gh|gi(?=[aăâeêoôơuư])|kh|ph|qu|th|tr|[bcdđghklmnprstvx])?"
    "([aăâeêioôơuưy]{1,3})(ng|nh|ch|[cmnpt])?"
)
_MARKED = "ăâêôơư"
_LATE = ("oa", "oe", "uy")  # the second letter bears the tone


def joined(typed: str) -> str | None:
    """The syllable that `typed` (in lower case) was meant to be; None when it cannot be one."""
    letters, tone = _by_digits(typed) if any(c.isdigit() for c in typed) else _by_letters(typed)
    if letters == typed:
        return None
    letters = letters.replace("ưo", "ươ").replace("uơ", "ươ")
    found = _SYLLABLE.fullmatch(letters)
    if found is None:
        return None
    start, vowels, end = (part or "" for part in found.groups())
    at = _bearer(vowels, end)
    toned = vowels[: at + 1] + tone + vowels[at + 1 :]
    return unicodedata.normalize("NFC", start + toned + end)


def _by_letters(typed: str) -> tuple[str, str]:
    """Marks written as letters; the tone apart."""
    letters, tone = "", ""
    for char in typed:
        if char in _TONES and re.search("[aăâeêioôơuưy]", letters):
            tone = _TONES[char]
        elif char == "w" and "uo" in letters:
            letters = letters.replace("uo", "ươ")
        else:
            pair = _DOUBLED.get(letters[-1:] + char)
            letters = letters[:-1] + pair if pair else letters + char
    return letters, tone


def _by_digits(typed: str) -> tuple[str, str]:
    """Marks written as digits, behind their letter or at the end; the tone apart."""
    letters, tone = "", ""
    for char in typed:
        if char in _TONES and char.isdigit() and letters:
            tone = _TONES[char]
        elif char == "9" and "d" in letters:
            letters = letters.replace("d", "đ", 1)
        elif char == "7" and "uo" in letters:
            letters = letters.replace("uo", "ươ")
        else:
            at = max((letters.rfind(base) for base in _DIGITS.get(char, ())), default=-1)
            if at < 0:
                letters += char
            else:
                letters = letters[:at] + _DIGITS[char][letters[at]] + letters[at + 1 :]
    return letters, tone


def _bearer(vowels: str, end: str) -> int:
    """Which of the vowels bears the tone."""
    marked = [at for at, vowel in enumerate(vowels) if vowel in _MARKED]
    if marked:
        return marked[-1]
    if end or vowels in _LATE or vowels[2:]:
        return min(1, len(vowels) - 1)
    return 0
