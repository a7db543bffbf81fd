"""Portraits are pictures that the portal itself would take."""

from io import BytesIO

from PIL import Image

from app.core.pictures import SIZES, draw_now
from app.demo.kols import invented
from app.demo.portraits import Sitter, portrait
from app.demo.portraits.canvas import HEIGHT, WIDTH


def sitters() -> list[Sitter]:
    return [
        Sitter(kol.portrait, kol.name.woman, kol.age, kol.topics[0], kol.name.language == "hmn")
        for kol in invented()
    ]


def test_the_same_sitter_is_drawn_the_same() -> None:
    sitter = sitters()[0]

    assert portrait(sitter) == portrait(sitter)


def test_portraits_are_pictures_of_many_colours_and_none_is_like_another() -> None:
    drawn = [portrait(sitter) for sitter in sitters()[::6]]

    assert len(set(drawn)) == len(drawn)
    for data in drawn:
        with Image.open(BytesIO(data)) as image:
            assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
            colours = image.convert("RGB").getcolors(maxcolors=1 << 20)
            assert colours is not None
            assert len(colours) > 40


def test_every_kind_of_sitter_can_be_drawn() -> None:
    for topic in {sitter.topic for sitter in sitters()}:
        for woman in (True, False):
            for age in (24, 67):
                assert portrait(Sitter(age, woman, age, topic, woven=True)).startswith(b"\x89PNG")


def test_the_portal_takes_them() -> None:
    sizes = draw_now(portrait(sitters()[3]))

    for name, size in SIZES.items():
        with Image.open(BytesIO(sizes[name])) as image:
            assert (image.format, image.size) == ("WEBP", size)
