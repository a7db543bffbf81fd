"""How a badge is drawn: SVG that needs nothing from anywhere, with its words as outlines.

Its ground is its own, so that it reads on any page. While all is well its emblem is the lotus whose
middle petal is a tick; otherwise a sign, since a tick would say what the words do not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from app.core.config import ROOT
from app.directory.profile.badge_outlines import BOLD, REGULAR, path, width


@dataclass(frozen=True, slots=True)
class Told:
    """All that a badge says; `tone` is a standing, or "nobody"."""

    tone: str
    language: str
    alliance: str
    name: str
    word: str
    since: str
    since_short: str
    meaning: str
    number: str
    address: str
    title: str


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels of a badge: as wide and high as this, whatever it says; its petal's two radii."""

    width: int
    height: int
    panel: int
    emblem: int
    round: int
    sharp: int


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of a badge, beside those of its tone."""

    ground: str
    text: str
    quiet: str
    line: str
    edge: str


@dataclass(frozen=True, slots=True)
class Tone:
    """A standing's sign and its colours: of the panel, and of the word in each theme."""

    sign: str
    panel: str
    words: Mapping[str, str]


SIZES: Mapping[str, Size] = MappingProxyType(
    {
        "small": Size(300, 48, 48, 30, 14, 4),
        "medium": Size(340, 104, 88, 56, 22, 5),
        "large": Size(460, 236, 132, 88, 32, 7),
    }
)
THEMES: Mapping[str, Theme] = MappingProxyType(
    {
        "light": Theme("#ffffff", "#1b2a2f", "#54646a", "#e2dcd0", "#cdc5b5"),
        "dark": Theme("#172326", "#e8edec", "#9db0b2", "#2a383b", "#3f5054"),
    }
)
WHITE, BLUSH = "#ffffff", "#f3bfd2"  # on a panel: the tick; the lotus's other petals
_GONE = Tone("minus", "#54646a", {"light": "#54646a", "dark": "#b6c4c6"})
_BAD = Tone("cross", "#a8201a", {"light": "#a8201a", "dark": "#ff8a80"})
TONES: Mapping[str, Tone] = MappingProxyType(
    {
        "active": Tone("tick", "#0b5d56", {"light": "#0b5d56", "dark": "#5cc9b8"}),
        "suspended": Tone("pause", "#8a5a00", {"light": "#8a5a00", "dark": "#f2c14e"}),
        "expelled": _BAD,
        "nobody": _BAD,
        "lapsed": _GONE,
        "left": _GONE,
    }
)
_SIGNS = {  # in a square of 24
    "tick": "M7 12.5l3.5 3.5 6.5-7.5",
    "pause": "M9.5 8v8M14.5 8v8",
    "cross": "M8.5 8.5l7 7M15.5 8.5l-7 7",
    "minus": "M7.5 12h9",
}


def draw(told: Told, size: str, theme: str) -> str:
    """The badge as an SVG document of 13 to 65 kB (4 to 9 zipped), made in milliseconds."""
    pen = _Pen(told, SIZES[size], THEMES[theme], TONES[told.tone], theme)
    words = {"small": _small, "medium": _medium, "large": _large}[size](pen)
    w, h = pen.size.width, pen.size.height
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" '
        f'viewBox="0 0 {w} {h}" role="img" aria-labelledby="t d" xml:lang="{told.language}">'
    )
    said = f'<title id="t">{escape(told.title)}</title><desc id="d">{escape(told.meaning)}</desc>'
    return "".join((root, said, *_frame(pen), *words, "</svg>"))


@dataclass(frozen=True, slots=True)
class _Pen:
    told: Told
    size: Size
    theme: Theme
    tone: Tone
    scheme: str

    @property
    def colour(self) -> str:
        """Of the word that tells the standing."""
        return self.tone.words[self.scheme]

    def write(
        self,
        text: str,
        face: str,
        sizes: Sequence[float],
        *,
        at: tuple[float, float],
        room: float,
        colour: str,
    ) -> str:
        """`text` in the largest of `sizes` in which it has room, in one line."""
        fitting, size = fitted(text, face, sizes, room)
        return path(fitting, face, size, at=at, colour=colour)


def _frame(pen: _Pen) -> tuple[str, ...]:
    """Ground, panel with its emblem, and the edge around both."""
    size = pen.size
    middle = (size.panel - size.emblem) / 2, (size.height - size.emblem) / 2
    return (
        f'<path fill="{pen.theme.ground}" d="{_petal(size, 0)}"/>',
        f'<path fill="{pen.tone.panel}" d="{_panel(size)}"/>',
        _emblem(pen, *middle, size.emblem),
        f'<path fill="none" stroke="{pen.theme.edge}" d="{_petal(size, 0.5)}"/>',
    )


def _petal(size: Size, inset: float) -> str:
    """The outline: two round corners and two nearly sharp ones, as the petals of the mark have."""
    left, right, low = inset, size.width - inset, size.height - inset
    a, b = size.round - inset, size.sharp - inset
    return (
        f"M{left} {inset + a}a{a} {a} 0 0 1 {a} {-a}H{right - b}a{b} {b} 0 0 1 {b} {b}"
        f"V{low - a}a{a} {a} 0 0 1 {-a} {a}H{left + b}a{b} {b} 0 0 1 {-b} {-b}z"
    )


def _panel(size: Size) -> str:
    a, b = size.round, size.sharp
    return f"M0 {a}a{a} {a} 0 0 1 {a} {-a}H{size.panel}V{size.height}H{b}a{b} {b} 0 0 1 {-b} {-b}z"


def _emblem(pen: _Pen, x: float, y: float, side: float) -> str:
    if pen.tone.sign == "tick":
        left, right, tick = petals()
        place = f'transform="translate({x:g} {y:g}) scale({side / 32:.5g})"'
        return f'<g {place} fill="{BLUSH}"><path d="{left}"/><path d="{right}"/><path fill="{WHITE}" d="{tick}"/></g>'  # noqa: E501
    stroke = (
        f'<g transform="translate({x:g} {y:g}) scale({side / 24:.5g})" fill="none" '
        f'stroke="{WHITE}" stroke-width="2" stroke-linecap="round">'
    )
    return f'{stroke}<circle cx="12" cy="12" r="10.5"/><path d="{_SIGNS[pen.tone.sign]}"/></g>'


@lru_cache
def petals() -> tuple[str, str, str]:
    """The three petals of the mark, in a square of 32: left, right, and the tick."""
    root = ET.parse(ROOT / "static" / "img" / "mark.svg").getroot()  # noqa: S314 - our own file
    left, right, tick = (one.attrib["d"] for one in root.iter("{http://www.w3.org/2000/svg}path"))
    return left, right, tick


def _sign(pen: _Pen, x: float, y: float, side: float) -> str:
    """A disc with the sign of the standing in it."""
    place = f'transform="translate({x:g} {y:g}) scale({side / 24:.5g})"'
    return (
        f'<g {place}><circle fill="{pen.colour}" cx="12" cy="12" r="12"/>'
        f'<path fill="none" stroke="{pen.theme.ground}" stroke-width="2.6" '
        f'stroke-linecap="round" stroke-linejoin="round" d="{_SIGNS[pen.tone.sign]}"/></g>'
    )


def _small(pen: _Pen) -> tuple[str, ...]:
    told, left, theme = pen.told, 59, pen.theme
    room = pen.size.width - left - 10
    rest, sizes = " · ".join(filter(None, (told.since_short, told.number))), (11.5, 11, 10.5, 10)
    if width(rest, REGULAR, sizes[-1]) > room:  # a number is told whole or not at all
        rest = told.number
    return (
        pen.write(told.word, BOLD, (15, 14, 13), at=(left, 21), room=room, colour=pen.colour),
        pen.write(rest, REGULAR, sizes, at=(left, 37.5), room=room, colour=theme.text),
    )


def _medium(pen: _Pen) -> tuple[str, ...]:
    told, left, theme = pen.told, 104, pen.theme
    room, more = pen.size.width - left - 16, left + 26
    return (
        pen.write(
            told.alliance, BOLD, (12, 11.5, 11), at=(left, 25.5), room=room, colour=theme.quiet
        ),
        _sign(pen, left, 36, 19),
        pen.write(
            told.word, BOLD, (19, 18, 17), at=(more, 52.5), room=room - 26, colour=pen.colour
        ),
        pen.write(
            told.since, REGULAR, (13, 12.5, 12), at=(left, 73.5), room=room, colour=theme.text
        ),
        pen.write(told.number, BOLD, (13,), at=(left, 91.5), room=room, colour=theme.text),
    )


def _large(pen: _Pen) -> tuple[str, ...]:
    told, left, theme = pen.told, 156, pen.theme
    room, more, name = pen.size.width - left - 24, left + 29, told.name or told.number
    lines = broken(told.meaning, REGULAR, 12, room=room, most=3)
    return (
        pen.write(told.alliance, BOLD, (13, 12.5, 12), at=(left, 35), room=room, colour=pen.colour),
        pen.write(
            name, BOLD, (27, 25, 23, 21, 19, 17), at=(left, 72), room=room, colour=theme.text
        ),
        _sign(pen, left, 86.5, 21),
        pen.write(
            told.word, BOLD, (18, 17, 16), at=(more, 103.5), room=room - 29, colour=pen.colour
        ),
        pen.write(
            told.since, REGULAR, (14, 13.5, 13), at=(left, 127), room=room, colour=theme.text
        ),
        *(
            path(line, REGULAR, 12, at=(left, 150 + 16.5 * n), colour=theme.quiet)
            for n, line in enumerate(lines)
        ),
        f'<path fill="none" stroke="{theme.line}" d="M{left} 196.5h{room}"/>',
        *_foot(pen, left, 216.5, room),
    )


def _foot(pen: _Pen, left: float, y: float, room: float) -> tuple[str, ...]:
    """The number, and to the right the place where to check it."""
    told = pen.told
    number = width(told.number, BOLD, 13)
    text, size = fitted(told.address, REGULAR, (12, 11, 10), room - number - 16)
    x = left + room - width(text, REGULAR, size)
    return (
        path(told.number, BOLD, 13, at=(left, y), colour=pen.theme.text),
        path(text, REGULAR, size, at=(x, y), colour=pen.theme.quiet),
    )


def fitted(text: str, face: str, sizes: Sequence[float], room: float) -> tuple[str, float]:
    """`text` and the largest of `sizes` in which it has room; cut with "…" if it has in none."""
    for size in sizes:
        if width(text, face, size) <= room:
            return text, size
    least = sizes[-1]
    while text and width(text + "…", face, least) > room:
        text = text[:-1].rstrip()
    return text + "…", least


def broken(text: str, face: str, size: float, *, room: float, most: int) -> list[str]:
    """`text` in at most so many lines no wider than `room`; the last is cut if it must be."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if width(longer, face, size) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    kept = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [fitted(line, face, (size,), room)[0] for line in kept if line]
