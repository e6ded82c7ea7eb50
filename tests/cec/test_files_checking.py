"""What is taken of the files that people send, and what isn't (reliability D1 to D4)."""

import io
import time

import pytest
from PIL import Image, ImageFile

from cec.files import names
from cec.files.checking import MOST_BYTES, check
from cec.problems import Refused
from tests.cec.hostile_files import GOOD, GPS_MARK, HOSTILE, NAMES, jpeg_with_place, pdf, upload

SLOWEST_SECONDS = 5


@pytest.mark.parametrize("name", GOOD)
def test_a_file_as_people_have_them_is_taken(name):
    taken = check(upload(name, GOOD[name]))

    assert taken.content.startswith(taken.kind.starts)
    assert taken.kind.name in ("pdf", "jpeg", "png")


@pytest.fixture(autouse=True)
def _as_beside_weasyprint(monkeypatch):
    """WeasyPrint lets Pillow draw pictures that are cut off; we don't."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_not_what_it_says_is_refused_at_once(name):
    start = time.perf_counter()

    with pytest.raises(Refused) as refused:
        check(upload(name, HOSTILE[name]))

    assert time.perf_counter() - start < SLOWEST_SECONDS
    assert str(refused.value)


def test_the_corpus_is_large_enough():
    assert len(HOSTILE) >= 45
    assert len(NAMES) >= 31


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("card.pdf.exe", "kind"),
        ("empty.pdf", "empty"),
        ("jpeg as.png", "content"),
        ("archive behind.pdf", "end"),
        ("password.pdf", "password"),
        ("no page.pdf", "no_page"),
        ("ring.pdf", "no_page"),
        ("wide tree.pdf", "objects"),
        ("pixels.png", "pixels"),
        ("scans.jpg", "scans"),
        ("half.jpg", "unreadable"),
    ],
)
def test_the_reason_is_the_right_one(name, code):
    with pytest.raises(Refused) as refused:
        check(upload(name, HOSTILE[name]))

    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_file_of_more_than_10_mb_is_refused():
    whole = pdf()
    padding = b"%" + b"x" * (MOST_BYTES - len(whole) - 2) + b"\n"
    fits = whole[:9] + padding + whole[9:]

    with pytest.raises(Refused, match="larger than 10 MB"):
        check(upload("card.pdf", fits + b"\n"))


@pytest.mark.parametrize("name", ["card.jpeg", "texts.png"])
def test_a_picture_keeps_nothing_but_itself(name):
    before = GOOD[name]

    after = check(upload(name, before)).content

    assert GPS_MARK in before or name.endswith("png")
    assert GPS_MARK not in after
    with Image.open(io.BytesIO(after)) as picture:
        assert dict(picture.getexif()) == {}
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_what_was_appended_to_a_picture_is_gone():
    taken = check(upload("card.png", GOOD["scan.png"] + b"<script>alert(1)</script>"))

    assert b"script" not in taken.content


def test_a_photo_that_lay_on_its_side_stands_upright():
    with Image.open(io.BytesIO(jpeg_with_place())) as before:
        width, height = before.size

    with Image.open(io.BytesIO(check(upload("card.jpg", jpeg_with_place())).content)) as after:
        assert after.size == (height, width)


def test_a_pdf_is_kept_byte_by_byte():
    assert check(upload("card.pdf", GOOD["card.pdf"])).content == GOOD["card.pdf"]


@pytest.mark.parametrize(("given", "kept"), NAMES.items())
def test_a_name_is_made_harmless(given, kept):
    assert names.clean(given, ".pdf") == kept
    assert len(kept) <= names.LONGEST


@pytest.mark.parametrize(("name", "kept"), [("a.jpeg", "a.jpg"), ("A.PNG", "A.png")])
def test_the_extension_is_that_of_the_content(name, kept):
    content = GOOD["card.jpg"] if name.endswith("jpeg") else GOOD["scan.png"]

    assert check(upload(name, content)).name == kept
