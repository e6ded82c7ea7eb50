"""Proofs of membership: the applicant's upload, and the way back to those who may see it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cec.files import serving
from cec.problems import Refused
from registrations import proofs, viewing
from registrations.forms.registering import ProofForm
from registrations.models import MembershipProof, RecordView
from registrations.views import registering


@require_POST
def upload(request: HttpRequest, registration: int) -> HttpResponse:
    """Take a file in that shows a membership."""
    row = registering.own_registration(request, registration)
    form = ProofForm(request.POST, request.FILES)
    if not form.is_valid():
        return registering.show_status(request, row, status=422, proof_form=form)
    try:
        proofs.upload(row, form.cleaned_data["file"], by=request.user)
    except Refused as refused:
        form.add_error("file", str(refused))
        fixable = all(problem.fixable for problem in refused.problems)
        return registering.show_status(
            request, row, status=422 if fixable else 409, proof_form=form
        )
    messages.success(request, _("Your file has arrived. Your association looks at it."))
    return redirect("registration_status", registration=row.pk)


@require_safe
def download(request: HttpRequest, registration: int, proof: int) -> HttpResponse:
    """Hand a proof to its sender or to whoever checks the membership; to others it isn't there."""
    row = get_object_or_404(
        MembershipProof.objects.visible_to(request.user).select_related("file", "registration"),
        pk=proof,
        registration=registration,
    )
    viewing.saw(request, row.registration, RecordView.Page.PROOF)
    return serving.answer(request, row.file, to_sender=row.uploaded_by_id == request.user.pk)
