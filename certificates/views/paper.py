"""Papers that are made when somebody asks for them: receipts, and the letter to the employer."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from certificates import employer_letter, receipts
from certificates.forms.papers import EmployerLetterForm, cannot_print
from certificates.printing.stationery import what_cannot_be_printed
from certificates.views.downloads import asked_language, printed
from certificates.views.participant import find_own
from registrations import viewing
from registrations.models import Payment, Person, RecordView, Registration
from registrations.models.registration import RegistrationQuerySet
from registrations.permissions import may


def _with_fee(person: Person) -> RegistrationQuerySet:
    """Registrations whose fee this person may know of: a mentor may not (A7)."""
    own = Registration.objects.filter(person=person)
    return own | Registration.objects.worked_on_by(person)


@require_GET
def receipt(request: HttpRequest, registration: int, payment: int) -> HttpResponse:
    """The receipt of a line of the ledger, for the person and for administrators."""
    row = get_object_or_404(
        _with_fee(request.user).select_related("program", "association", "person"),
        pk=registration,
    )
    line = get_object_or_404(Payment, registration=row, pk=payment)
    if row.person_id != request.user.pk and not may(request.user, "record_payment", row):
        raise PermissionDenied
    viewing.saw(request, row, RecordView.Page.PAPERS)
    line.registration = row
    language = asked_language(request, row.person.language)
    paper = receipts.receipt_of(line, language=language)
    return printed(request, row, paper.file_name, lambda: receipts.render(paper, language=language))


@require_http_methods(["GET", "POST"])
def letter(request: HttpRequest, registration: int) -> HttpResponse:
    """Fill in the letter, read it, download it; as often as one likes."""
    row = find_own(request, registration)
    if not employer_letter.can_have_letter(row):
        messages.warning(request, _("There is a letter once your registration is sent."))
        return redirect("registration_status", registration=row.pk)
    kept = employer_letter.letter_of(row)
    form = EmployerLetterForm(request.POST if request.method == "POST" else None, instance=kept)
    if request.method == "POST" and form.is_valid():
        employer_letter.keep(row, **form.cleaned_data)
        messages.success(request, _("Your letter is saved."))
        return redirect("employer_letter", registration=row.pk)
    if form.is_bound:  # the preview shows what is kept
        kept = employer_letter.letter_of(row)
    shown = employer_letter.write(kept)
    lacking = what_cannot_be_printed(*employer_letter.texts_of(shown))
    context = {
        "registration": row,
        "form": form,
        "letter": shown,
        "cannot_print": cannot_print(lacking) if lacking else "",
    }
    status = 422 if form.errors else 200
    return render(request, "certificates/employer_letter.html", context, status=status)


@require_GET
def letter_download(request: HttpRequest, registration: int) -> HttpResponse:
    """The letter as a PDF, made anew; in the other language if the address says so."""
    row = find_own(request, registration)
    if not employer_letter.can_have_letter(row):
        return redirect("registration_status", registration=row.pk)
    kept = employer_letter.letter_of(row)
    written = employer_letter.write(kept, language=asked_language(request, kept.language))
    name = f"{row.reference}-{written.language}.pdf"
    return printed(request, row, name, lambda: employer_letter.render(written))
