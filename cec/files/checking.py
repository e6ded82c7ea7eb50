"""Whether an upload is what it says it is (reliability D1 to D3).

Its extension, its first bytes and a real reading of it must agree; what the browser calls it
counts for nothing.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from django.core.files import File
from django.utils.translation import gettext as _

from cec import security_log
from cec.files import names, scanning
from cec.files.papers import look_at_pdf
from cec.files.pictures import redrawn_jpeg, redrawn_png
from cec.files.rows import StoredFile
from cec.files.trouble import Unreadable
from cec.problems import Problem, Refused

logger = logging.getLogger(__name__)

MOST_BYTES = 10 * 1024 * 1024
ACCEPT = ".pdf,.jpg,.jpeg,.png"  # for the browser's choice of files, a courtesy only


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken. `read` returns the bytes that are kept, or raises."""

    name: str
    content_type: str
    extensions: tuple[str, ...]
    starts: tuple[bytes, ...]
    read: Callable[[bytes], bytes]


KINDS = {
    kind.name: kind
    for kind in (
        Kind("pdf", "application/pdf", (".pdf",), (b"%PDF-1.", b"%PDF-2."), look_at_pdf),
        Kind("jpeg", "image/jpeg", (".jpg", ".jpeg"), (b"\xff\xd8\xff",), redrawn_jpeg),
        Kind("png", "image/png", (".png",), (b"\x89PNG\r\n\x1a\n",), redrawn_png),
    )
}


@dataclass(frozen=True)
class Checked:
    """What is kept of an upload: bytes of a known kind, under a harmless name."""

    kind: Kind
    name: str
    content: bytes
    scan: StoredFile.Scan = StoredFile.Scan.WAITING

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


def check(upload: "File[bytes]") -> Checked:
    """Look at an upload; the returned bytes are those to keep. Raises `Refused`, saying why."""
    given = str(upload.name or "")
    extension = f".{given.lower().rpartition('.')[2]}" if "." in given else ""
    kind = next((kind for kind in KINDS.values() if extension in kind.extensions), None)
    if kind is None:
        raise _refused("kind", _("Choose a PDF, a JPEG or a PNG file."))
    if not upload.size:
        raise _refused("empty", _("This file is empty. Choose another one."))
    if upload.size > MOST_BYTES:
        raise _refused("size", _("This file is larger than 10 MB. Choose a smaller one."))
    upload.seek(0)
    content = upload.read(MOST_BYTES + 1)
    if not content.startswith(kind.starts):
        raise _refused(
            "content",
            _("This isn’t a %(kind)s file, although its name ends like one.")
            % {"kind": kind.name.upper()},
        )
    scan = scanning.scan(content)  # as it came: a picture that is drawn anew is another file
    if scan == StoredFile.Scan.INFECTED:
        raise _refused("virus", _("Our scanner found a virus in this file, so we don’t take it."))
    return Checked(kind, names.clean(given, kind.extensions[0]), _read(kind, content), scan)


def _read(kind: Kind, content: bytes) -> bytes:
    try:
        return kind.read(content)
    except Unreadable as trouble:
        raise _refused(trouble.code, trouble.message) from trouble
    except Exception as error:  # a parser may raise anything on a file that was made to break it
        logger.info("A %s could not be read: %s", kind.name, type(error).__name__)
        raise _refused(
            "unreadable",
            _("We can’t read this file: it seems damaged. Save it anew, or choose another one."),
        ) from error


def _refused(code: str, message: str) -> Refused:
    security_log.upload_refused(code)
    return Refused(Problem(code, message))
