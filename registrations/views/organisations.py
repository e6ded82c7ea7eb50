"""The desk of organisations: administrators keep the list, officers their own numbers."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cec.problems import Refused
from registrations import organisations
from registrations.forms.organisations import AllocationForm, OrganisationForm
from registrations.models import Appointment, Organisation, Part, Program
from registrations.permissions import may, require, require_for


@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """The organisations that this person keeps or is an officer of; a POST adds one."""
    rows = Organisation.objects.visible_to(request.user).prefetch_related("programs")
    keeps = may(request.user, "keep_organisations")
    if not keeps and (request.method == "POST" or not rows):
        raise PermissionDenied
    form = OrganisationForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            found = organisations.save(Organisation(), by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error("name_en", str(refused))
        else:
            messages.success(request, _("%(name)s is in the list.") % {"name": found.name})
            return redirect("organisation", organisation=found.pk)
    context = {"organisations": rows, "form": form if keeps else None}
    status = 422 if form.errors else 200
    return render(request, "registrations/organisations.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: HttpRequest, organisation: int) -> HttpResponse:
    """One organisation and its officers; a POST by an administrator changes what is known of it."""
    row = get_object_or_404(Organisation.objects.visible_to(request.user), pk=organisation)
    form = OrganisationForm(request.POST if request.method == "POST" else None, instance=row)
    if request.method == "POST":
        require(request.user, "keep_organisations")
        row = Organisation.objects.get(pk=row.pk)  # the form writes into the other one
        if form.is_valid():
            try:
                organisations.save(row, by=request.user, **form.cleaned_data)
            except Refused as refused:
                form.add_error("name_en", str(refused))
            else:
                messages.success(request, _("Saved."))
                return redirect("organisation", organisation=row.pk)
    officers = Appointment.objects.not_over(timezone.localdate()).filter(organisation=row)
    context = {
        "organisation": row,
        "programs": row.programs.all(),
        "officers": officers.select_related("person").order_by("first_day", "pk"),
        "form": form if may(request.user, "keep_organisations") else None,
        "may_appoint": may(request.user, "appoint"),
    }
    status = 422 if form.errors else 200
    return render(request, "registrations/organisation.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def allocations(request: HttpRequest, organisation: int, program: str) -> HttpResponse:
    """What the organisation allocates for each course of a program and each part in it."""
    row = get_object_or_404(Organisation.objects.visible_to(request.user), pk=organisation)
    scheme = get_object_or_404(row.programs, slug=program)
    require_for(request.user, "set_allocations", row)
    courses = list(scheme.coming_rules.types.prefetch_related("rates"))
    data = request.POST if request.method == "POST" else None
    form = AllocationForm(data, courses=courses, initial=_as_it_is(row, scheme))
    status = 200
    if form.is_bound and form.is_valid():
        try:
            changed = organisations.set_allocations(
                row,
                scheme,
                by=request.user,
                figures=form.figures,
                seen=form.cleaned_data["seen"],
            )
        except Refused as refused:
            messages.warning(request, str(refused))
            form, status = AllocationForm(courses=courses, initial=_as_it_is(row, scheme)), 409
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing has changed."))
            return redirect("allocations", organisation=row.pk, program=scheme.slug)
    context = {"organisation": row, "program": scheme, "form": form, "parts": list(Part)}
    status = 422 if form.errors else status
    return render(request, "registrations/allocations.html", context, status=status)


def _as_it_is(row: Organisation, program: Program) -> dict[str, object]:
    figures = organisations.figures(row, program)
    seen = organisations.edition(row, program)
    return {**AllocationForm.initial_of(figures), "seen": seen}
