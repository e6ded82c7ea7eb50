"""Pictures are drawn anew: what else was in the file is gone (reliability D2, D3).

Where a picture was taken, who took it and what was appended to it stays with its sender.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

from cec.files.trouble import Unreadable

MOST_PIXELS = 25_000_000
MOST_SCANS = 100  # a progressive JPEG has about ten; each one is a pass over all pixels
JPEG_QUALITY = 88
JPEG_MODES = ("L", "RGB")
PNG_MODES = ("1", "L", "LA", "I;16", "P", "RGB", "RGBA")


def redrawn_jpeg(content: bytes) -> bytes:
    """Return the picture alone, upright. Phones put several into one file: the first is it."""
    if content.count(b"\xff\xda") > MOST_SCANS:
        raise Unreadable("scans", _("This picture is built in a way that we can’t take."))
    picture = _decoded(content, "JPEG")
    if picture.mode not in JPEG_MODES:
        picture = picture.convert("RGB")
    return _written(picture, "JPEG", quality=JPEG_QUALITY)


def redrawn_png(content: bytes) -> bytes:
    """Return the picture alone, upright."""
    picture = _decoded(content, "PNG")
    if picture.mode not in PNG_MODES:
        picture = picture.convert("RGBA")
    return _written(picture, "PNG")


def _decoded(content: bytes, kind: str) -> Image.Image:
    with Image.open(io.BytesIO(content), formats=[kind]) as opened:
        _refuse_too_large(opened)
        opened.verify()
    # A picture that was verified can't be drawn: it is opened anew.
    with _whole_pictures(), Image.open(io.BytesIO(content), formats=[kind]) as opened:
        _refuse_too_large(opened)
        return ImageOps.exif_transpose(opened)


_one_at_a_time = Lock()


@contextmanager
def _whole_pictures() -> Iterator[None]:
    """Let Pillow complain of a picture that is cut off.

    WeasyPrint tells it not to, for the whole process.
    """
    with _one_at_a_time:
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _refuse_too_large(picture: Image.Image) -> None:
    """Before any pixel is decoded."""
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise Unreadable(
            "pixels", _("This picture has more than 25 million pixels. Save a smaller one.")
        )


def _written(picture: Image.Image, kind: str, **how: int) -> bytes:
    picture.info = {key: value for key, value in picture.info.items() if key == "transparency"}
    out = io.BytesIO()
    picture.save(out, kind, exif=b"", **how)
    return out.getvalue()
