"""Pages for machines and for people who develop: is it alive, is it ready, what mail goes out."""

import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare
from django.views.csrf import csrf_failure
from django.views.decorators.http import require_safe
from django.views.defaults import bad_request, server_error

from cec import health, retrying, security_log
from cec.outbox import OutgoingMail

MOST_MAILS = 200
COME_BACK_AFTER = "30"  # seconds


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is touched (I4)."""
    return _plain("ok")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when all checks pass, else 503 with the names of those that don't, and nothing more."""
    failing = health.failing()
    return _plain("\n".join(failing) or "ok", status=503 if failing else 200)


@login_not_required
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """What Prometheus asks for, with its token; nothing is there for anybody else."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if not token or not constant_time_compare(given, f"Bearer {token}"):
        raise Http404
    from cec import metrics  # nobody pays for it who doesn't want it

    headers = {"Cache-Control": "no-store"}
    return HttpResponse(metrics.text(), content_type=metrics.CONTENT_TYPE, headers=headers)


def _plain(text: str, *, status: int = 200) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(
        f"{text}\n", status=status, content_type="text/plain; charset=utf-8", headers=headers
    )


def could_not_read(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what can't be read; more files than a form takes are named as that."""
    if not isinstance(exception, TooManyFilesSent):
        return bad_request(request, exception)
    context = {"most": settings.DATA_UPLOAD_MAX_NUMBER_FILES}
    return HttpResponseBadRequest(render_to_string("400_files.html", context))


@login_not_required
@require_safe
def outgoing_mail(request: HttpRequest) -> HttpResponse:
    """List the latest mails, while developing."""
    _only_while_developing()
    mails = OutgoingMail.objects.order_by("-id").defer("html")[:MOST_MAILS]
    return render(request, "cec/mails.html", {"mails": mails})


@login_not_required
@require_safe
def one_mail(request: HttpRequest, mail: int) -> HttpResponse:
    """Show a mail as plain text, with a link to the other part."""
    _only_while_developing()
    row = get_object_or_404(OutgoingMail.objects.prefetch_related("attachments"), pk=mail)
    return render(request, "cec/mail.html", {"mail": row})


@login_not_required
@require_safe
def mail_as_html(request: HttpRequest, mail: int) -> HttpResponse:
    """Show a mail as a mail program does."""
    _only_while_developing()
    return as_a_mail(get_object_or_404(OutgoingMail, pk=mail).html)


def as_a_mail(html: str) -> HttpResponse:
    """Answer with a mail's HTML; its styles are inline, so this page allows them, nothing else."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
    return HttpResponse(html, headers={"Content-Security-Policy": policy})


def _only_while_developing() -> None:
    if not settings.DEBUG:
        raise Http404


def went_wrong(request: HttpRequest) -> HttpResponse:
    """Answer when a page failed: 503 if the same may work in a moment, else 500 (G9).

    Django calls it while the error is being handled, wherever that was raised.
    """
    error = sys.exc_info()[1]
    if error is None or not retrying.passes(error):
        return server_error(request)
    headers = {"Retry-After": COME_BACK_AFTER, "Cache-Control": "no-store"}
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)


def form_token_missing(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that came without its token as Django does, and have it noted as that (J3)."""
    response = csrf_failure(request, reason)
    response.security_event = security_log.FORM_TOKEN
    return response
