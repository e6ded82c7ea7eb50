"""The versions of the rules: who published which and why, and who counts under each."""

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from activities import carrying, moving, publishing, rehearsing
from activities.forms.rules import MoveForm
from activities.models import Effect
from activities.views.access import visible_registration
from cec.problems import Refused
from registrations.models import Program, Registration, Rules
from registrations.permissions import may, require, require_staff
from registrations.rulebook import drafting
from registrations.rulebook.contents import Contents
from registrations.rulebook.facts import RulesInWords, differences

MOST_LISTED = 200


@require_GET
def versions(request: HttpRequest, program: str) -> HttpResponse:
    """Every version, the newest first, with how many registrations count under it."""
    require_staff(request.user)
    row = get_object_or_404(Program, slug=program)
    rows = row.rules.published().select_related("published_by").order_by("-version")
    going = moving.under_way().filter(rules=OuterRef("pk"))
    context = {
        "program": row,
        "versions": rows.annotate(people=Count("registrations"), goes_on=Exists(going)),
        "may_edit": may(request.user, "edit_rules"),
    }
    return render(request, "activities/rules_versions.html", context)


@require_GET
def version(request: HttpRequest, program: str, version: int) -> HttpResponse:
    """One version, to read; with what it changed, and who couldn't be moved to it."""
    require_staff(request.user)
    rows = Rules.objects.published().select_related("program", "published_by")
    rules = get_object_or_404(rows, program__slug=program, version=version)
    before = rules.program.rules.published().filter(version__lt=rules.version)
    former = before.order_by("version").last()
    left = Effect.objects.filter(rehearsal__rules=rules, rehearsal__moved_at__isnull=False)
    left = left.exclude(stuck="").filter(registration__in=_still_behind(request, rules))
    begun = moving.of(rules)
    context = {
        "program": rules.program,
        "version": rules,
        "moving": moving.said(begun) if begun and begun.to_move else "",
        "rules": RulesInWords(Contents(rules)),
        "former": former,
        "differences": differences(Contents(former), Contents(rules)) if former else [],
        "left": left.select_related("registration__person", "registration__program")[:MOST_LISTED],
    }
    return render(request, "activities/rules_version.html", context)


def _still_behind(request: HttpRequest, rules: Rules) -> QuerySet[Registration]:
    """Registrations in this person's care that count under older rules to this day."""
    mine = Registration.objects.worked_on_by(request.user)
    return mine.filter(status__in=carrying.MOVABLE, rules__version__lt=rules.version)


@require_GET
def own(request: HttpRequest, registration: int) -> HttpResponse:
    """The rules that a registration counts under, in the reader's language."""
    row = visible_registration(request, registration)
    context = {
        "registration": row,
        "program": row.program,
        "rules": RulesInWords(Contents(row.rules)),
    }
    return render(request, "activities/own_rules.html", context)


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, registration: int) -> HttpResponse:
    """Move one registration to the current rules, once it was seen what that changes."""
    row = get_object_or_404(
        Registration.objects.worked_on_by(request.user).select_related(
            "program", "person", "rules"
        ),
        pk=registration,
    )
    require(request.user, "move_to_rules", row)
    current = row.program.current_rules
    movable = row.status in carrying.MOVABLE and row.rules_id != current.pk
    form = MoveForm(
        request.POST if request.method == "POST" else None, initial={"seen": str(current.pk)}
    )
    status = 422 if form.errors else 200
    if form.is_valid():
        if _moved(request, row, current, form):
            return redirect("desk_registration", registration=row.pk)
        status = 409
    change = rehearsing.change_of(row, current) if movable else None
    context = {
        "registration": row,
        "current": current,
        "movable": movable,
        "change": change,
        "stuck": publishing.stuck_sentence(change.stuck) if change and change.stuck else "",
        "differences": differences(Contents(row.rules), Contents(current)) if movable else [],
        "form": form,
    }
    return render(request, "activities/rules_move.html", context, status=status)


def _moved(request: HttpRequest, row: Registration, current: Rules, form: MoveForm) -> bool:
    """Move it, and say so; a refusal comes back as an error of the form."""
    try:
        if form.cleaned_data["seen"] != str(current.pk):
            raise Refused(drafting.changed_meanwhile())
        publishing.move_one(row, by=request.user, rules=current, reason=form.cleaned_data["reason"])
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    text = _("The registration counts under version %(version)s now.")
    messages.success(request, text % {"version": current.version})
    return True
