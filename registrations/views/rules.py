"""Writing the rules: what is needed, groups, types with their rates, and subject areas."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cec.problems import Refused
from registrations.forms import rule_rows
from registrations.forms import rules as forms
from registrations.models import ActivityType, Program
from registrations.permissions import require
from registrations.rulebook import drafting, subjects
from registrations.rulebook.contents import Contents
from registrations.rulebook.drafting import Place


def find_program(request: HttpRequest, slug: str) -> Program:
    """Return a program whose rules this person writes."""
    require(request.user, "edit_rules")
    return get_object_or_404(Program, slug=slug)


@require_http_methods(["GET", "POST"])
def needed(request: HttpRequest, program: str) -> HttpResponse:
    """What is needed per cycle and year, and when years begin."""
    row = find_program(request, program)
    place = Place(row, "needed")
    contents = Contents(drafting.shown(row))
    month, day = contents.rules.year_begins or (None, None)
    carries = [need.carry for need in contents.requirements if need.carry]
    initial = {
        **forms.period_values("need", contents.requirements),
        "carry": carries[0] if carries else None,
        "years": "fixed" if month else "own",
        "month": month,
        "day": day,
        "seen": place.seen(),
    }
    form = forms.NeededForm(sent(request), initial=initial)
    if form.is_valid():

        def save() -> None:
            drafting.save_needed(
                row,
                by=request.user,
                seen=form.cleaned_data["seen"],
                begins=form.begins,
                needs=form.needs,
            )

        if _saved(request, form, save):
            return redirect("rules", program=row.slug)
    return _show(request, row, form, title=_("Needed, and program years"))


@require_http_methods(["GET", "POST"])
def group(request: HttpRequest, program: str, group: str = "") -> HttpResponse:
    """A group of types, with the limits and minimums that they share."""
    row = find_program(request, program)
    place = Place(row, "group", group)
    known = Contents(drafting.shown(row)).groups
    if group and group not in known:
        raise Http404
    initial: dict[str, Any] = {"seen": place.seen()}
    if found := known.get(group):
        initial |= {
            "name_en": found.name_en,
            "name_fr": found.name_fr,
            **forms.period_values("cap", found.caps.all()),
            **forms.period_values("need", found.requirements.all()),
        }
    form = forms.GroupForm(sent(request), initial=initial)
    if form.is_valid():

        def save() -> None:
            drafting.save_group(
                place,
                by=request.user,
                seen=form.cleaned_data["seen"],
                fields=form.texts,
                caps=form.periods("cap"),
                needs=form.periods("need"),
            )

        if _saved(request, form, save):
            return redirect("rules", program=row.slug)
    title = found.name if found else _("Add a group of types")
    return _show(request, row, form, title=title, place=place)


@require_http_methods(["GET", "POST"])
def activity_type(request: HttpRequest, program: str, type: str = "") -> HttpResponse:
    """An activity type: texts, rates and limits."""
    row = find_program(request, program)
    place = Place(row, "type", type)
    contents = Contents(drafting.shown(row))
    found = contents.types.get(type)
    if type and found is None:
        raise Http404
    initial = {"seen": place.seen(), **(_type_values(found) if found else {})}
    posted = sent(request)
    form = forms.TypeForm(posted, initial=initial, groups=contents.groups)
    rates = rule_rows.RateForms(
        posted,
        initial=[rule_rows.rate_values(rate) for rate in found.rates.all()] if found else [],
        prefix="rate",
    )
    if all([form.is_valid(), rates.is_valid()]):

        def save() -> None:
            drafting.save_type(
                place,
                by=request.user,
                seen=form.cleaned_data["seen"],
                fields=form.texts,
                group=form.cleaned_data["group"],
                caps=form.periods("cap"),
                rates=[(one.cleaned_data["key"], one.values) for one in rates.kept()],
            )

        if _saved(request, form, save):
            return redirect("rules", program=row.slug)
    title = f"{found.code}, {found.name}" if found else _("Add an activity type")
    return _show(request, row, form, title=title, place=place, rows=rates)


def _type_values(kind: ActivityType) -> dict[str, Any]:
    return {
        **{name: getattr(kind, name) for name in (*forms.TypeForm.TEXTS, "needs_outcome")},
        "group": kind.group.key if kind.group else "",
        **forms.period_values("cap", kind.caps.all()),
    }


@require_POST
def remove(request: HttpRequest, program: str, kind: str, key: str) -> HttpResponse:
    """Take a type or a group out of the draft."""
    row = find_program(request, program)
    deed = {"type": drafting.remove_type, "group": drafting.remove_group}.get(kind)
    if deed is None:
        raise Http404
    form = forms.StateForm(request.POST)
    form.is_valid()
    try:
        deed(Place(row, kind, key), by=request.user, seen=form.cleaned_data.get("seen", ""))
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("It is taken out of the draft."))
    return redirect("rules", program=row.slug)


@require_POST
def discard(request: HttpRequest, program: str) -> HttpResponse:
    """Throw the draft away."""
    row = find_program(request, program)
    form = forms.StateForm(request.POST)
    form.is_valid()
    try:
        drafting.discard(row, by=request.user, seen=form.cleaned_data.get("seen", ""))
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The draft is discarded. The rules in force are as they were."))
    return redirect("rules", program=row.slug)


@require_http_methods(["GET", "POST"])
def subject_areas(request: HttpRequest, program: str) -> HttpResponse:
    """The suggested subject areas, in their order; a change holds at once."""
    row = find_program(request, program)
    posted = sent(request)
    initial = [
        {"pk": one.pk, "name_en": one.name_en, "name_fr": one.name_fr, "place": place}
        for place, one in enumerate(row.subject_areas.all(), start=1)
    ]
    form = forms.StateForm(posted, initial={"seen": subjects.seen(row)})
    rows = rule_rows.SubjectForms(posted, initial=initial, prefix="subject")
    if all([form.is_valid(), rows.is_valid()]):

        def save() -> None:
            wanted = [
                subjects.Subject(one.get("pk"), one["name_en"], one["name_fr"])
                for one in rows.in_order()
            ]
            subjects.save(row, wanted, by=request.user, seen_state=form.cleaned_data["seen"])

        if _saved(request, form, save):
            return redirect("rules", program=row.slug)
    return _show(request, row, form, title=_("Subject areas"), rows=rows, at_once=True)


def sent(request: HttpRequest) -> QueryDict | None:
    """What was sent, if anything: a form without it is only shown."""
    return request.POST if request.method == "POST" else None


def _saved(request: HttpRequest, form: Any, save: Callable[[], None]) -> bool:
    """Save, and say so; a refusal comes back as an error of the form."""
    try:
        save()
    except Refused as refused:
        for problem in refused.problems:
            field = "code_en" if problem.code == "code_used" else None
            form.add_error(field, str(problem.message))
        return False
    messages.success(request, _("Your change is saved."))
    return True


def is_wrong(form: Any, rows: Any) -> bool:
    """Say whether something has to be mended, in the form or in its rows, if it has any."""
    if form.errors:
        return True
    return rows is not None and rows.is_bound and bool(rows.non_form_errors() or any(rows.errors))


def _show(request: HttpRequest, program: Program, form: Any, **shown: Any) -> HttpResponse:
    rows = shown.get("rows")
    context = {
        "program": program,
        "form": form,
        "forms": list(rows.forms) if rows is not None else [],
        "draft": drafting.draft_of(program),
        **shown,
    }
    return render(
        request,
        "registrations/rules_edit.html",
        context,
        status=422 if is_wrong(form, rows) else 200,
    )
