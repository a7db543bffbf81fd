"""Pictures that people upload: known by their content, drawn anew; portraits in two sizes.

Nothing of the file that came in is kept: what is stored are the pixels, drawn again without
metadata, colour profile, thumbnails or whatever hides behind the picture (decision 0014).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from types import MappingProxyType

import anyio
import anyio.to_thread
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from app.core.crypto import digest
from app.core.errors import Refused
from app.core.i18n import gettext as _
from app.core.storage import storage

SIZES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"card": (320, 400), "profile": (640, 800)}  # twice what pages show, for sharp screens
)
FORMATS = ("JPEG", "PNG", "WEBP")
ACCEPT = (
    "image/jpeg,image/png,image/webp"  # what a page lets choose; iPhones then turn HEIC to JPEG
)
MOST_BYTES = 8_000_000
MOST_PIXELS = 50_000_000
LEAST = (400, 500)  # pixels; less cannot be recognised
LEAST_CAPTURE = (200, 200)
MOST_CAPTURE = (1600, 8000)  # a long page is longer than wide
MEDIA_TYPE = "image/webp"

_DRAFT = (1600, 1600)  # a JPEG is decoded at the smallest scale that still covers this
_CENTRE = (0.5, 0.4)  # faces are above the middle
_one_at_a_time = anyio.CapacityLimiter(1)  # the largest picture takes 200 MB while it is open


async def draw(data: bytes) -> Mapping[str, bytes]:
    """Both sizes of the portrait in the file `data`, as WebP, by name of the size.

    Takes a thread and up to a second; to be called while no transaction is open.

    Raises:
        Refused: it is too large, too small, damaged, or no picture of a kind in `FORMATS`.
    """
    if len(data) > MOST_BYTES:
        raise Refused(too_heavy())
    return await anyio.to_thread.run_sync(draw_now, data, limiter=_one_at_a_time)


async def draw_capture(data: bytes) -> bytes:
    """The capture of a screen in the file `data`, whole, as WebP; otherwise as `draw`.

    Raises:
        Refused: as `draw` says.
    """
    if len(data) > MOST_BYTES:
        raise Refused(too_heavy())
    return await anyio.to_thread.run_sync(draw_capture_now, data, limiter=_one_at_a_time)


def too_heavy() -> str:
    """What to say of a file of more than `MOST_BYTES`."""
    return _("This file is larger than %(n)s MB. Choose a smaller one.", n=MOST_BYTES // 1_000_000)


def draw_now(data: bytes) -> Mapping[str, bytes]:
    """As `draw`, in the caller's own thread and whatever the file's weight."""
    with _opened(data, LEAST) as image:
        profile = _profile(image)
    card = profile.resize(SIZES["card"], Image.Resampling.LANCZOS)
    return {"card": _webp(card), "profile": _webp(profile)}


def draw_capture_now(data: bytes) -> bytes:
    """As `draw_capture`, in the caller's own thread and whatever the file's weight."""
    with _opened(data, LEAST_CAPTURE) as image:
        icc = image.info.get("icc_profile")
        whole = _opaque(ImageOps.exif_transpose(image))
        whole.thumbnail(MOST_CAPTURE, Image.Resampling.LANCZOS)
        capture = _in_srgb(whole, icc).convert("RGB")
    return _webp(capture)


@contextmanager
def _opened(data: bytes, least: tuple[int, int]) -> Iterator[Image.Image]:
    """The picture in a file; whatever goes wrong with it inside the block is said to the person."""
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            _check_size(image, least)
            yield image
    except Refused:
        raise
    except UnidentifiedImageError as unknown:
        raise Refused(
            _("This is not a picture that we can read. Choose a JPEG, PNG or WebP file.")
        ) from unknown
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise Refused(_too_many_pixels()) from bomb
    except Exception as broken:  # decoders raise anything at all on a file made to break them
        raise Refused(
            _("This picture is damaged or incomplete. Save it again, or choose another one.")
        ) from broken


def _check_size(image: Image.Image, least: tuple[int, int]) -> None:
    """Look at the size that the header claims, before anything is decoded."""
    if image.width * image.height > MOST_PIXELS:
        raise Refused(_too_many_pixels())
    if min(image.size) < min(least) or max(image.size) < max(least):
        raise Refused(
            _(
                "This picture is too small: it has %(has)s pixels and needs at least %(least)s.",
                has=f"{image.width} × {image.height}",
                least=f"{least[0]} × {least[1]}",
            )
        )


def _too_many_pixels() -> str:
    return _(
        "This picture has more than %(n)s million pixels. Make it smaller, then try again.",
        n=MOST_PIXELS // 1_000_000,
    )


def _profile(image: Image.Image) -> Image.Image:
    """The picture upright, cut to 4:5, in sRGB and without transparency, in the larger size."""
    icc = image.info.get("icc_profile")
    image.draft("RGB", _DRAFT)  # JPEG only; has no effect on the others
    upright = ImageOps.exif_transpose(image)
    cut = ImageOps.fit(_opaque(upright), SIZES["profile"], Image.Resampling.LANCZOS, 0, _CENTRE)
    return _in_srgb(cut, icc).convert("RGB")


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image if image.mode in ("RGB", "CMYK") else image.convert("RGB")
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")


def _in_srgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    """The colours as the camera meant them; unchanged when its profile cannot be used."""
    if not icc:
        return image
    try:
        found = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(BytesIO(icc)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return found or image


def _webp(image: Image.Image) -> bytes:
    out = BytesIO()
    image.info.clear()
    image.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def key_of(sizes: Mapping[str, bytes], once: str) -> str:
    """The key of a portrait in the storage: nobody guesses it who does not have the picture.

    Args:
        once: names the occasion, so that one picture sent twice at once has one key, and the same
            picture of another person or another day has another.
    """
    return f"portraits/{digest(once.encode() + sizes['profile'])[:32]}"


def file(key: str, size: str) -> str:
    """Where the storage has the portrait `key` in `size`."""
    return f"{key}/{size}.webp"


async def keep(key: str, sizes: Mapping[str, bytes]) -> None:
    """Store both sizes of a portrait under `key`."""
    for size, data in sizes.items():
        await storage().put(file(key, size), data, MEDIA_TYPE)


async def forget(key: str) -> None:
    """Delete all sizes of the portrait `key`; nothing happens when there are none."""
    for size in SIZES:
        await storage().delete(file(key, size))
