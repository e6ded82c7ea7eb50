"""The rules of each program: what is in force, the draft, its rehearsal on everybody."""

from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from activities import moving, publishing, rehearsing
from activities.forms.rules import PublishForm
from activities.models import Effect
from cec.navigation import Tab
from cec.paging import Order, page_of
from cec.problems import Refused
from registrations.forms.rules import StateForm
from registrations.models import Program, Rules
from registrations.permissions import require
from registrations.rulebook import drafting
from registrations.rulebook.checking import check, notices
from registrations.rulebook.contents import Contents
from registrations.rulebook.facts import RulesInWords, differences
from registrations.views.rules import find_program

MOST_LOST_FIRST = Order(F("after") - F("before"))


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Every program with its version."""
    require(request.user, "edit_rules")
    drafts = {row.program_id: row for row in Rules.objects.drafts()}
    current = {row.program_id: row for row in Rules.objects.published().order_by("version")}
    rows = [
        (program, current.get(program.pk), drafts.get(program.pk))
        for program in Program.objects.all()
    ]
    return render(request, "activities/rules_home.html", {"rows": rows})


@require_GET
def program_rules(request: HttpRequest, program: str) -> HttpResponse:
    """The draft, or the rules in force, with a way to every edit."""
    row = find_program(request, program)
    draft = drafting.draft_of(row)
    current = _in_force(row, draft)
    was, now = Contents(current) if current else None, Contents(draft) if draft else None
    state = now.state if now else ""
    said = now or was
    assert said is not None  # a program has one of the two
    rehearsal = rehearsing.latest(draft) if draft else None
    context = {
        "program": row,
        "current": current,
        "is_first": current is None,
        "draft": draft,
        "rules": RulesInWords(said),
        "differences": differences(was, now) if was and now else [],
        "problems_found": check(now) if now else [],
        "notices": notices(said),
        "rehearsal": rehearsal,
        "is_fresh": rehearsal is not None and rehearsal.state == state,
        "state_form": StateForm(initial={"seen": state}),
        "subjects": row.subject_areas.all(),
    }
    return render(request, "activities/rules.html", context)


def _in_force(row: Program, draft: Rules | None) -> Rules | None:
    """The version in force; None while the draft is the program's first rules."""
    return None if draft and draft.version == 1 else row.current_rules


@require_POST
def rehearse(request: HttpRequest, program: str) -> HttpResponse:
    """Try the draft out on everybody: it takes seconds, also at a hundred thousand."""
    row = find_program(request, program)
    try:
        rehearsing.rehearse(row, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("rules", program=row.slug)
    return redirect("rules_rehearsal", program=row.slug)


@require_GET
def rehearsal(request: HttpRequest, program: str) -> HttpResponse:
    """Whose standing would change, most lost first, in pages."""
    row = find_program(request, program)
    draft = drafting.draft_of(row)
    found = rehearsing.latest(draft) if draft else None
    if draft is None or found is None:
        return redirect("rules", program=row.slug)
    everyone = found.effects.all()
    shown: dict[str, tuple[str, int, QuerySet[Effect]]] = {
        "": (_("Standing changes"), found.changed, everyone.filter(stuck="")),
        "below": (_("Fall below the total"), found.below, everyone.filter(falls=True)),
        "stuck": (_("Can’t be moved"), found.stuck, everyone.exclude(stuck="")),
    }
    asked = request.GET.get("view", "")
    view = asked if asked in shown else ""
    _label, _count, effects = shown[view]
    context = {
        "program": row,
        "rehearsal": found,
        "needed": draft.requirement("cycle"),
        "is_fresh": rehearsing.is_fresh(found, draft),
        "views": [
            Tab(key, label, count, f"?view={key}", key == view)
            for key, (label, count, _effects) in shown.items()
        ],
        "page": page_of(
            effects.select_related("registration__person", "registration__program"),
            MOST_LOST_FIRST,
            request.GET,
            among=everyone,
        ),
    }
    return render(request, "activities/rules_rehearsal.html", context)


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, program: str) -> HttpResponse:
    """Publish the draft, for new registrations or for everybody."""
    row = find_program(request, program)
    draft = drafting.draft_of(row)
    if draft is None:
        messages.warning(request, rehearsing.no_draft().message)
        return redirect("rules", program=row.slug)
    posted = request.POST if request.method == "POST" else None
    now = Contents(draft)
    is_first = _in_force(row, draft) is None
    form = PublishForm(posted, initial={"seen": now.state}, is_first=is_first)
    status = 422 if form.errors else 200
    if form.is_valid():
        if version := _published(request, row, form):
            return redirect("rules_version", program=row.slug, version=version.version)
        status = 409
    context = _before(row, now, form)
    return render(request, "activities/rules_publish.html", context, status=status)


def _published(request: HttpRequest, row: Program, form: PublishForm) -> Rules | None:
    """Publish, and say so; a refusal comes back as errors of the form."""
    try:
        version = publishing.publish(
            row,
            by=request.user,
            seen=form.cleaned_data["seen"],
            reason=form.cleaned_data["reason"],
            for_all=form.cleaned_data["whom"] == "all",
        )
    except Refused as refused:
        for problem in refused.problems:
            form.add_error("whom" if problem.code == "not_rehearsed" else None, problem.message)
        return None
    text = _("Version %(version)s is published.") % {"version": version.version}
    if begun := moving.of(version):
        text = f"{text} {moving.said(begun)}"
    messages.success(request, text)
    return version


def _before(row: Program, now: Contents, form: PublishForm) -> dict[str, Any]:
    """What an administrator reads before publishing the draft that says `now`."""
    found, current = rehearsing.latest(now.rules), _in_force(row, now.rules)
    return {
        "program": row,
        "draft": now.rules,
        "form": form,
        "differences": differences(Contents(current), now) if current else [],
        "is_first": current is None,
        "problems_found": check(now),
        "notices": notices(now),
        "rehearsal": found,
        "is_fresh": found is not None and found.state == now.state,
    }
