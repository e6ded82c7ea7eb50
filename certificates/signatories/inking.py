"""An uploaded picture of a signature becomes ink without paper: a small PNG of our own making.

The upload is never kept. It is read as any upload is (`cec.files`), drawn anew, its paper taken
away and its empty edges cut off: what else was in the file is gone. SVG isn't taken: it is a
program as much as a picture.
"""

from io import BytesIO

import PIL.Image
from django.core.files import File
from django.utils.translation import gettext as _
from PIL import ImageChops, ImageFilter, ImageOps

from cec.files import checking
from cec.problems import Problem, Refused

EXTENSIONS = (".png", ".jpg", ".jpeg")
ACCEPT = ",".join(EXTENSIONS)
# As much as the press takes (`signature`), which brings WeasyPrint along.
MOST_BYTES = 500_000
READ_AT = (2400, 2400)  # a photo of a telephone is made smaller before its paper is looked for
# Twice as fine as a good printer shows it at the width of a signature, 137 points.
WIDEST, HIGHEST = 1200, 400
FAINTEST = 24  # of 255: what is paler is paper
# Of a photo: its grain is darker than that, and ink stands out from the paper by far more.
GRAIN = 40
ACROSS = 96  # dots across a picture of the light that falls on the paper


def inked(upload: "File[bytes]") -> bytes:
    """Return the ink of an uploaded picture as a PNG. Raises `Refused`, saying why."""
    if not str(upload.name or "").lower().endswith(EXTENSIONS):
        raise _refused("kind", _("Choose a PNG or a JPEG file."))
    checked = checking.check(upload)
    with PIL.Image.open(BytesIO(checked.content), formats=["PNG", "JPEG"]) as picture:
        picture.thumbnail(READ_AT)
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


def _without_paper(picture: PIL.Image.Image) -> PIL.Image.Image:
    """The picture with its own transparency, or else with ink where it is darker than paper."""
    coloured = picture.convert("RGBA")
    depth, faintest = coloured.getchannel("A"), FAINTEST
    if _is_white(depth):
        grey = coloured.convert("L")
        depth = ImageChops.subtract(_paper(grey), grey)
        if not _is_white(grey):
            stands_out = any(depth.histogram()[GRAIN + 1 :])
            depth, faintest = ImageOps.autocontrast(depth), GRAIN if stands_out else 255
    coloured.putalpha(depth.point(lambda value: value if value > faintest else 0))
    return coloured


def _paper(grey: PIL.Image.Image) -> PIL.Image.Image:
    """The same sheet without its ink: how light the paper is at each place, shadows and all."""
    small = grey.copy()
    small.thumbnail((ACROSS, ACROSS), PIL.Image.Resampling.BOX)
    light = small.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(2))
    return light.resize(grey.size, PIL.Image.Resampling.BICUBIC)


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
