"""Setting words into a space: the largest size in which they fit, broken between words."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import ImageDraw, ImageFont

from app.conduct import typeface


@dataclass(frozen=True, slots=True)
class Block:
    """A space for words: sizes to try, largest first; most lines; height of a line over size."""

    sizes: tuple[int, ...]
    lines: int
    spacing: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """Words that fit: as lines, in a font."""

    lines: tuple[str, ...]
    font: ImageFont.FreeTypeFont
    line_height: int

    @property
    def height(self) -> int:
        """Of all lines, in pixels."""
        return len(self.lines) * self.line_height

    def write(self, pen: ImageDraw.ImageDraw, at: tuple[int, int], colour: str) -> None:
        """Write them, the first line's top left corner `at`."""
        left, top = at
        middle = self.line_height // 2
        for n, line in enumerate(self.lines):
            place = (left, top + n * self.line_height + middle)
            pen.text(place, line, fill=colour, font=self.font, anchor="lm")


@lru_cache
def font(face: str, size: int) -> ImageFont.FreeTypeFont:
    """A face of the vendored typeface, "regular-400" or "semibold-600"."""
    path = typeface.FOLDER / f"{face}.ttf"
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def fitted(text: str, face: str, block: Block, width: int) -> Fitted:
    """`text` in the largest size of `block` in which it fits; cut with "…" if it fits in none."""
    lines: Sequence[str] = ()
    for size in block.sizes:
        lines = _broken(text, font(face, size), width)
        if len(lines) <= block.lines:
            break
    chosen = font(face, size)
    if len(lines) > block.lines:
        kept = lines[: block.lines]
        lines = [*kept[:-1], _cut(kept[-1], chosen, width)]
    return Fitted(tuple(lines), chosen, round(size * block.spacing))


def _broken(text: str, chosen: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """`text` in lines no wider than `width`; a word that is wider by itself is broken inside."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if chosen.getlength(longer) <= width:
            lines[-1] = longer
            continue
        *whole, rest = _pieces(word, chosen, width)
        lines += [*whole, rest]
    return [line for line in lines if line]


def _pieces(word: str, chosen: ImageFont.FreeTypeFont, width: int) -> list[str]:
    pieces = [""]
    for char in word:
        if chosen.getlength(pieces[-1] + char) > width:
            pieces.append("")
        pieces[-1] += char
    return pieces


def _cut(line: str, chosen: ImageFont.FreeTypeFont, width: int) -> str:
    while line and chosen.getlength(line + "…") > width:
        line = line[:-1]
    return line.rstrip() + "…"
