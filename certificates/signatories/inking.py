"""An uploaded picture of a signature becomes ink without paper: a small PNG of our own making.

The upload is never kept. It is read as any upload is (`cec.files`), drawn anew, its paper taken
away and its empty edges cut off: what else was in the file is gone. SVG isn't taken: it is a
program as much as a picture.
"""

from io import BytesIO

import PIL.Image
from django.core.files import File
from django.utils.translation import gettext as _
from PIL import ImageChops, ImageOps

from cec.files import checking
from cec.problems import Problem, Refused

EXTENSIONS = (".png", ".jpg", ".jpeg")
ACCEPT = ",".join(EXTENSIONS)
# As much as the press takes (`signature`), which brings WeasyPrint along.
MOST_BYTES = 500_000
MOST_PIXELS = 4_000_000
# Twice as fine as a good printer shows it at the width of a signature, 137 points.
WIDEST, HIGHEST = 1200, 400
FAINTEST = 24  # of 255: what is paler is paper, or its shadow


def inked(upload: "File[bytes]") -> bytes:
    """Return the ink of an uploaded picture as a PNG. Raises `Refused`, saying why."""
    if not str(upload.name or "").lower().endswith(EXTENSIONS):
        raise _refused("kind", _("Choose a PNG or a JPEG file."))
    if (upload.size or 0) > MOST_BYTES:
        raise _refused("size", _("This file is larger than 500 kB. Choose a smaller one."))
    _refuse_many_pixels(upload)
    checked = checking.check(upload)
    with PIL.Image.open(BytesIO(checked.content), formats=["PNG", "JPEG"]) as picture:
        ink = _without_paper(picture)
    edges = ink.getchannel("A").getbbox()
    if edges is None:
        raise _refused("empty", _("There is nothing to see in this picture."))
    ink = ink.crop(edges)
    ink.thumbnail((WIDEST, HIGHEST))
    content = _written(ink)
    if len(content) > MOST_BYTES:
        raise _refused(
            "photo", _("This looks like a photo. Choose a signature in ink on plain paper.")
        )
    return content


def _refuse_many_pixels(upload: "File[bytes]") -> None:
    """Before any pixel is decoded; what can't even be opened is for the check after this."""
    upload.seek(0)
    try:
        with PIL.Image.open(upload, formats=["PNG", "JPEG"]) as picture:
            pixels = picture.width * picture.height
    except Exception:  # a parser may raise anything on a file that was made to break it
        return
    if pixels > MOST_PIXELS:
        raise _refused(
            "pixels", _("This picture has more than 4 million pixels. Save a smaller one.")
        )


def _without_paper(picture: PIL.Image.Image) -> PIL.Image.Image:
    """The picture with its own transparency, or else with ink where it is darker than paper."""
    coloured = picture.convert("RGBA")
    depth = coloured.getchannel("A")
    if _is_white(depth):
        grey = coloured.convert("L")
        depth = ImageChops.invert(grey if _is_white(grey) else ImageOps.autocontrast(grey))
    coloured.putalpha(depth.point(lambda value: value if value > FAINTEST else 0))
    return coloured


def _is_white(channel: PIL.Image.Image) -> bool:
    """Whether the whole channel is as good as white: no ink in it, or nothing to see through."""
    return not any(channel.histogram()[: 256 - FAINTEST])


def _written(ink: PIL.Image.Image) -> bytes:
    out = BytesIO()
    ink.info = {}
    ink.save(out, "PNG", optimize=True)
    return out.getvalue()


def _refused(code: str, message: str) -> Refused:
    return Refused(Problem(code, message))
