"""A surface of flat shapes with smooth edges, and the colours that go on it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 640, 800
FINER = 2  # drawn so many times larger, then made small: that is what smooths the edges

Point = tuple[float, float]
Colour = str


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with `share` (0 to 1) of `other` in it; both as `#rrggbb`."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _parts(colour: Colour) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def curve(points: Sequence[Point], *, closed: bool = True, steps: int = 10) -> list[Point]:
    """A smooth line through `points` (Catmull and Rom's)."""
    count = len(points)
    found: list[Point] = []
    for i in range(count if closed else count - 1):
        if closed:
            p = [points[(i + k) % count] for k in (-1, 0, 1, 2)]
        else:
            p = [points[min(max(i + k, 0), count - 1)] for k in (-1, 0, 1, 2)]
        for step in range(steps):
            t = step / steps
            found.append((_between(t, *(q[0] for q in p)), _between(t, *(q[1] for q in p))))
    return found if closed else [*found, points[-1]]


def _between(t: float, a: float, b: float, c: float, d: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def arc_points(centre: Point, rx: float, ry: float, start: float, end: float) -> list[Point]:
    """Points on an ellipse from `start` to `end` degrees, 0 to the right, 90 below."""
    steps = 24
    angles = (math.radians(start + (end - start) * k / steps) for k in range(steps + 1))
    return [(centre[0] + rx * math.cos(a), centre[1] + ry * math.sin(a)) for a in angles]


@dataclass(slots=True)
class Canvas:
    """Draws in units of the finished picture, 640 to 800."""

    image: Image.Image
    pen: ImageDraw.ImageDraw

    @classmethod
    def of(cls, colour: Colour) -> "Canvas":
        """A surface of one colour."""
        image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), colour)
        return cls(image, ImageDraw.Draw(image))

    def area(self, points: Iterable[Point], colour: Colour) -> None:
        """A filled shape with straight sides."""
        self.pen.polygon([(x * FINER, y * FINER) for x, y in points], fill=colour)

    def blob(self, points: Sequence[Point], colour: Colour) -> None:
        """A filled shape, smooth through `points`."""
        self.area(curve(points), colour)

    def oval(self, centre: Point, rx: float, ry: float, colour: Colour) -> None:
        """A filled ellipse."""
        x, y = centre
        box = [(x - rx) * FINER, (y - ry) * FINER, (x + rx) * FINER, (y + ry) * FINER]
        self.pen.ellipse(box, fill=colour)

    def ring(self, centre: Point, radius: float, colour: Colour, width: float) -> None:
        """A circle without its inside."""
        x, y = centre
        box = [v * FINER for v in (x - radius, y - radius, x + radius, y + radius)]
        self.pen.ellipse(box, outline=colour, width=round(width * FINER))

    def block(self, box: tuple[float, float, float, float], colour: Colour, round_: float) -> None:
        """A filled rectangle with round corners."""
        self.pen.rounded_rectangle([v * FINER for v in box], round_ * FINER, fill=colour)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """A line with round ends, smooth through `points`."""
        smooth = curve(points, closed=False)
        scaled = [(x * FINER, y * FINER) for x, y in smooth]
        self.pen.line(scaled, fill=colour, width=round(width * FINER), joint="curve")
        for end in (smooth[0], smooth[-1]):
            self.oval(end, width / 2, width / 2, colour)

    def png(self) -> bytes:
        """The finished picture."""
        out = BytesIO()
        self.image.reduce(FINER).save(out, "PNG", compress_level=1)
        return out.getvalue()
