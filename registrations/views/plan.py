"""Plan and mentor: the goals of a year, the mentor or the way to one, the notes that both read."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cec.problems import Refused
from registrations.calendar import today_in
from registrations.forms.mentoring import GoalForm, InviteForm, NoteForm, WishForm
from registrations.mentoring import asking, inviting, talking
from registrations.mentoring.assigning import mentorship_of
from registrations.models import MentorWish, ProgramYear, Registration


@require_safe
def plan(request: HttpRequest, registration: int) -> HttpResponse:
    """Show goals, mentor and notes to the participant, and to nobody else."""
    return _show(request, _own(request, registration))


def _own(request: HttpRequest, pk: int) -> Registration:
    """Return the person's own registration once it has begun; anything else is a 404."""
    rows = Registration.objects.filter(person=request.user, starts_on__isnull=False)
    return get_object_or_404(rows.select_related("program", "association", "person"), pk=pk)


def _show(
    request: HttpRequest, row: Registration, *, status: int = 200, **filled: Any
) -> HttpResponse:
    """Show the page; `filled` are forms that came back with errors, by their name."""
    years = list(row.years.all())
    year = _this_year(row, years)
    wish = MentorWish.objects.filter(registration=row).prefetch_related("areas").first()
    standing = mentorship_of(row)
    shown: dict[str, Any] = {
        "goal_form": GoalForm(years=years, initial={"year": year.number}),
        "wish_form": WishForm(
            program=row.program,
            initial={"text": wish.text, "areas": list(wish.areas.all())} if wish else None,
        ),
        "invite_form": InviteForm(),
        "note_form": NoteForm(),
    } | filled
    context = shown | {
        "forms": list(filled.values()),
        "registration": row,
        "open": row.status == Registration.Status.ACTIVE,
        "has_years": len(years) > 1,
        "year": year,
        "goals": list(row.goals.all()),
        "mentorship": standing,
        "may_write": standing and standing.is_active and row.status in Registration.IN_PROGRESS,
        "wish": wish,
        "invitation": inviting.open_invitation(row),
        "notes": talking.notes_for(row),
    }
    return render(request, "registrations/plan.html", context, status=status)


def _this_year(row: Registration, years: list[ProgramYear]) -> ProgramYear:
    started = [year for year in years if year.starts_on <= today_in(row.program)]
    return started[-1] if started else years[0]


def _do(request: HttpRequest, row: Registration, verb: Callable[[], object], said: str) -> Any:
    """Do it, say so, and go back to the page; a refusal is said there too."""
    try:
        done = verb()
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        if done is not False:
            messages.success(request, said)
    return redirect("plan", row.pk)


@require_POST
def ask(request: HttpRequest, registration: int) -> HttpResponse:
    """Ask for a mentor."""
    row = _own(request, registration)
    form = WishForm(request.POST, program=row.program)
    if not form.is_valid():
        return _show(request, row, wish_form=form, status=422)
    said = _("Your association knows that you’d like a mentor.")
    return _do(request, row, lambda: asking.ask(row, by=request.user, **form.cleaned_data), said)


@require_POST
def take_back(request: HttpRequest, registration: int) -> HttpResponse:
    """Want no mentor after all."""
    row = _own(request, registration)
    said = _("You don’t want a mentor now. You can ask for one at any time.")
    return _do(request, row, lambda: asking.take_back(row, by=request.user), said)


@require_POST
def invite(request: HttpRequest, registration: int) -> HttpResponse:
    """Mail an invitation to somebody whom the participant knows."""
    row = _own(request, registration)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _show(request, row, invite_form=form, status=422)
    email = form.cleaned_data["email"]
    said = _("The invitation is on its way to %(email)s.") % {"email": email}
    return _do(request, row, lambda: inviting.invite(row, by=request.user, email=email), said)


@require_POST
def revoke(request: HttpRequest, registration: int, invitation: int) -> HttpResponse:
    """Take an invitation back."""
    row = _own(request, registration)
    sent = get_object_or_404(row.mentor_invitations.all(), pk=invitation)
    said = _("The invitation is taken back: its link doesn’t work any more.")
    return _do(request, row, lambda: inviting.revoke(sent, by=request.user), said)


@require_POST
def note(request: HttpRequest, registration: int) -> HttpResponse:
    """Write to the mentor."""
    row = _own(request, registration)
    standing = mentorship_of(row)
    form = NoteForm(request.POST)
    if standing is None:
        messages.warning(request, _("You have no mentor to write to now."))
        return redirect("plan", row.pk)
    if not form.is_valid():
        return _show(request, row, note_form=form, status=422)
    said = _("Your note is there for both of you.")
    return _do(
        request,
        row,
        lambda: talking.write_note(standing, by=request.user, **form.cleaned_data),
        said,
    )


@require_POST
def add_goal(request: HttpRequest, registration: int) -> HttpResponse:
    """Set a goal for a program year."""
    row = _own(request, registration)
    form = GoalForm(request.POST, years=list(row.years.all()))
    if not form.is_valid():
        return _show(request, row, goal_form=form, status=422)
    said = _("Your goal is set.")
    return _do(
        request, row, lambda: talking.set_goal(row, by=request.user, **form.cleaned_data), said
    )


@require_POST
def change_goal(request: HttpRequest, registration: int, goal: int) -> HttpResponse:
    """Mark a goal as met or not yet, or remove it, as the pressed button says."""
    row = _own(request, registration)
    target = get_object_or_404(row.goals.all(), pk=goal)
    do = request.POST.get("do", "")
    verbs: dict[str, Callable[[], object]] = {
        "met": lambda: talking.mark_goal(target, by=request.user, met=True),
        "not_yet": lambda: talking.mark_goal(target, by=request.user, met=False),
        "remove": lambda: talking.drop_goal(target, by=request.user),
    }
    return _do(request, row, verbs.get(do, lambda: False), _("Your changes are saved."))
