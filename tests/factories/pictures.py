"""Files that somebody might upload as a portrait."""

from io import BytesIO
from typing import Any

from PIL import Image


def picture(
    size: tuple[int, int] = (800, 1000),
    kind: str = "JPEG",
    *,
    mode: str = "RGB",
    colour: Any = (40, 120, 110),
    **options: Any,
) -> bytes:
    """A plain picture of one colour in a file of that kind."""
    out = BytesIO()
    Image.new(mode, size, colour).save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """The picture in `data`, decoded."""
    found = Image.open(BytesIO(data))
    found.load()
    return found
