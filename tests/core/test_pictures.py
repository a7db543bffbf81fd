"""Portraits: what comes in, what is kept, and files made to do harm."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageCms, ImageColor

from app.core import pictures
from app.core.errors import Refused
from app.core.storage import storage
from tests.factories.pictures import opened, picture

NO_PICTURE = "This is not a picture that we can read. Choose a JPEG, PNG or WebP file."
DAMAGED = "This picture is damaged or incomplete. Save it again, or choose another one."
TOO_MANY = "This picture has more than 50 million pixels. Make it smaller, then try again."


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        pictures.draw_now(data)
    return str(refused.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(400, 500), (500, 400), (800, 1000), (3000, 1200)])
def test_every_picture_becomes_two_webp_files_of_four_by_five(
    kind: str, size: tuple[int, int]
) -> None:
    drawn = pictures.draw_now(picture(size, kind))
    found = {name: (opened(data).format, opened(data).size) for name, data in drawn.items()}
    assert found == {"card": ("WEBP", (320, 400)), "profile": ("WEBP", (640, 800))}


@pytest.mark.parametrize(
    ("mode", "colour"),
    [("L", 90), ("P", 3), ("CMYK", (10, 20, 30, 40)), ("LA", (90, 0)), ("RGBA", (1, 2, 3, 0)), ("1", 1)],
)  # fmt: skip
def test_pictures_of_every_mode_are_drawn_in_plain_colours(mode: str, colour: object) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    drawn = pictures.draw_now(picture(kind=kind, mode=mode, colour=colour))
    assert opened(drawn["card"]).mode == "RGB"


def test_what_is_transparent_becomes_white() -> None:
    drawn = pictures.draw_now(picture(kind="PNG", mode="RGBA", colour=(200, 0, 0, 0)))
    assert opened(drawn["profile"]).getpixel((320, 400)) == (255, 255, 255)


def test_no_metadata_survives() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    exif.get_ifd(0x8825)[2] = (10.0, 46.0, 30.0)
    comment = b"<?xpacket begin?>Secret place"
    data = picture(exif=exif, comment=comment, icc_profile=srgb()) + b"<script>Secret tail</script>"
    for drawn in pictures.draw_now(data).values():
        assert b"Secret" not in drawn
        assert not opened(drawn).getexif()
        assert {"exif", "xmp", "icc_profile", "comment"}.isdisjoint(opened(drawn).info)


def near(found: object, name: str) -> bool:
    assert isinstance(found, tuple)
    wanted = ImageColor.getrgb(name)
    return all(abs(a - b) < 20 for a, b in zip(found, wanted, strict=True))


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_a_picture_taken_sideways_stands_upright() -> None:
    lying = Image.new("RGB", (1000, 800), "blue")
    lying.paste("red", (0, 0, 500, 800))  # its left half: on top, once it is turned
    exif = Image.Exif()
    exif[0x0112] = 6
    out = BytesIO()
    lying.save(out, "JPEG", exif=exif, quality=95)

    drawn = opened(pictures.draw_now(out.getvalue())["profile"]).convert("RGB")

    assert near(drawn.getpixel((320, 60)), "red")
    assert near(drawn.getpixel((320, 740)), "blue")


def test_colours_outside_srgb_are_brought_into_it() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()  # does not fit RGB
    plain = pictures.draw_now(picture(icc_profile=srgb()))
    assert pictures.draw_now(picture(icc_profile=lab)) == plain
    assert pictures.draw_now(picture(icc_profile=b"no profile")) == plain


def test_the_largest_camera_picture_is_drawn() -> None:
    drawn = pictures.draw_now(picture((8160, 6120), quality=30))
    assert opened(drawn["profile"]).size == (640, 800)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + b"\0" * 40,
        b"%PDF-1.7\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><img src=x onerror=alert(1)>",
        picture(kind="GIF"),
        picture(kind="BMP"),
        picture(kind="TIFF"),
        picture(kind="EPS"),
    ],
    ids=["empty", "gif head", "pdf", "svg", "html", "gif", "bmp", "tiff", "eps"],
)
def test_what_is_no_picture_of_the_kinds_named_is_refused(data: bytes) -> None:
    assert refusal(data) == NO_PICTURE


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_picture_is_refused(kind: str) -> None:
    noise = Image.effect_noise((800, 1000), 90)
    out = BytesIO()
    noise.save(out, kind)
    whole = out.getvalue()
    assert refusal(whole[: len(whole) // 2]) in {DAMAGED, NO_PICTURE}


@pytest.mark.parametrize(
    ("size", "has"), [((1, 1), "1 × 1"), ((399, 900), "399 × 900"), ((499, 499), "499 × 499")]
)
def test_a_picture_too_small_to_recognise_anybody_says_what_it_has_and_needs(
    size: tuple[int, int], has: str
) -> None:
    assert refusal(picture(size)) == (
        f"This picture is too small: it has {has} pixels and needs at least 400 × 500."
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize("side", [7100, 9500, 14_000, 30_000, 60_000])
def test_a_bomb_is_refused_by_its_header_before_it_is_decoded(side: int) -> None:
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    assert refusal(data) == TOO_MANY


def test_a_text_chunk_that_unpacks_to_gigabytes_is_refused() -> None:
    head = struct.pack(">IIBBBBB", 800, 1000, 8, 2, 0, 0, 0)
    text = b"note\0\0" + zlib.compress(b"a" * 80_000_000, 9)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"zTXt", text)
    assert refusal(data) in {DAMAGED, NO_PICTURE}


async def test_a_file_too_heavy_is_refused_unread() -> None:
    with pytest.raises(Refused, match="larger than 8 MB"):
        await pictures.draw(picture() + b"\0" * pictures.MOST_BYTES)


async def test_what_is_kept_can_be_forgotten() -> None:
    drawn = await pictures.draw(picture())
    key = pictures.key_of(drawn, "once")
    await pictures.keep(key, drawn)
    assert await storage().get(pictures.file(key, "card")) == drawn["card"]
    assert await storage().get(pictures.file(key, "profile")) == drawn["profile"]

    await pictures.forget(key)
    await pictures.forget(key)

    assert await storage().get(pictures.file(key, "card")) is None
    assert await storage().get(pictures.file(key, "profile")) is None


def test_a_key_is_the_same_only_for_the_same_picture_on_the_same_occasion() -> None:
    one, other = pictures.draw_now(picture()), pictures.draw_now(picture(colour="red"))
    keys = [pictures.key_of(drawn, once) for drawn in (one, other) for once in ("a", "b", "a")]
    assert len(set(keys)) == 4
    assert pictures.key_of(one, "a") == keys[0]
