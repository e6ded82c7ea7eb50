"""A person's own data: a copy of it, and erasing it (reliability K1, K2)."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cec import claims
from cec.problems import Refused
from registrations import copying, erasing
from registrations.forms.personal import EraseForm
from registrations.models import DataCopy, Erasure
from registrations.reauthenticating import recently_signed_in


@require_GET
def my_data(request: HttpRequest) -> HttpResponse:
    """Ask for a copy, take it, and the way to having everything erased."""
    copy = copying.latest(request.user)
    context = {
        "copy": copy,
        "is_there": copy is not None and _is_there(copy, timezone.now()),
        "nobody_comes": copy is not None
        and copy.state == DataCopy.State.WAITING
        and claims.nobody_comes(uploaded_at=copy.asked_at, claimed_at=copy.claimed_at),
        "erasure": _waiting(request),
    }
    return render(request, "account/my_data.html", context)


def _is_there(copy: DataCopy, now: datetime) -> bool:
    return copy.state == DataCopy.State.READY and copy.until is not None and copy.until > now


def _waiting(request: HttpRequest) -> Erasure | None:
    return Erasure.objects.open().filter(person=request.user).first()  # type: ignore[misc]


@require_POST
@recently_signed_in
def ask_copy(request: HttpRequest) -> HttpResponse:
    try:
        copying.ask(request.user)  # type: ignore[arg-type]
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("We make your copy, and write to you once it’s there."))
    return redirect("my_data")


@require_POST
@recently_signed_in
def download(request: HttpRequest, copy: int) -> HttpResponse | FileResponse:
    """Hand the file over to its person alone; it is read piece by piece."""
    row = get_object_or_404(DataCopy.objects.visible_to(request.user), pk=copy)
    try:
        file = copying.download(row, by=request.user)  # type: ignore[arg-type]
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("my_data")
    name = _("your-data-%(day)s.zip") % {"day": timezone.localdate(row.made_at).isoformat()}
    headers = {"Cache-Control": "no-store, private", "X-Content-Type-Options": "nosniff"}
    return FileResponse(
        file, as_attachment=True, filename=name, content_type="application/zip", headers=headers
    )


@require_http_methods(["GET", "POST"])
@recently_signed_in
def erase(request: HttpRequest) -> HttpResponse:
    """Say what goes and what stays, and ask for it to be done."""
    person = request.user
    form = EraseForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_valid():
        too = form.cleaned_data["certificates_too"]
        try:
            erasing.ask(person, by=person, certificates_too=too)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your data will be erased. We’ve written to you about it."))
            return redirect("my_data")
    context = {
        "form": form,
        "days": settings.ERASURE_DAYS,
        "erasure": _waiting(request),
        "hindrances": erasing.hindrances(person),
        "ending": erasing.open_duties(person),
    }
    return render(request, "account/erase_data.html", context, status=422 if form.errors else 200)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Take it back, signed in."""
    if waiting := _waiting(request):
        _say_kept(request, erasing.take_back(waiting, by=request.user))
    return redirect("my_data")


@login_not_required
@require_http_methods(["GET", "POST"])
def keep_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take it back by the link in the mail: asked on GET, done on POST (B8)."""
    row = erasing.by_token(token)
    if row is None:
        raise Http404
    if request.method == "POST":
        _say_kept(request, erasing.take_back(row, by=None))
        return redirect("my_data" if request.user.is_authenticated else "home")
    context = {"erasure": row, "token": token}
    return render(request, "account/keep_data.html", context)


def _say_kept(request: HttpRequest, kept: bool) -> None:
    if kept:
        messages.success(request, _("Your data stay as they are."))
    else:
        messages.warning(request, _("This was decided already."))
