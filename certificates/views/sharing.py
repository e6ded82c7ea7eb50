"""The holder's choice of what others see of a certificate."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cec.problems import Refused
from certificates.forms.public import SharingForm
from certificates.public import sharing
from certificates.views.participant import find_own


@require_POST
def choose(request: HttpRequest, registration: int) -> HttpResponse:
    """Keep the choice; boxes can't be filled in wrongly, and what is left out is off."""
    row = find_own(request, registration)
    form = SharingForm(request.POST)
    form.full_clean()
    try:
        sharing.choose(row, by=request.user, **form.cleaned_data)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Saved. Others see what you chose."))
    return redirect("certificate", registration=row.pk)
