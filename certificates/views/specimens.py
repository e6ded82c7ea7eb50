"""A specimen of a certificate: any version of the texts, with those who sign on a day."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from certificates.forms.wordings import SpecimenForm
from certificates.views.downloads import as_file
from certificates.views.wordings import find_program
from certificates.wordings import fitting, preview
from registrations.models import Program
from registrations.permissions import may

log = logging.getLogger(__name__)


@require_GET
def specimen(request: HttpRequest, program: str) -> HttpResponse:
    """Choose what the specimen shows; `version` in the address is chosen already."""
    row = find_program(request, program, "see_certificate_texts")
    form = SpecimenForm(row)
    asked = request.GET.get("version", "")
    if asked in map(str, form.versions):
        form.initial["version"] = int(asked)
    return _show(request, row, form)


@require_GET
def download(request: HttpRequest, program: str) -> HttpResponse:
    """The specimen as a PDF, made anew and kept nowhere.

    Signatures are drawn for those alone who may edit them: others see the line without.
    """
    # Here, for it brings WeasyPrint, which few requests need.
    from certificates.printing.press import Unprintable

    row = find_program(request, program, "see_certificate_texts")
    form = SpecimenForm(row, request.GET)
    if not form.is_valid():
        return _show(request, row, form, status=422)
    may_edit = may(request.user, "edit_certificate_texts")
    facts = preview.facts_of_specimen(**form.chosen, with_pictures=may_edit)
    if why := fitting.why_not(facts):
        form.add_error(None, capfirst(why))
        return _show(request, row, form, status=409)
    try:
        content = preview.render(facts)
    except Unprintable:
        log.exception("A specimen of %s could not be printed", row.code)
        form.add_error(None, _("It can’t be printed. Look at the texts and the signatures."))
        return _show(request, row, form, status=409)
    return as_file(content, f"{row.slug}-specimen-{form.cleaned_data['version']}.pdf")


def _show(
    request: HttpRequest, row: Program, form: SpecimenForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "program": row,
        "form": form,
        "may_edit": may(request.user, "edit_certificate_texts"),
    }
    return render(request, "certificates/specimen.html", context, status=status)
