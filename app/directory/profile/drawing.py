"""How the picture of a member's page is drawn: portrait to the left, words to the right."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from types import MappingProxyType

from PIL import Image, ImageDraw, ImageOps

from app.core.config import ROOT
from app.directory.profile.lettering import Block, fitted, font

WIDTH, HEIGHT = 1200, 630  # what the networks ask for: 1.91 to 1
PANEL = 504  # the portrait's width: 4 to 5, as portraits are
PETAL = 200  # radius of the panel's one round corner
LEFT, RIGHT = 568, 1140  # of the words
NAME = Block(sizes=(68, 60, 52, 46, 40), lines=3, spacing=1.22)
MEANING = Block(sizes=(30, 27), lines=3, spacing=1.4)
_SCALE = 4  # shapes are drawn so much larger and made smaller: their edges become smooth

PAPER, TEXT, QUIET, JADE, LINE = "#fbfaf7", "#1b2a2f", "#54646a", "#0b5d56", "#e2dcd0"


@dataclass(frozen=True, slots=True)
class Tone:
    """The colours of a standing, and the sign that goes with its word."""

    colour: str
    panel: str
    sign: str


_GONE = Tone(QUIET, "#f3f0e8", "minus")
TONES: Mapping[str, Tone] = MappingProxyType(
    {
        "active": Tone(JADE, "#e2efeb", "tick"),
        "suspended": Tone("#8a5a00", "#fdf1d8", "pause"),
        "expelled": Tone("#a8201a", "#fce9e6", "cross"),
        "lapsed": _GONE,
        "left": _GONE,
    }
)
_STROKES: Mapping[str, tuple[tuple[tuple[float, float], ...], ...]] = MappingProxyType(
    {
        "tick": (((0.28, 0.52), (0.44, 0.68), (0.73, 0.35)),),
        "pause": (((0.39, 0.32), (0.39, 0.68)), ((0.61, 0.32), (0.61, 0.68))),
        "cross": (((0.34, 0.34), (0.66, 0.66)), ((0.66, 0.34), (0.34, 0.66))),
        "minus": (((0.3, 0.5), (0.7, 0.5)),),
    }
)


@dataclass(frozen=True, slots=True)
class Shown:
    """All that a picture shows, in one language; `standing` settles its colours."""

    alliance: str
    name: str
    standing: str
    standing_words: str
    meaning: str
    number: str
    address: str
    initials: str
    portrait: str | None  # its key in the storage


def draw(shown: Shown, portrait: bytes | None) -> bytes:
    """The picture as PNG; takes a tenth of a second.

    Args:
        portrait: a WebP of 4 to 5, or None for initials (for nobody's, the mark).
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    tone = TONES[shown.standing]
    image.paste(_panel(shown, tone, portrait), (0, 0), _petal())
    _words(image, shown, tone)
    out = BytesIO()
    few = image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG)
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def _panel(shown: Shown, tone: Tone, portrait: bytes | None) -> Image.Image:
    if portrait:
        with Image.open(BytesIO(portrait), formats=("WEBP",)) as opened:
            return ImageOps.fit(opened.convert("RGB"), (PANEL, HEIGHT))
    panel = Image.new("RGB", (PANEL, HEIGHT), tone.panel)
    middle = (PANEL // 2, HEIGHT // 2)
    if shown.initials:
        ImageDraw.Draw(panel).text(
            middle, shown.initials, fill=tone.colour, font=font("semibold-600", 190), anchor="mm"
        )
        return panel
    mark = _mark(240)
    place = (middle[0] - mark.width // 2, middle[1] - mark.height // 2)
    panel.paste(Image.new("RGB", mark.size, QUIET), place, mark)
    return panel


@lru_cache
def _petal() -> Image.Image:
    """Where the panel shows: all but what its round corner, the lower right, leaves out."""
    mask = Image.new("L", (PANEL * 2, HEIGHT * 2), 0)
    box = (0, 0, PANEL * 2 - 1, HEIGHT * 2 - 1)
    ImageDraw.Draw(mask).rounded_rectangle(
        box, PETAL * 2, fill=255, corners=(False, False, True, False)
    )
    return mask.resize((PANEL, HEIGHT), Image.Resampling.LANCZOS)


@lru_cache
def _mark(size: int) -> Image.Image:
    """The alliance's mark as a mask, `size` pixels wide: what is white in its icon."""
    with Image.open(ROOT / "static" / "img" / "mark-512.png") as opened:
        ground = Image.new("RGBA", opened.size, JADE)
        white = ImageOps.autocontrast(Image.alpha_composite(ground, opened).getchannel("R"))
    mark = white.crop(white.getbbox())
    return mark.resize((size, size * mark.height // mark.width), Image.Resampling.LANCZOS)


def _words(image: Image.Image, shown: Shown, tone: Tone) -> None:
    pen = ImageDraw.Draw(image)
    mark = _mark(48)
    image.paste(Image.new("RGB", mark.size, JADE), (LEFT, 56), mark)
    alliance = fitted(shown.alliance, "semibold-600", Block((26, 24, 22), 1, 1.2), 510)
    alliance.write(pen, (LEFT + 62, 64), JADE)

    name = fitted(shown.name, "semibold-600", NAME, RIGHT - LEFT)
    word = fitted(shown.standing_words, "semibold-600", Block((34, 30), 1, 1.3), 500)
    meaning = fitted(shown.meaning, "regular-400", MEANING, RIGHT - LEFT)
    top = 124 + max(0, (404 - name.height - word.height - meaning.height - 40) // 2)
    name.write(pen, (LEFT, top), TEXT)
    top += name.height + 24
    image.paste(Image.new("RGB", (40, 40), tone.colour), (LEFT, top + 3), _sign(tone.sign))
    word.write(pen, (LEFT + 54, top), tone.colour)
    meaning.write(pen, (LEFT, top + word.height + 16), TEXT)

    pen.line((LEFT, 548, RIGHT, 548), fill=LINE, width=2)
    pen.text((LEFT, 582), shown.number, fill=TEXT, font=font("semibold-600", 27), anchor="lm")
    address = fitted(shown.address, "regular-400", Block((25, 21, 18), 1, 1.2), 300)
    pen.text((RIGHT, 582), address.lines[0], fill=QUIET, font=address.font, anchor="rm")


@lru_cache
def _sign(name: str) -> Image.Image:
    """A disc with the sign cut out of it, as a mask."""
    side = 40 * _SCALE
    mask = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(mask)
    pen.ellipse((0, 0, side - 1, side - 1), fill=255)
    for stroke in _STROKES[name]:
        points = [(x * side, y * side) for x, y in stroke]
        pen.line(points, fill=0, width=side // 10, joint="curve")
        for x, y in points:  # round ends
            half = side / 20
            pen.ellipse((x - half, y - half, x + half, y + half), fill=0)
    return mask.resize((40, 40), Image.Resampling.LANCZOS)
