"""An uploaded signature: ink alone is kept, and nothing that came along with it."""

import zlib
from io import BytesIO
from struct import pack

import PIL.Image
import pytest
from PIL import ImageChops

from cec.problems import Refused
from certificates.printing.signature import usable_signature
from certificates.signatories import inking
from tests.certificates.signing import drawing, upload


def opened(content: bytes) -> PIL.Image.Image:
    return PIL.Image.open(BytesIO(content), formats=["PNG"])


def chunk(kind: bytes, content: bytes) -> bytes:
    return pack(">I", len(content)) + kind + content + pack(">I", zlib.crc32(kind + content))


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says that it is large."""
    header = chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(1_000_000), 9))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("JPEG", "A.JPG")])
def test_paper_and_empty_edges_are_taken_away(kind, name):
    kept = opened(inking.inked(upload(drawing(kind), name)))

    width, height = kept.size
    depth = kept.getchannel("A")
    assert kept.mode == "RGBA"
    assert 190 < width < 230
    assert 30 < height < 70
    assert depth.getpixel((width - 1, 0)) == 0
    assert depth.getextrema()[1] == 255


def test_grey_paper_is_paper_too():
    photo = PIL.Image.open(BytesIO(drawing())).convert("L").point(lambda value: value * 0.7 + 30)
    out = BytesIO()
    photo.save(out, "PNG")

    kept = opened(inking.inked(upload(out.getvalue())))

    assert kept.getchannel("A").getpixel((kept.width - 1, 0)) == 0


def in_a_shadow(paper: PIL.Image.Image) -> bytes:
    """A photo of this sheet, with the light falling off from one edge to the other."""
    light = PIL.Image.linear_gradient("L").resize(paper.size).point(lambda value: 110 + value // 2)
    out = BytesIO()
    ImageChops.multiply(paper.convert("L"), light).convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


def test_the_shadow_in_a_photo_of_a_signature_is_no_ink():
    sheet = PIL.Image.open(BytesIO(drawing()))

    kept = opened(inking.inked(upload(in_a_shadow(sheet), "photo.jpg")))

    depth = kept.getchannel("A")
    width, height = kept.size
    corners = [(x, y) for x in (0, width - 1) for y in (0, height - 1)]
    plain = opened(inking.inked(upload(drawing())))
    assert [depth.getpixel(corner) for corner in corners] == [0, 0, 0, 0]
    assert abs(width - plain.width) < 6
    assert abs(height - plain.height) < 6
    assert depth.getextrema()[1] > 250


def test_a_photo_of_blank_paper_in_a_shadow_is_no_signature():
    with pytest.raises(Refused) as refused:
        inking.inked(upload(in_a_shadow(PIL.Image.new("L", (600, 300), 255)), "photo.jpg"))

    assert [problem.code for problem in refused.value.problems] == ["empty"]


def test_a_drawing_that_is_transparent_already_keeps_its_ink():
    ink = PIL.Image.new("RGBA", (300, 100))
    ink.paste((10, 20, 120, 200), (100, 40, 200, 60))
    out = BytesIO()
    ink.save(out, "PNG")

    kept = opened(inking.inked(upload(out.getvalue())))

    assert kept.size == (100, 20)
    assert kept.getpixel((50, 10)) == (10, 20, 120, 200)


def test_a_large_one_is_made_as_fine_as_paper_shows_it():
    kept = opened(inking.inked(upload(drawing(size=(2600, 1500)))))

    assert kept.width <= inking.WIDEST
    assert kept.height <= inking.HIGHEST


def test_a_photo_as_a_telephone_takes_it_is_no_larger_than_that_either():
    sheet = PIL.Image.open(BytesIO(drawing(size=(400, 300)))).resize((4000, 3000))

    kept = inking.inked(upload(in_a_shadow(sheet), "IMG_0417.jpg"))

    ink = opened(kept)
    assert len(kept) <= inking.MOST_BYTES
    assert ink.width <= inking.WIDEST
    assert ink.getchannel("A").getpixel((ink.width - 1, 0)) == 0


def test_the_same_picture_gives_the_same_bytes_which_can_be_printed():
    first, second = (inking.inked(upload(drawing())) for _again in range(2))

    assert first == second
    assert usable_signature(first).media_type == "image/png"


def test_what_came_along_in_the_file_is_gone():
    exif = PIL.Image.Exif()
    exif[0x010E] = "taken in the kitchen"
    picture = drawing("JPEG", exif=exif) + b"PK\x03\x04<script>alert(1)</script>"

    kept = inking.inked(upload(picture, "signature.jpg"))

    assert b"kitchen" not in kept
    assert b"script" not in kept
    assert not opened(kept).getexif()
    assert opened(kept).info == {}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("signature.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "kind"),
        ("signature.svg", b"<svg><script>alert(1)</script></svg>", "kind"),
        ("signature.pdf", b"%PDF-1.7", "kind"),
        ("signature.gif", b"GIF89a", "kind"),
        ("signature", drawing(), "kind"),
        ("signature.png", b"", "empty"),
        ("signature.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "content"),
        ("signature.png", drawing("JPEG"), "content"),
        ("signature.jpg", drawing(), "content"),
        ("signature.png", drawing()[:-200], "unreadable"),
        ("signature.png", b"\x89PNG\r\n\x1a\n broken", "unreadable"),
        ("signature.png", drawing() + bytes(10 * 1024 * 1024), "size"),
        ("signature.png", bomb(6000, 6000), "pixels"),
        ("signature.png", bomb(2**31 - 1, 2**31 - 1), "unreadable"),
    ],
)
def test_anything_else_is_refused_and_says_why(name, content, code):
    file = upload(content)
    file.name = name

    with pytest.raises(Refused) as refused:
        inking.inked(file)

    assert [problem.code for problem in refused.value.problems] == [code]


def test_blank_paper_and_a_photo_are_no_signature():
    blank = BytesIO()
    PIL.Image.new("RGB", (300, 100), (250, 250, 250)).save(blank, "PNG")
    noise = BytesIO()
    PIL.Image.effect_noise((900, 400), 200).convert("RGB").save(noise, "JPEG", quality=80)

    found = []
    for content, name in ((blank, "a.png"), (noise, "b.jpg")):
        with pytest.raises(Refused) as refused:
            inking.inked(upload(content.getvalue(), name))
        found += [problem.code for problem in refused.value.problems]

    assert found == ["empty", "photo"]
