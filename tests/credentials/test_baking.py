"""Credentials in pictures, ours and strangers'."""

import io
import struct
import zlib
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.core.crypto import canonical_json
from app.credentials import baking
from app.credentials.checking import baked
from tests.credentials.documents import make_document

CREDENTIAL = canonical_json({**make_document(), "name": "Tên ]]> <b>&amp; 🎈"})
SVG = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- > --><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" id=\'a>b\'><title>Ế</title><path d="M0 0h9"/></svg>'
CHILD = "{https://purl.imsglobal.org/ob/v3p0}credential"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "#0b5d56").save(out, "PNG")
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunks(*chunks: bytes) -> bytes:
    plain = picture()
    return plain[:33] + b"".join(chunks) + plain[33:]


def test_an_svg_holds_it_as_its_first_child_and_stays_the_same_picture() -> None:
    made = baking.svg(SVG, CREDENTIAL)
    root, plain = ET.fromstring(made), ET.fromstring(SVG)  # noqa: S314 - ours
    assert root[0].tag == CHILD
    assert (root[0].text or "").encode() == CREDENTIAL
    assert [ET.tostring(one) for one in root[1:]] == [ET.tostring(one) for one in plain]
    assert root.attrib == plain.attrib
    assert 'xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"' in made
    assert "<openbadges:credential><![CDATA[" in made
    assert baked(made.encode()) == CREDENTIAL


def test_a_png_holds_it_in_one_uncompressed_chunk_and_stays_the_same_picture() -> None:
    plain = picture()
    made = baking.png(plain, CREDENTIAL)
    opened = Image.open(io.BytesIO(made))
    assert opened.info == {"openbadgecredential": CREDENTIAL.decode()}
    assert opened.tobytes() == Image.open(io.BytesIO(plain)).tobytes()
    assert made.count(b"iTXtopenbadgecredential\0\0\0\0\0") == 1
    assert CREDENTIAL in made
    assert made.index(b"iTXt") < made.index(b"IDAT")
    assert baked(made) == CREDENTIAL


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    credential = b"{" + text.encode() + b"}"
    assert baked(baking.png(picture(), credential)) == credential
    made = baking.svg(SVG, credential)
    assert baked(made.encode()) == credential


@pytest.mark.parametrize(
    "given_picture",
    ["", "text", "<svg/>", "<html><body/></html>", "<svg", "<!DOCTYPE svg><svg><g/></svg>",
     '<svg xmlns:openbadges="https://evil.example/"><g/></svg>', baking.svg(SVG, CREDENTIAL)],
)  # fmt: skip
def test_into_what_is_no_plain_svg_nothing_is_baked(given_picture: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        baking.svg(given_picture, CREDENTIAL)


@pytest.mark.parametrize(
    "wrong", [b"", b"text", picture()[:40], b"\x89PNG\r\n\x1a\n", baking.png(picture(), CREDENTIAL)]
)
def test_into_what_is_no_plain_png_nothing_is_baked(wrong: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        baking.png(wrong, CREDENTIAL)


def test_a_credential_that_is_no_text_is_not_baked() -> None:
    for bake in (
        lambda: baking.png(picture(), b"\xff"),
        lambda: baking.svg(SVG, b"\xff"),
        lambda: baking.svg(SVG, b"\0"),
    ):
        with pytest.raises(ValueError, match=r".+"):
            bake()


KEYWORD = b"openbadgecredential\0"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
NOTHING_IN = [
    b"", b"GIF89a", picture(), SVG.encode(), b"\x89PNG\r\n\x1a\n", b"<svg>",
    with_chunks(chunk(b"iTXt", KEYWORD + b"\1\0\0\0" + zlib.compress(CREDENTIAL))),
    with_chunks(*[chunk(b"iTXt", KEYWORD + b"\0\0\0\0" + CREDENTIAL)] * 2),
    with_chunks(chunk(b"iTXt", KEYWORD)), with_chunks(chunk(b"iTXt", KEYWORD + b"\0\0\0\0")),
    with_chunks(chunk(b"tEXt", KEYWORD + CREDENTIAL)),
    with_chunks(chunk(b"iTXt", KEYWORD + b"\0\0\0\0" + b"x" * 70_000)),
    with_chunks(struct.pack(">I", 0xFFFFFFFF) + b"iTXt" + KEYWORD),
    baking.png(picture(), CREDENTIAL)[:-13], baking.png(picture(), CREDENTIAL).replace(b"DTA-26", b"DTA-27"),
    f"<!DOCTYPE svg [<!ENTITY l0 'ha'>{LAUGHS}]><svg>&l9;</svg>".encode(),
    b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential>&x;</o:credential></svg>',
    b'<!DOCTYPE svg SYSTEM "http://127.0.0.1:9/x"><svg xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential>{}</o:credential></svg>',
    b'<svg xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential>{}</o:credential><o:credential>{}</o:credential></svg>',
    b'<svg xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential><b/>{}</o:credential></svg>',
    b'<svg xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential>  </o:credential></svg>',
    b'<svg xmlns:o="https://evil.example/"><o:credential>{}</o:credential></svg>', b"<credential>{}</credential>",
    b"<svg>" + b"<g>" * 100_000, b"<svg>" + b" " * (9 << 20) + b"</svg>",
]  # fmt: skip


@pytest.mark.parametrize("data", NOTHING_IN, ids=range(len(NOTHING_IN)))
def test_out_of_what_is_not_baked_nothing_comes(data: bytes) -> None:
    assert baked(data) is None


@given(st.binary(max_size=300), st.integers(0), st.sampled_from(["png", "svg"]))
def test_no_broken_picture_does_any_harm(put: bytes, at: int, kind: str) -> None:
    whole = baking.svg(SVG, CREDENTIAL).encode()
    if kind == "png":
        whole = baking.png(picture(), CREDENTIAL)
    at %= len(whole)
    found = baked(whole[:at] + put + whole[at + len(put) :])
    assert found is None or isinstance(found, bytes)
