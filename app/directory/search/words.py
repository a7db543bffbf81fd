"""Words as the search compares them: without accents, and with those that were written. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from app.core.text import tidy

_TONED = "àáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵ"
_TONES = {letter: unicodedata.normalize("NFD", letter) for letter in _TONED}  # letter and tone
_ASCII_WORD = re.compile("[a-z0-9]+")
_EARLY_TONE = re.compile("([òóỏõọ])([ae])|([ùúủũụ])(y)")


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `accented` is "" when it is written without accents and without the bar of đ."""

    plain: str  # as `core.text.fold` makes it
    accented: str = ""  # in NFC, the tone on the later vowel: hoà, also for hòa
    typed: str = ""  # as it stood in the text, in lower case

    @property
    def bare(self) -> "Word":
        """The same word without its accents."""
        return Word(self.plain, typed=self.typed)


def spelt(text: str) -> tuple[Word, ...]:
    """The words of `text` in their order; letters and digits, whatever else parts them."""
    return tuple(word for chunk in tidy(text).split() for word in _of_chunk(chunk))


def in_one(words: tuple[Word, ...]) -> Word:
    """All of them written as one."""
    if len(words) == 1:
        return words[0]
    plain = "".join(word.plain for word in words)
    if not any(word.accented for word in words):
        return Word(plain)
    return Word(plain, late_tone("".join(word.accented or word.plain for word in words)))


def late_tone(text: str) -> str:
    """`text` with the tone of oa, oe and uy on the second letter, as in `hoà` for `hòa`."""
    return _EARLY_TONE.sub(_moved, text)


def _moved(found: re.Match[str]) -> str:
    early, late = (part for part in found.groups() if part)
    toned = _TONES[early]
    return toned[0] + unicodedata.normalize("NFC", late + toned[1])


def _of_chunk(chunk: str) -> tuple[Word, ...]:
    """The words of a text without blanks."""
    if chunk.isascii():
        return tuple(Word(word, typed=word) for word in _ASCII_WORD.findall(chunk.lower()))
    return _with_marks(chunk)


@lru_cache(maxsize=1 << 15)
def _with_marks(chunk: str) -> tuple[Word, ...]:
    found: list[Word] = []
    plain: list[str] = []
    accented: list[str] = []
    for char in [*unicodedata.normalize("NFD", chunk.casefold()), " "]:
        if unicodedata.combining(char):
            accented.append(char)
        elif char.isalnum():
            plain.append("d" if char == "đ" else char)
            accented.append(char)
        else:
            if plain:
                found.append(_word("".join(plain), "".join(accented)))
            plain, accented = [], []
    return tuple(found)


def _word(plain: str, accented: str) -> Word:
    plain = unicodedata.normalize("NFC", plain)
    typed = unicodedata.normalize("NFC", accented)
    return Word(plain, "" if typed == plain else late_tone(typed), typed)
