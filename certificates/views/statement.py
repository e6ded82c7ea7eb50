"""The credit statement: chosen, read on the page, downloaded as often as one likes."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from certificates import completion, statement
from certificates.forms.papers import StatementForm, cannot_print
from certificates.printing.stationery import what_cannot_be_printed
from certificates.views.downloads import printed
from certificates.views.participant import find_own
from registrations.models import Registration


@require_safe
def page(request: HttpRequest, registration: int) -> HttpResponse:
    """Choose use, period and language; what was chosen is shown as it will be printed."""
    row = _find(request, registration)
    form = StatementForm(row, request.GET if "use" in request.GET else None)
    return _show(request, row, form)


@require_POST
def download(request: HttpRequest, registration: int) -> HttpResponse:
    """The statement as a PDF, made anew; the history says that it was made."""
    row = _find(request, registration)
    form = StatementForm(row, request.POST)
    if not form.is_valid():
        return _show(request, row, form)
    written = statement.write(row, **form.said)
    name = f"{row.reference}-{written.language}.pdf"
    answer = printed(request, row, name, lambda: statement.render(written))
    if answer.status_code == 200:
        noted = form.said | {"use": form.cleaned_data["use"]}
        statement.note(row, by=request.user, **noted)
    return answer


def _find(request: HttpRequest, registration: int) -> Registration:
    """Return one's own registration that has begun in a program without a certificate."""
    row = find_own(request, registration)
    if not row.has_record or completion.required_total(row) is not None:
        raise Http404
    return row


def _show(request: HttpRequest, row: Registration, form: StatementForm) -> HttpResponse:
    context: dict[str, Any] = {"registration": row, "form": form}
    if form.is_bound and form.is_valid():
        shown = statement.write(row, **form.said)
        lacking = what_cannot_be_printed(*statement.texts_of(shown))
        context |= {
            "statement": shown,
            "cannot_print": cannot_print(lacking) if lacking else "",
            "chosen": form.cleaned_data,
        }
    status = 422 if form.errors else 200
    return render(request, "certificates/statement.html", context, status=status)
