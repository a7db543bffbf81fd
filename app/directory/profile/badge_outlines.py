"""The letters of the vendored typeface as outlines: a badge on another site has no font of ours.

Read off the TrueType tables themselves (OpenType specification: "cmap", "hmtx", "loca", "glyf").
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.conduct import typeface

REGULAR, BOLD = "regular-400", "semibold-600"
ASCENT, DESCENT = 1.22, 0.27  # of the tallest letter (Ẫ) and the lowest (ỵ), in sizes of the type
_ON, _X_SHORT, _Y_SHORT, _REPEAT, _X_SAME, _Y_SAME = 1, 2, 4, 8, 16, 32
_WORDS, _XY, _SCALE, _MORE, _XY_SCALE, _MATRIX = 1, 2, 8, 32, 64, 128

Point = tuple[int, int, bool]  # x, y (upwards), whether the outline goes through it
Contour = Sequence[Point]


@dataclass(frozen=True, slots=True)
class Face:
    """The tables of one font file."""

    data: bytes
    tables: dict[bytes, int]  # where each begins
    units: int  # to one size of the type
    glyphs: dict[int, int]  # by character
    long_places: bool
    advances: int  # how many glyphs have one of their own


def width(text: str, face: str, size: float) -> float:
    """How wide `text` is in pixels; letters that the typeface lacks take no room."""
    font = _face(face)
    return sum(_advance(font, glyph) for glyph in _glyphs(font, text)) * size / font.units


def path(text: str, face: str, size: float, *, at: tuple[float, float], colour: str) -> str:
    """`text` as one SVG path, its base line beginning `at` x, y."""
    x, y = at
    scale = size / _face(face).units
    place = f"matrix({scale:.5g} 0 0 -{scale:.5g} {x:.5g} {y:.5g})"
    return f'<path fill="{colour}" transform="{place}" d="{_drawn(text, face)}"/>'


@lru_cache(maxsize=2048)
def _drawn(text: str, face: str) -> str:
    font, left, parts = _face(face), 0, []
    for glyph in _glyphs(font, text):
        parts += [_outline(contour, left) for contour in _contours(font, glyph)]
        left += _advance(font, glyph)
    return "".join(parts)


def _glyphs(font: Face, text: str) -> Iterator[int]:
    return (font.glyphs[ord(char)] for char in text if ord(char) in font.glyphs)


@lru_cache
def _face(name: str) -> Face:
    data = Path(typeface.FOLDER / f"{name}.ttf").read_bytes()
    (count,) = struct.unpack_from(">H", data, 4)
    records = (struct.unpack_from(">4sLLL", data, 12 + 16 * n) for n in range(count))
    tables = {tag: offset for tag, _, offset, _ in records}
    (units,) = struct.unpack_from(">H", data, tables[b"head"] + 18)
    (long_places,) = struct.unpack_from(">h", data, tables[b"head"] + 50)
    (advances,) = struct.unpack_from(">H", data, tables[b"hhea"] + 34)
    return Face(data, tables, units, _mapped(data, tables[b"cmap"]), bool(long_places), advances)


def _mapped(data: bytes, cmap: int) -> dict[int, int]:
    """Glyphs by character, as format 4 has them."""
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    found: dict[int, int] = {}
    for n in range(count):
        (offset,) = struct.unpack_from(">L", data, cmap + 8 + 8 * n)
        table = cmap + offset
        kind, _, _, twice = struct.unpack_from(">HHHH", data, table)
        if kind == 4:  # noqa: PLR2004 - the format that every font has
            for segment in range(twice // 2):
                found |= _segment(data, table + 14 + 2 * segment, twice)
    return found


def _segment(data: bytes, at: int, twice: int) -> dict[int, int]:
    """One stretch of characters; `at` is its end code, the other columns follow."""
    (last,) = struct.unpack_from(">H", data, at)
    (first,) = struct.unpack_from(">H", data, at + twice + 2)
    (delta,) = struct.unpack_from(">H", data, at + 2 * twice + 2)
    place = at + 3 * twice + 2
    (offset,) = struct.unpack_from(">H", data, place)
    found = {}
    for char in range(first, min(last, 0xFFFE) + 1):
        glyph = char
        if offset:
            (glyph,) = struct.unpack_from(">H", data, place + offset + 2 * (char - first))
        if glyph:
            found[char] = (glyph + delta) & 0xFFFF
    return found


def _advance(font: Face, glyph: int) -> int:
    place = font.tables[b"hmtx"] + 4 * min(glyph, font.advances - 1)
    (found,) = struct.unpack_from(">H", font.data, place)
    return int(found)


def _place(font: Face, glyph: int) -> tuple[int, int]:
    """Where the glyph begins and ends."""
    loca, glyf = font.tables[b"loca"], font.tables[b"glyf"]
    if font.long_places:
        first, last = struct.unpack_from(">LL", font.data, loca + 4 * glyph)
        return glyf + first, glyf + last
    first, last = struct.unpack_from(">HH", font.data, loca + 2 * glyph)
    return glyf + 2 * first, glyf + 2 * last


def _contours(font: Face, glyph: int) -> list[Contour]:
    at, end = _place(font, glyph)
    if at == end:  # a blank
        return []
    (count,) = struct.unpack_from(">h", font.data, at)
    return _simple(font.data, at + 10, count) if count >= 0 else _composed(font, at + 10)


def _simple(data: bytes, at: int, count: int) -> list[Contour]:
    ends = struct.unpack_from(f">{count}H", data, at)
    at += 2 * count
    (hints,) = struct.unpack_from(">H", data, at)
    at += 2 + hints
    flags: list[int] = []
    while len(flags) <= ends[-1]:
        flag, at = data[at], at + 1
        again = 0
        if flag & _REPEAT:
            again, at = data[at], at + 1
        flags += [flag] * (again + 1)
    xs, at = _coordinates(data, at, flags, _X_SHORT, _X_SAME)
    ys, at = _coordinates(data, at, flags, _Y_SHORT, _Y_SAME)
    points = [(x, y, bool(flag & _ON)) for x, y, flag in zip(xs, ys, flags, strict=True)]
    starts = (0, *(end + 1 for end in ends))
    return [points[first : last + 1] for first, last in zip(starts, ends, strict=False)]


def _coordinates(
    data: bytes, at: int, flags: Sequence[int], short: int, same: int
) -> tuple[list[int], int]:
    value, found = 0, []
    for flag in flags:
        if flag & short:
            value += data[at] if flag & same else -data[at]
            at += 1
        elif not flag & same:
            (step,) = struct.unpack_from(">h", data, at)
            value += step
            at += 2
        found.append(value)
    return found, at


def _composed(font: Face, at: int) -> list[Contour]:
    """A letter made of others, as those with accents are; none of ours is turned or stretched."""
    found: list[Contour] = []
    flags = _MORE
    while flags & _MORE:
        flags, glyph = struct.unpack_from(">HH", font.data, at)
        dx, dy = struct.unpack_from(">hh" if flags & _WORDS else ">bb", font.data, at + 4)
        at += 8 if flags & _WORDS else 6
        if flags & (_SCALE | _XY_SCALE | _MATRIX) or not flags & _XY:
            raise ValueError("the typeface has a letter of a kind that is not read here")
        found += [[(x + dx, y + dy, on) for x, y, on in part] for part in _contours(font, glyph)]
    return found


def _outline(contour: Contour, left: int) -> str:
    """One closed line of SVG: between two points beside it lies one on it (TrueType)."""
    points = _from_one_on_it(contour)
    x, y, _ = points[0]
    parts, rest = [f"M{x + left} {y}"], [*points[1:], points[0]]
    while rest:
        px, py, on = rest.pop(0)
        if on:
            parts.append(f"l{px - x} {py - y}")
            x, y = px, py
            continue
        nx, ny, beyond = rest[0]
        if beyond:
            rest.pop(0)
        else:
            nx, ny = (px + nx) // 2, (py + ny) // 2
        parts.append(f"q{px - x} {py - y} {nx - x} {ny - y}")
        x, y = nx, ny
    return "".join(parts) + "z"


def _from_one_on_it(contour: Contour) -> Contour:
    first = next((n for n, (_, _, on) in enumerate(contour) if on), None)
    if first is not None:
        return [*contour[first:], *contour[:first]]
    (ax, ay, _), (bx, by, _) = contour[0], contour[-1]
    return [((ax + bx) // 2, (ay + by) // 2, True), *contour]
