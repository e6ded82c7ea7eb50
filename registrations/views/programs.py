"""Setting up a program: its parts, what is still missing, a preview, opening and retiring it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cec.problems import Refused
from registrations import mail_texts
from registrations.forms import programs as forms
from registrations.forms.rule_rows import UseForms
from registrations.forms.rules import StateForm
from registrations.models import Program
from registrations.permissions import require
from registrations.program_keeping import history, making, opening, sections, uses
from registrations.prospectus import Prospectus
from registrations.views.rules import is_wrong, sent

MOST_DEEDS = 30
PREVIEWS = {
    "counts": ("registrations/what_counts.html", gettext_lazy("What counts")),
    "how": ("registrations/how.html", gettext_lazy("How it works")),
    "register": ("registrations/programs.html", gettext_lazy("Register")),
}


def find_program(request: HttpRequest, slug: str) -> Program:
    """Return a program that this person keeps."""
    require(request.user, "keep_programs")
    return get_object_or_404(Program, slug=slug)


@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Every program and where it is, and a form that sets up a new one."""
    require(request.user, "keep_programs")
    programs = Program.objects.all()
    form = forms.NewProgramForm(sent(request), programs=programs)
    if form.is_valid():
        try:
            made = making.create(by=request.user, **form.cleaned_data)
        except Refused as refused:
            _tell(form, refused)
        else:
            messages.success(request, _("The program is set up. Nobody sees it until you open it."))
            return redirect("program", program=made.slug)
    rows = [(row, opening.stage(row)) for row in programs]
    context = {"rows": rows, "form": form}
    status = 422 if form.errors else 200
    return render(request, "registrations/programs_desk.html", context, status=status)


@require_GET
def program(request: HttpRequest, program: str) -> HttpResponse:
    """All parts of a program with what each says, what is missing, and what was done to it."""
    row = find_program(request, program)
    found = opening.check(row)
    context = {
        "program": row,
        "stage": opening.stage(row),
        "missing": found,
        "parts": [
            (key, title, forms.shown_values(row, key), [one for one in found if one.code == key])
            for key, title in sections.TITLES.items()
        ],
        "of_rules": [one for one in found if one.code == "rules"],
        "rules": row.coming_rules,
        "uses": row.statement_uses.all(),
        "subjects": row.subject_areas.all(),
        "own_mails": mail_texts.own_counts()[row.pk],
        "previews": [(key, title) for key, (_template, title) in PREVIEWS.items()],
        "may_delete": making.may_delete(row),
        "state_form": _state_form(row),
        "events": [(event, _said(event.details)) for event in history.of(row)[:MOST_DEEDS]],
    }
    return render(request, "registrations/program.html", context)


def _said(details: dict[str, Any]) -> str:
    """Say of a deed which parts it changed."""
    parts = history.parts(details.get("fields", ()))
    return ", ".join(parts) or str(details.get("copy_of", ""))


@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, program: str, section: str) -> HttpResponse:
    """One part of a program."""
    row = find_program(request, program)
    if section not in forms.FORMS:
        raise Http404
    initial = {name: getattr(row, name) for name in sections.SECTIONS[section]}
    form = forms.FORMS[section](
        sent(request),
        initial={**initial, "seen": sections.seen(row, section)},
        held=sections.fixed(row),
    )
    if form.is_valid():
        try:
            saved = sections.save(
                row,
                section,
                by=request.user,
                seen_state=form.cleaned_data["seen"],
                values=form.cleaned_data,
            )
        except Refused as refused:
            _tell(form, refused)
        else:
            messages.success(request, _("Your change is saved."))
            return redirect("program", program=saved.slug)
    return _show(request, row, form, title=sections.TITLES[section], is_open=row.is_open)


@require_http_methods(["GET", "POST"])
def statement_uses(request: HttpRequest, program: str) -> HttpResponse:
    """What a credit statement may be for."""
    row = find_program(request, program)
    posted = sent(request)
    initial = [
        {"pk": one.pk, "name_en": one.name_en, "name_fr": one.name_fr, "place": place}
        for place, one in enumerate(row.statement_uses.all(), start=1)
    ]
    form = StateForm(posted, initial={"seen": uses.seen(row)})
    rows = UseForms(posted, initial=initial, prefix="use")
    if all([form.is_valid(), rows.is_valid()]):
        try:
            uses.save(
                row,
                [
                    uses.Use(one.get("pk"), one["name_en"], one["name_fr"])
                    for one in rows.in_order()
                ],
                by=request.user,
                seen_state=form.cleaned_data["seen"],
            )
        except Refused as refused:
            _tell(form, refused)
        else:
            messages.success(request, _("Your change is saved."))
            return redirect("program", program=row.slug)
    return _show(request, row, form, title=_("What statements are for"), rows=rows)


@require_GET
def preview(request: HttpRequest, program: str, page: str) -> HttpResponse:
    """A public page of the program as it will be, in the language of this page."""
    row = find_program(request, program)
    if page not in PREVIEWS:
        raise Http404
    template, _title = PREVIEWS[page]
    context = {
        "preview": row,
        "previews": [(key, title) for key, (_template, title) in PREVIEWS.items()],
        "page_key": page,
        "prospectus": Prospectus(row, rules=row.coming_rules),
        "offers": [(row, None, None)],
    }
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
def open_it(request: HttpRequest, program: str) -> HttpResponse:
    """Open the program for registration, or set the days of an open one."""
    row = find_program(request, program)
    initial = {
        "opens_on": row.opens_on,
        "closes_on": row.closes_on,
        "seen": sections.seen(row, "opening"),
    }
    form = forms.OpenForm(sent(request), initial=initial)
    status = 422 if form.errors else 200
    if form.is_valid():
        days = {name: form.cleaned_data[name] for name in ("opens_on", "closes_on")}
        try:
            opening.open_it(row, by=request.user, seen=form.cleaned_data["seen"], **days)
        except Refused as refused:
            _tell(form, refused)
            status = 409
        else:
            messages.success(request, _("The program is open: its pages are public now."))
            return redirect("program", program=row.slug)
    context = {"program": row, "form": form, "missing": opening.check(row)}
    return render(request, "registrations/program_open.html", context, status=status)


@require_POST
def close(request: HttpRequest, program: str) -> HttpResponse:
    """Close it for now."""
    row = find_program(request, program)
    try:
        opening.close(row, by=request.user, seen=_seen(request))
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The program is closed. Who has registered goes on as before."))
    return redirect("program", program=row.slug)


@require_http_methods(["GET", "POST"])
def retire(request: HttpRequest, program: str) -> HttpResponse:
    """Retire it, after a page that says what this means."""
    row = find_program(request, program)
    form = forms.RetireForm(sent(request), initial={"seen": sections.seen(row, "opening")})
    status = 422 if form.errors else 200
    if form.is_valid():
        said = form.cleaned_data
        try:
            opening.retire(row, by=request.user, seen=said["seen"], reason=said["reason"])
        except Refused as refused:
            _tell(form, refused)
            status = 409
        else:
            messages.success(request, _("The program is retired. Who has registered goes on."))
            return redirect("program", program=row.slug)
    context = {"program": row, "form": form, "people": row.registrations.open().count()}
    return render(request, "registrations/program_retire.html", context, status=status)


@require_POST
def delete(request: HttpRequest, program: str) -> HttpResponse:
    """Take away a program that was never open."""
    row = find_program(request, program)
    try:
        making.delete(row, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("program", program=row.slug)
    messages.success(request, _("The program is deleted."))
    return redirect("programs_desk")


def _state_form(row: Program) -> StateForm:
    return StateForm(initial={"seen": sections.seen(row, "opening")})


def _seen(request: HttpRequest) -> str:
    form = StateForm(request.POST)
    form.is_valid()
    return str(form.cleaned_data.get("seen", ""))


def _tell(form: Any, refused: Refused) -> None:
    """A refusal comes back as errors of the form, each at its field where it has one."""
    for problem in refused.problems:
        form.add_error(problem.code if problem.code in form.fields else None, problem.message)


def _show(request: HttpRequest, row: Program, form: Any, **shown: Any) -> HttpResponse:
    rows = shown.get("rows")
    context = {
        "program": row,
        "form": form,
        "forms": list(rows.forms) if rows is not None else [],
        "back": reverse("program", kwargs={"program": row.slug}),
        **shown,
    }
    status = 422 if is_wrong(form, rows) else 200
    return render(request, "registrations/program_part.html", context, status=status)
