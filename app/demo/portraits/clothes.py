"""What a sitter wears, from the neck down."""

import random
from collections.abc import Callable, Mapping

from app.demo.portraits.canvas import HEIGHT, Canvas, Colour, Point, mixed
from app.demo.portraits.figure import INK, Looks, X

NECK = 560  # where the collar sits
Wear = Callable[[Canvas, random.Random, Looks, Colour], None]


def _shoulders(on: Canvas, looks: Looks, colour: Colour, top: float = 588) -> None:
    half = 222 if looks.woman else 256
    points: list[Point] = [
        (X - half - 20, HEIGHT + 60), (X - half, 720), (X - half * 0.74, 634), (X - 78, top),
        (X, top + 4), (X + 78, top), (X + half * 0.74, 634), (X + half, 720),
        (X + half + 20, HEIGHT + 60),
    ]  # fmt: skip
    on.blob(points, colour)


def neck(on: Canvas, looks: Looks) -> None:
    """The neck, in the shadow of the chin."""
    on.block((X - 42, 420, X + 42, 640), looks.skin, 20)
    on.area([(X - 42, 460), (X + 42, 460), (X + 42, 520), (X, 542), (X - 42, 520)], looks.shade)


def ao_dai(on: Canvas, rng: random.Random, looks: Looks, colour: Colour) -> None:
    """A high collar, and buttons that run to the arm."""
    _shoulders(on, looks, colour)
    dark = mixed(colour, "#000000", 0.22)
    on.block((X - 56, NECK - 22, X + 56, NECK + 42), colour, 14)
    on.line([(X - 54, NECK - 16), (X, NECK - 6), (X + 54, NECK - 16)], dark, 4)
    on.line([(X + 4, NECK + 36), (X + 60, NECK + 72), (X + 150, NECK + 120)], dark, 4)
    for k in range(3):
        on.oval((X + 34 + k * 46, NECK + 58 + k * 25), 7, 7, mixed(colour, "#ffffff", 0.6))
    if rng.random() < 0.6:  # noqa: PLR2004 - with flowers on it
        light = mixed(colour, "#ffffff", 0.45)
        for x, y in ((-120, 690), (-60, 740), (-150, 770), (50, 720), (120, 765), (-10, 790)):
            for dx, dy in ((0, -9), (9, 0), (0, 9), (-9, 0)):
                on.oval((X + x + dx, y + dy), 7, 7, light)


def ba_ba(on: Canvas, rng: random.Random, looks: Looks, colour: Colour) -> None:
    """The blouse of the delta, some with a checked scarf."""
    _shoulders(on, looks, colour)
    on.area([(X - 52, 570), (X + 52, 570), (X, 660)], looks.skin)
    dark = mixed(colour, "#000000", 0.25)
    on.line([(X - 56, 572), (X, 662), (X, HEIGHT)], dark, 5)
    on.line([(X + 56, 572), (X, 662)], dark, 5)
    for y in (690, 735, 780):
        on.oval((X, y), 7, 7, mixed(colour, "#ffffff", 0.65))
    if rng.random() < 0.6:  # noqa: PLR2004
        _checked_scarf(on, rng)


def _checked_scarf(on: Canvas, rng: random.Random) -> None:
    dark = rng.choice((INK, "#7a1f3d", "#0b5d56"))
    for way in (-1, 1):
        for row in range(8):
            for column in range(3):
                x = X + way * (66 + column * 20 + row * 3) - 10
                y = 578 + row * 30 + column * 4
                light = (row + column) % 2
                on.area([(x, y), (x + 20, y), (x + 20, y + 30), (x, y + 30)],
                        "#f4efe4" if light else dark)  # fmt: skip


def tee(on: Canvas, rng: random.Random, looks: Looks, colour: Colour) -> None:
    """A shirt with a round neck."""
    _shoulders(on, looks, colour)
    on.oval((X, 578), 66, 36, mixed(colour, "#000000", 0.2))
    on.oval((X, 572), 56, 30, looks.skin)
    if rng.random() < 0.4:  # noqa: PLR2004 - with stripes
        stripe = mixed(colour, "#ffffff", 0.5)
        for y in (690, 738, 786):
            on.line([(X - 190, y + 14), (X, y), (X + 190, y + 14)], stripe, 13)


def shirt(on: Canvas, _rng: random.Random, looks: Looks, colour: Colour) -> None:
    """A shirt with a collar."""
    _shoulders(on, looks, colour)
    dark = mixed(colour, "#000000", 0.16)
    on.area([(X - 44, 566), (X + 44, 566), (X, 632)], looks.skin)
    on.area([(X - 58, 556), (X - 96, 606), (X - 50, 662), (X, 628)], mixed(colour, "#ffffff", 0.2))
    on.area([(X + 58, 556), (X + 96, 606), (X + 50, 662), (X, 628)], mixed(colour, "#ffffff", 0.2))
    on.line([(X, 632), (X, HEIGHT)], dark, 5)
    for y in (690, 745):
        on.oval((X, y), 6, 6, dark)


def jacket(on: Canvas, _rng: random.Random, looks: Looks, colour: Colour) -> None:
    """A jacket over a light shirt."""
    dark = mixed(colour, INK, 0.45)
    _shoulders(on, looks, dark)
    on.area([(X - 60, 570), (X + 60, 570), (X, 800)], "#f6f1e6")
    on.area([(X - 42, 562), (X + 42, 562), (X, 630)], looks.skin)
    lapel = mixed(dark, "#ffffff", 0.12)
    on.area([(X - 66, 560), (X - 128, 650), (X - 62, 690), (X - 6, 800), (X - 20, 800)], lapel)
    on.area([(X + 66, 560), (X + 128, 650), (X + 62, 690), (X + 6, 800), (X + 20, 800)], lapel)


def hoodie(on: Canvas, _rng: random.Random, looks: Looks, colour: Colour) -> None:
    """A hood, and its strings."""
    dark = mixed(colour, "#000000", 0.2)
    _shoulders(on, looks, colour)
    on.blob(
        [(X - 132, 610), (X - 84, 520), (X, 560), (X + 84, 520), (X + 132, 610), (X, 668)], dark
    )
    on.oval((X, 560), 52, 40, looks.skin)
    for way in (-1, 1):
        on.line([(X + way * 34, 622), (X + way * 40, 720)], "#f6f1e6", 7)


def apron(on: Canvas, _rng: random.Random, looks: Looks, colour: Colour) -> None:
    """A shirt under an apron."""
    _shoulders(on, looks, mixed(colour, "#ffffff", 0.55))
    on.oval((X, 572), 56, 30, looks.skin)
    for way in (-1, 1):
        on.line([(X + way * 84, 592), (X + way * 100, 700)], colour, 26)
    on.block((X - 122, 690, X + 122, HEIGHT + 40), colour, 18)
    on.block((X - 56, 736, X + 56, HEIGHT + 40), mixed(colour, "#000000", 0.18), 12)


def woven(on: Canvas, _rng: random.Random, looks: Looks, _colour: Colour) -> None:
    """Indigo cloth with a woven border, as worn in the mountains and the highlands."""
    _shoulders(on, looks, "#232c44")
    on.area([(X - 46, 566), (X + 46, 566), (X, 640)], looks.skin)
    for way in (-1, 1):
        band: list[Point] = [
            (X + way * 44, 560), (X + way * 84, 566), (X + way * 36, 800), (X, 800), (X, 650),
        ]  # fmt: skip
        on.area(band, looks.accent)
        for k in range(6):
            y = 592 + k * 36
            x = X + way * (58 - k * 7)
            on.area([(x, y - 14), (x + 12, y), (x, y + 14), (x - 12, y)],
                    "#f2c14e" if k % 2 else "#fbfaf7")  # fmt: skip


def turtleneck(on: Canvas, _rng: random.Random, looks: Looks, colour: Colour) -> None:
    """Warm, up to the chin."""
    _shoulders(on, looks, colour)
    on.block((X - 60, 532, X + 60, 616), mixed(colour, "#ffffff", 0.12), 22)
    on.line([(X - 54, 560), (X, 572), (X + 54, 560)], mixed(colour, "#000000", 0.18), 4)


WEAR: Mapping[str, Wear] = {
    "ao_dai": ao_dai, "ba_ba": ba_ba, "tee": tee, "shirt": shirt, "jacket": jacket,
    "hoodie": hoodie, "apron": apron, "woven": woven, "turtleneck": turtleneck,
}  # fmt: skip
