"""The sitter's head: face, hair, what is worn on it."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.demo.portraits.canvas import Canvas, Colour, Point, arc_points, curve, mixed

X, Y = 320, 368  # the middle of the face
RX, RY = 102, 128
SKINS: Sequence[Colour] = ("#f3d3b5", "#ebc29d", "#e0b088", "#d39d74", "#c48c63", "#b07a53")
HAIRS: Sequence[Colour] = ("#1d1a1c", "#2a2220", "#33261f", "#4a3226", "#6b4630")
GREYS: Sequence[Colour] = ("#b9b6b1", "#d9d6d0", "#8d8a88")
INK = "#2a2024"


@dataclass(frozen=True, slots=True)
class Looks:
    """What one head is drawn with."""

    skin: Colour
    hair: Colour
    accent: Colour
    woman: bool
    age: int

    @property
    def shade(self) -> Colour:
        """The skin where no light falls."""
        return mixed(self.skin, "#7a3b2a", 0.22)


def face(on: Canvas, rng: random.Random, looks: Looks) -> None:
    """Head, ears, and a quiet expression."""
    for way in (-1, 1):
        on.oval((X + way * RX, Y + 14), 19, 29, looks.skin)
        on.oval((X + way * RX, Y + 14), 9, 16, looks.shade)
    chin = rng.choice((0.62, 0.7, 0.78)) if looks.woman else rng.choice((0.74, 0.82, 0.88))
    jaw = [(X - RX, Y - 20), (X - RX * 0.98, Y + 38), (X - RX * chin, Y + 96), (X, Y + RY),
           (X + RX * chin, Y + 96), (X + RX * 0.98, Y + 38), (X + RX, Y - 20)]  # fmt: skip
    on.area([*curve(jaw, closed=False), *arc_points((X, Y - 20), RX, RY - 10, 0, -180)], looks.skin)
    blush = mixed(looks.skin, "#d9536f", 0.3)
    for way in (-1, 1):
        on.oval((X + way * 62, Y + 48), 22, 14, blush)
    _eyes(on, rng, looks)
    nose = rng.choice((8, 10, 12))
    on.line([(X - 3, Y + 12), (X + nose, Y + 36), (X - 4, Y + 42)], looks.shade, 4.5)
    _mouth(on, rng, looks)


def _eyes(on: Canvas, rng: random.Random, looks: Looks) -> None:
    kind, brow = rng.choice(("open", "open", "open", "smiling", "soft")), rng.randint(-3, 5)
    brows = INK if looks.hair in GREYS and looks.age < 66 else mixed(looks.hair, INK, 0.3)  # noqa: PLR2004
    for way in (-1, 1):
        x = X + way * 44
        if kind == "open":
            on.oval((x, Y + 2), 9, 11, INK)
            on.oval((x + 3, Y - 2), 3, 3, "#ffffff")
            if looks.woman:
                on.line([(x + way * 4, Y - 8), (x + way * 15, Y - 9)], INK, 4)
        elif kind == "smiling":
            on.line([(x - 15, Y + 6), (x, Y - 7), (x + 15, Y + 6)], INK, 5.5)
        else:
            on.line([(x - 15, Y), (x, Y + 7), (x + 15, Y)], INK, 5.5)
        on.line([(x - 21, Y - 28 + way * brow / 2), (x, Y - 37), (x + 21, Y - 28 - way * brow / 2)],
                brows, 5 if looks.woman else 7)  # fmt: skip


def _mouth(on: Canvas, rng: random.Random, looks: Looks) -> None:
    lips = mixed(looks.skin, "#a8243f" if looks.woman else "#8a3b35", 0.62)
    kind = rng.choice(("smile", "smile", "laugh", "calm"))
    if kind == "laugh":
        wide = [(X - 32, Y + 66), *arc_points((X, Y + 66), 32, 27, 180, 0), (X + 32, Y + 66)]
        on.area(wide, mixed(lips, INK, 0.25))
        on.area([(X - 25, Y + 66), (X + 25, Y + 66), (X + 20, Y + 75), (X - 20, Y + 75)], "#fffaf3")
    elif kind == "smile":
        on.line([(X - 27, Y + 68), (X, Y + 82), (X + 27, Y + 68)], lips, 7)
    else:
        on.line([(X - 19, Y + 74), (X, Y + 77), (X + 19, Y + 72)], lips, 7)


def beard(on: Canvas, rng: random.Random, looks: Looks) -> None:
    """For some men."""
    colour = mixed(looks.hair, looks.skin, 0.15)
    if rng.random() < 0.5:  # noqa: PLR2004
        on.line([(X - 25, Y + 61), (X, Y + 54), (X + 25, Y + 61)], colour, 8)
    else:
        on.oval((X, Y + 112), 24, 15, colour)
        on.line([(X - 25, Y + 61), (X, Y + 54), (X + 25, Y + 61)], colour, 7)


# Hair. `back` is drawn before the body, `front` after the face.

CAP = arc_points((X, Y - 18), RX + 17, RY + 8, 180, 360)


def _front(on: Canvas, colour: Colour, edge: Sequence[Point]) -> None:
    """The crown of the hair, down to the line `edge` from the right temple to the left."""
    on.area([*CAP, *curve(edge, closed=False)], colour)


def fringe(on: Canvas, rng: random.Random, looks: Looks) -> None:
    """How the hair falls on the forehead."""
    right, left = (X + RX + 17, Y - 10), (X - RX - 17, Y - 10)
    edges: Sequence[Sequence[Point]] = (
        (right, (X + 92, Y - 40), (X + 40, Y - 92), (X - 50, Y - 70), (X - 98, Y - 20), left),
        (right, (X + 98, Y - 20), (X + 50, Y - 70), (X - 40, Y - 92), (X - 92, Y - 40), left),
        (right, (X + 98, Y - 22), (X + 62, Y - 66), (X, Y - 98), (X - 62, Y - 66), (X - 98, Y - 22),
         left),
        (right, (X + 96, Y - 40), (X + 60, Y - 52), (X, Y - 48), (X - 60, Y - 52), (X - 96, Y - 40),
         left),
    )  # fmt: skip
    _front(on, looks.hair, edges[rng.randrange(4 if looks.woman else 2)])


def short(on: Canvas, rng: random.Random, looks: Looks) -> None:
    """A short cut: sides above the ears, the top in one of a few ways."""
    right, left = (X + RX + 4, Y - 24), (X - RX - 4, Y - 24)
    edge = rng.choice((
        (right, (X + 88, Y - 66), (X + 20, Y - 88), (X - 60, Y - 82), (X - 92, Y - 60), left),
        (right, (X + 90, Y - 56), (X + 50, Y - 74), (X, Y - 62), (X - 50, Y - 76), (X - 90, Y - 56),
         left),
        (right, (X + 96, Y - 44), (X + 62, Y - 58), (X, Y - 50), (X - 62, Y - 58), (X - 96, Y - 44),
         left),
        (right, (X + 92, Y - 60), (X + 60, Y - 84), (X - 20, Y - 78), (X - 88, Y - 70), left),
    ))  # fmt: skip
    top = arc_points((X, Y - 24), RX + 6, RY - 2, 180, 360)
    on.area([*top, *curve(edge, closed=False)], looks.hair)
    way = rng.choice((-1, 1))
    kind = rng.choice(("close", "swept", "swept", "full", "waves"))
    if kind == "swept":
        on.blob([(X - way * 106, Y - 70), (X - way * 92, Y - 128), (X - way * 20, Y - 166),
                 (X + way * 66, Y - 160), (X + way * 112, Y - 112), (X + way * 104, Y - 66),
                 (X + way * 40, Y - 96)], looks.hair)  # fmt: skip
    elif kind == "full":
        on.blob([(X - 112, Y - 60), (X - 104, Y - 130), (X, Y - 170), (X + 104, Y - 130),
                 (X + 112, Y - 60), (X, Y - 110)], looks.hair)  # fmt: skip
    elif kind == "waves":
        for x, y in ((-86, -84), (-66, -122), (-24, -142), (24, -142), (66, -122), (86, -84)):
            on.oval((X + x, Y + y), 36, 32, looks.hair)


def long_back(on: Canvas, _rng: random.Random, looks: Looks) -> None:
    """Hair over the shoulders."""
    on.blob([(X - 120, Y - 60), (X, Y - 150), (X + 120, Y - 60), (X + 150, Y + 150),
             (X + 138, Y + 330), (X, Y + 350), (X - 138, Y + 330), (X - 150, Y + 150)],
            mixed(looks.hair, "#000000", 0.18))  # fmt: skip


def bob_back(on: Canvas, _rng: random.Random, looks: Looks) -> None:
    """Hair to the chin."""
    on.blob([(X - 122, Y - 50), (X, Y - 150), (X + 122, Y - 50), (X + 146, Y + 90),
             (X + 116, Y + 150), (X, Y + 120), (X - 116, Y + 150), (X - 146, Y + 90)],
            mixed(looks.hair, "#000000", 0.15))  # fmt: skip


def bun_back(on: Canvas, _rng: random.Random, looks: Looks) -> None:
    """Hair put up."""
    on.oval((X, Y - 172), 52, 46, looks.hair)
    on.oval((X, Y - 40), 118, 110, looks.hair)


def tail_back(on: Canvas, rng: random.Random, looks: Looks) -> None:
    """A tail over one shoulder."""
    way = rng.choice((-1, 1))
    on.oval((X, Y - 40), 119, 112, looks.hair)
    on.blob([(X + way * 90, Y - 60), (X + way * 168, Y + 20), (X + way * 158, Y + 220),
             (X + way * 120, Y + 300), (X + way * 104, Y + 120)], looks.hair)  # fmt: skip


def curls_back(on: Canvas, rng: random.Random, looks: Looks) -> None:
    """A cloud of curls."""
    for x, y in ((-112, -60), (-132, 10), (-122, 82), (112, -60), (132, 10), (122, 82), (-74, -122),
                 (0, -146), (74, -122), (-96, 132), (96, 132)):  # fmt: skip
        size = rng.randint(46, 60)
        on.oval((X + x, Y + y), size, size, looks.hair)


def braids_back(on: Canvas, _rng: random.Random, looks: Looks) -> None:
    """Two braids."""
    on.oval((X, Y - 40), 118, 110, looks.hair)
    for way in (-1, 1):
        for knot in range(6):
            on.oval((X + way * (112 + knot * 2), Y + 60 + knot * 44), 23, 27, looks.hair)
        on.oval((X + way * 122, Y + 316), 15, 12, looks.accent)


BACKS: Sequence[Callable[[Canvas, random.Random, Looks], None]] = (
    long_back, long_back, bob_back, bob_back, bun_back, tail_back, curls_back, braids_back,
)  # fmt: skip


# On the head.


def conical_hat(on: Canvas, _rng: random.Random, looks: Looks) -> None:
    """A nón lá with its ribs and a ribbon."""
    straw = "#ecd9a8"
    rim = arc_points((X, Y - 52), 214, 34, 0, 180)
    on.area([(X, Y - 218), *rim], straw)
    for k in range(1, 5):
        y, half = Y - 218 + k * 37, 46 * k
        on.line([(X - half, y), (X, y + half * 0.17), (X + half, y)], "#d3bb7e", 3)
    on.line([(X - 92, Y - 40), (X - 70, Y + 70), (X, Y + 138)], looks.accent, 6)
    on.line([(X + 92, Y - 40), (X + 70, Y + 70), (X, Y + 138)], looks.accent, 6)


def turban(on: Canvas, _rng: random.Random, looks: Looks) -> None:
    """A khăn vấn: a ring of cloth."""
    for k, colour in enumerate((looks.accent, mixed(looks.accent, "#ffffff", 0.18), looks.accent)):
        ring = [*arc_points((X, Y - 46), 132 - k * 6, 112 - k * 12, 190, 350),
                *reversed(arc_points((X, Y - 34), 104, 60, 190, 350))]  # fmt: skip
        on.area(ring, colour)


def headscarf(on: Canvas, _rng: random.Random, looks: Looks) -> None:
    """A scarf of the mountains with a woven border."""
    on.area([*arc_points((X, Y - 24), 128, 132, 180, 360), (X + 104, Y - 62), (X, Y - 84),
             (X - 104, Y - 62)], looks.accent)  # fmt: skip
    for k in range(-4, 5):
        on.area([(X + k * 24 - 9, Y - 82 + abs(k) * 4), (X + k * 24, Y - 98 + abs(k) * 4),
                 (X + k * 24 + 9, Y - 82 + abs(k) * 4), (X + k * 24, Y - 66 + abs(k) * 4)],
                "#f2c14e" if k % 2 else "#fbe9f0")  # fmt: skip


def cap(on: Canvas, rng: random.Random, looks: Looks) -> None:
    """A cap with its peak to one side."""
    way = rng.choice((-1, 1))
    on.area([*arc_points((X, Y - 56), 120, 106, 180, 360), (X + 120, Y - 46), (X - 120, Y - 46)],
            looks.accent)  # fmt: skip
    on.blob([(X - way * 110, Y - 62), (X + way * 40, Y - 74), (X + way * 178, Y - 50),
             (X + way * 120, Y - 34), (X - way * 60, Y - 44)],
            mixed(looks.accent, "#000000", 0.22))  # fmt: skip


def cooks_hat(on: Canvas, _rng: random.Random, _looks: Looks) -> None:
    """A cook's."""
    for x, y, size in ((-72, -186, 58), (0, -206, 70), (72, -186, 58)):
        on.oval((X + x, Y + y), size, size * 0.86, "#fffdf8")
    on.block((X - 108, Y - 168, X + 108, Y - 76), "#fffdf8", 10)
    on.block((X - 108, Y - 96, X + 108, Y - 76), "#e6e0d2", 6)


def flower(on: Canvas, rng: random.Random, looks: Looks) -> None:
    """A flower behind one ear."""
    x, y = X + rng.choice((-104, 104)), Y - 48
    for dx, dy in ((0, -17), (17, -4), (10, 16), (-10, 16), (-17, -4)):
        on.oval((x + dx, y + dy), 14, 14, mixed(looks.accent, "#ffffff", 0.25))
    on.oval((x, y), 9, 9, "#f2c14e")


def headphones(on: Canvas, _rng: random.Random, looks: Looks) -> None:
    """Over the ears."""
    on.line(arc_points((X, Y - 14), 128, 142, 184, 356), mixed(looks.accent, INK, 0.55), 15)
    for way in (-1, 1):
        on.block((X + way * 122 - 22, Y - 30, X + way * 122 + 22, Y + 54), looks.accent, 20)


def glasses(on: Canvas, rng: random.Random, _looks: Looks) -> None:
    """Round ones, or squared."""
    frame = rng.choice((INK, "#6b4630", "#0b5d56"))
    square = rng.random() < 0.4  # noqa: PLR2004
    for way in (-1, 1):
        x = X + way * 45
        if square:
            on.line([(x - 30, Y - 16), (x + 30, Y - 16)], frame, 7)
            on.line(arc_points((x, Y - 14), 31, 36, 0, 180), frame, 5)
        else:
            on.ring((x, Y + 3), 34, frame, 5)
    on.line([(X - 12, Y - 4), (X, Y - 8), (X + 12, Y - 4)], frame, 5)


def earrings(on: Canvas, _rng: random.Random, looks: Looks) -> None:
    """Drops."""
    for way in (-1, 1):
        on.oval((X + way * (RX + 2), Y + 52), 8, 11, looks.accent)


HATS: Mapping[str, Callable[[Canvas, random.Random, Looks], None]] = {
    "conical": conical_hat, "turban": turban, "headscarf": headscarf, "cap": cap,
    "cook": cooks_hat, "flower": flower, "headphones": headphones,
}  # fmt: skip
