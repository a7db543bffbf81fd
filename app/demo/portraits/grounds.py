"""What stands behind a sitter: one calm motif of the country on a ground of the brand's colours."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.demo.portraits.canvas import HEIGHT, WIDTH, Canvas, Colour, arc_points, curve, mixed

PAPER = "#fbfaf7"


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground and two colours that lie well on it."""

    ground: Colour
    near: Colour
    far: Colour


GROUNDS: Sequence[Ground] = (
    Ground("#dbe9e4", "#9cc7bd", "#bddbd3"),
    Ground("#f6dfe7", "#e3a5bd", "#eec3d2"),
    Ground("#f5e6cc", "#e2bf83", "#ecd3a6"),
    Ground("#dde5ef", "#a6bad3", "#c2d0e2"),
    Ground("#e8e1ee", "#bfaed0", "#d4c8e0"),
    Ground("#0b5d56", "#1c7a70", "#136a62"),
    Ground("#5f8f86", "#4b7b72", "#78a59c"),
    Ground("#c9dcae", "#9fbb78", "#b5cc93"),
    Ground("#f0c9b2", "#dd9f7d", "#e7b498"),
    Ground("#26374a", "#3a5069", "#2f435a"),
    Ground("#b0305f", "#c75a80", "#bc4570"),
    Ground("#f2d47c", "#e0b64a", "#f7e3a6"),
)


def _sun(on: Canvas, rng: random.Random, g: Ground) -> None:
    x, y = rng.choice(((450, 230), (200, 240), (320, 300)))
    on.oval((x, y), 215, 215, g.far)
    on.oval((x, y), 165, 165, g.near)


def _hills(on: Canvas, rng: random.Random, g: Ground) -> None:
    on.oval((rng.choice((140, 500)), 170), 70, 70, mixed(g.ground, PAPER, 0.55))
    for level, colour in ((430, g.far), (530, g.near), (640, mixed(g.near, g.ground, 0.35))):
        tops = [(x, level + rng.randint(-50, 50)) for x in range(-100, WIDTH + 200, 130)]
        on.area([*curve(tops, closed=False), (WIDTH + 90, HEIGHT), (-90, HEIGHT)], colour)


def _karst(on: Canvas, rng: random.Random, g: Ground) -> None:
    for x in (60, 190, 450, 590):
        top, half = rng.randint(220, 420), rng.randint(60, 95)
        colour = g.far if x in (190, 590) else g.near
        shape = [(x - half, 640), (x - half * 0.8, top + 90), (x - half * 0.2, top),
                 (x + half * 0.5, top + 40), (x + half, 640)]  # fmt: skip
        on.area(curve(shape, closed=False), colour)
    on.area([(0, 600), (WIDTH, 600), (WIDTH, HEIGHT), (0, HEIGHT)], g.far)


def _waves(on: Canvas, _rng: random.Random, g: Ground) -> None:
    for row in range(9):
        for column in range(-1, 6):
            x = column * 130 + (65 if row % 2 else 0)
            y = 130 + row * 90
            for radius, colour in ((74, g.near), (60, g.ground), (46, g.far), (30, g.ground)):
                on.oval((x, y), radius, radius, colour)


def _lotus(on: Canvas, rng: random.Random, g: Ground) -> None:
    y = rng.randint(330, 400)
    for angle in (0, 180, -25, 205, -50, 230, -75, 255, -90):
        a = math.radians(angle)
        dx, dy = math.cos(a), math.sin(a)
        tip = (320 + 300 * dx, y + 300 * dy)
        side = (-dy * 78, dx * 78)
        middle = (320 + 170 * dx, y + 170 * dy)
        petal = [(320.0, float(y)), (middle[0] + side[0], middle[1] + side[1]), tip,
                 (middle[0] - side[0], middle[1] - side[1])]  # fmt: skip
        on.blob(petal, g.near if angle in (-90, -50, 230, 0, 180) else g.far)


def _bamboo(on: Canvas, rng: random.Random, g: Ground) -> None:
    for x in (50, 128, 520, 600):
        lean, colour = rng.randint(-14, 14), rng.choice((g.near, g.far))
        for joint in range(6):
            y = joint * 140 + rng.randint(-10, 10)
            on.block((x + lean * joint / 3 - 15, y, x + lean * joint / 3 + 15, y + 134), colour, 9)
        for _ in range(3):
            y, way = rng.randint(80, 520), rng.choice((-1, 1))
            tip = (x + way * 105, y + 12)
            on.blob([(x, y), (x + way * 55, y - 24), tip, (x + way * 50, y + 10)], g.near)


def _drum(on: Canvas, _rng: random.Random, g: Ground) -> None:
    for radius in (330, 270, 210):
        on.ring((320, 340), radius, g.near, 10)
    for k in range(36):
        a = math.radians(k * 10)
        x, y = 320 + 300 * math.cos(a), 340 + 300 * math.sin(a)
        on.oval((x, y), 9, 9, g.far)
    rays = [
        (320 + (190 if k % 2 else 70) * math.cos(math.radians(k * 12.857)),
         340 + (190 if k % 2 else 70) * math.sin(math.radians(k * 12.857)))
        for k in range(28)
    ]  # fmt: skip
    on.area(rays, g.far)


def _tiles(on: Canvas, _rng: random.Random, g: Ground) -> None:
    for row in range(6):
        for column in range(5):
            x, y = column * 160, row * 160
            for cx, cy, start in ((0, 0, 0), (160, 0, 90), (160, 160, 180), (0, 160, 270)):
                corner = (x + cx, y + cy)
                on.area([corner, *arc_points(corner, 62, 62, start, start + 90)], g.far)
            on.area(
                [(x + 80, y + 42), (x + 118, y + 80), (x + 80, y + 118), (x + 42, y + 80)], g.near
            )


def _leaves(on: Canvas, rng: random.Random, g: Ground) -> None:
    for x, y, way in ((40, 620, 1), (600, 600, -1), (30, 300, 1), (610, 270, -1), (90, 80, 1)):
        length = rng.randint(170, 230)
        tip = (x + way * length * 0.75, y - length * 0.75)
        upper = (x + way * length * 0.15, y - length * 0.6)
        lower = (x + way * length * 0.65, y - length * 0.1)
        on.blob([(x, y), upper, tip, lower], rng.choice((g.near, g.far)))
        on.line([(x, y), tip], g.ground, 4)


def _lanterns(on: Canvas, rng: random.Random, g: Ground) -> None:
    for x in (80, 200, 450, 570):
        y = rng.randint(90, 300)
        colour = rng.choice((g.near, g.far))
        on.line([(x, 0), (x, y)], g.near, 4)
        on.oval((x, y + 50), 52, 46, colour)
        on.block((x - 22, y, x + 22, y + 14), g.near, 4)
        on.block((x - 22, y + 88, x + 22, y + 102), g.near, 4)
        on.line([(x, y + 100), (x, y + 150)], g.near, 5)


def _clouds(on: Canvas, rng: random.Random, g: Ground) -> None:
    for x, y in ((90, 150), (520, 110), (560, 420), (60, 470)):
        colour = rng.choice((g.near, g.far))
        for dx, dy, radius in ((-60, 12, 36), (-15, -12, 52), (42, 6, 42), (84, 20, 26)):
            on.oval((x + dx, y + dy), radius, radius * 0.8, colour)
        on.block((x - 96, y + 10, x + 110, y + 44), colour, 17)


def _roofs(on: Canvas, rng: random.Random, g: Ground) -> None:
    x = -30
    while x < WIDTH:
        wide, top = rng.randint(80, 120), rng.randint(330, 520)
        colour = rng.choice((g.near, g.far))
        roof = (x + wide / 2, top - 52)
        on.area([(x, HEIGHT), (x, top), roof, (x + wide, top), (x + wide, HEIGHT)], colour)
        on.block((x + wide * 0.35, top + 40, x + wide * 0.65, top + 90), g.ground, 6)
        x += wide + 6


Motif = Callable[[Canvas, random.Random, Ground], None]
MOTIFS: Sequence[Motif] = (
    _sun, _hills, _karst, _waves, _lotus, _bamboo, _drum, _tiles, _leaves, _lanterns, _clouds,
    _roofs,
)  # fmt: skip
FITTING: Mapping[str, Sequence[Motif]] = {
    "travel": (_karst, _hills, _waves, _clouds),
    "rural": (_hills, _leaves, _bamboo, _sun),
    "culture": (_drum, _tiles, _lotus, _lanterns),
    "home": (_roofs, _tiles, _leaves),
    "community": (_leaves, _waves, _hills),
    "music": (_drum, _lanterns, _waves),
    "health": (_lotus, _sun, _leaves),
    "beauty": (_lotus, _tiles, _sun),
}


def ground_for(rng: random.Random, topic: str) -> tuple[Canvas, Ground]:
    """A surface with its motif, to put somebody who speaks about `topic` in front of."""
    chosen = rng.choice(GROUNDS)
    on = Canvas.of(chosen.ground)
    rng.choice(FITTING.get(topic, MOTIFS))(on, rng, chosen)
    return on, chosen
