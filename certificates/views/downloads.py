"""PDFs as answers: printed for this request, or as they are kept."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from certificates.forms.papers import cannot_print
from certificates.printing.lettering import UncoveredCharacters
from registrations.models import Registration

log = logging.getLogger(__name__)


def asked_language(request: HttpRequest, usual: str) -> str:
    """The language that the address asks a paper in, or the usual one."""
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else usual


def printed(
    request: HttpRequest, row: Registration, name: str, make: Callable[[], bytes]
) -> HttpResponse:
    """Answer with the PDF, or with a page that says what keeps it from being printed."""
    # Here, for it brings WeasyPrint, which few requests need.
    from certificates.printing.press import Unprintable

    try:
        content = make()
    except UncoveredCharacters as error:
        context = {"registration": row, "cannot_print": cannot_print(error.characters)}
        return render(request, "certificates/unprintable.html", context, status=409)
    except Unprintable:
        log.exception("%s could not be printed", name)
        return render(request, "certificates/unprintable.html", {"registration": row}, status=409)
    return as_file(content, name)


def as_file(content: bytes, name: str) -> HttpResponse:
    """Answer with a PDF to save, that nobody on the way keeps."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
