"""A file on its way back: as a download, to nobody's browser to run (reliability D5, D6)."""

import io
import logging
import re
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest

from cec.files import store
from cec.files.checking import KINDS
from cec.files.rows import StoredFile

logger = logging.getLogger(__name__)

POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def answer(request: HttpRequest, row: StoredFile) -> FileResponse:
    """Return the file, or the part of it that was asked for. The view has asked who may see it."""
    path = store.path_of(row)
    try:
        response = _whole(path, row)
    except OSError as error:
        logger.error("The file of %s is not there", row.key)
        raise Http404 from error
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked and request.method in ("GET", "HEAD"):
        _cut(response, row.size, asked[1], asked[2])
    response["Accept-Ranges"] = "bytes"
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response


def _whole(path: Path, row: StoredFile) -> FileResponse:
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=row.name,
        content_type=KINDS[row.kind].content_type,
    )


def _cut(response: FileResponse, size: int, first: str, last: str) -> None:
    """Turn the answer into one about a part, or about one that isn't there (RFC 9110, 14.2)."""
    if not first and not last:
        return
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        response.status_code = 416
        response["Content-Range"] = f"bytes */{size}"
        _put(response, b"")
        return
    file = response.file_to_stream
    assert file is not None  # set by Django for a file that was opened
    file.seek(start)
    response.status_code = 206
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    _put(response, file.read(end - start + 1))


def _put(response: FileResponse, content: bytes) -> None:
    """A file is at most 10 MB: its part fits into memory."""
    response.streaming_content = io.BytesIO(content)
    response["Content-Length"] = str(len(content))
