"""A file on its way back: as a download, to nobody's browser to run (reliability D5, D6)."""

import io
import logging
import re

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from cec.files import scanning, store
from cec.files.checking import KINDS
from cec.files.rows import StoredFile

logger = logging.getLogger(__name__)

POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def answer(
    request: HttpRequest, row: StoredFile, *, to_sender: bool = False
) -> FileResponse | HttpResponse:
    """Return the file, or the part of it that was asked for. The view has asked who may see it.

    A file is read whole: it has 10 MB at the most. What has a virus, or might have one, stays here
    (D8): the page that says so has the status 409.
    """
    if not scanning.may_be_served(row, to_sender=to_sender):
        context = {"infected": row.scan == StoredFile.Scan.INFECTED}
        return render(request, "cec/not_scanned.html", context, status=409)
    try:
        content = store.path_of(row).read_bytes()
    except OSError as error:
        logger.error("The file of %s is not there", row.key)
        raise Http404 from error
    part = _part(request.headers.get("Range", ""), len(content))
    response = FileResponse(
        io.BytesIO(content if part is None else content[part.start : part.stop]),
        as_attachment=True,
        filename=row.name,
        content_type=KINDS[row.kind].content_type,
        headers={
            "Accept-Ranges": "bytes",
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
        },
    )
    if part is not None:
        response.status_code = 206 if part else 416
        said = f"{part.start}-{part.stop - 1}" if part else "*"
        response["Content-Range"] = f"bytes {said}/{len(content)}"
    return response


def _part(asked: str, size: int) -> range | None:
    """Return which bytes a Range header asks for, none of them if they aren't there (RFC 9110).

    What can't be understood asks for the whole.
    """
    match = _RANGE.fullmatch(asked)
    first, last = match.groups() if match else ("", "")
    if first:
        return range(int(first), min(int(last), size - 1) + 1 if last else size)
    return range(max(0, size - int(last)), size) if last else None
