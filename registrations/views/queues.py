"""The queue's pages: the list with its views and filters, and doing a thing to several at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cec.bilingual import OWN_NAMES
from cec.navigation import Tab
from registrations import bulk, handover, membership
from registrations import queue as queues
from registrations.forms.bulk import BulkForm, bulk_form
from registrations.models import Association, Program, Registration
from registrations.models.committee import roles_of
from registrations.navigation import queue_waits
from registrations.permissions import may, require, require_staff
from registrations.queue import Asked, Waits
from registrations.queue_rows import describe


@dataclass(frozen=True)
class Chip:
    """A filter that is on, and the list without it."""

    label: object
    url: str


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Registrations in this person's care, longest waiting first."""
    require_staff(request.user)
    asked = Asked.of(request.GET)
    waits = queue_waits(request)
    programs = list(Program.objects.all())
    associations = _associations(request)
    page = queues.page(request.user, asked, request.GET)
    _describe(page.rows, programs, associations)
    _link(request, page.rows, asked)
    context = {
        "asked": asked,
        "list_query": asked.query(),
        "views": [
            Tab(key, label, waits.counts.get(key), _address(asked, view=key), key == asked.view)
            for key, (label, _condition) in queues.VIEWS.items()
        ],
        "title": queues.VIEWS[asked.view][0],
        "line": asked.view in queues.WAITING_VIEWS,
        "page": page,
        "total": _total(asked, waits, page),
        "programs": programs,
        "associations": associations,
        "chips": list(_chips(asked, programs, associations)),
        "said": _waiting_times(waits, programs),
        "actions": _actions(request, asked),
        "undo": _to_take_back(request),
        "new_here": handover.is_new(request.user),
    }
    return render(request, "registrations/queue.html", context)


def _associations(request: HttpRequest) -> dict[int, Association]:
    """The associations to choose from, for those who work for several."""
    roles = roles_of(request.user)
    if not roles.sees_everything and len(roles.associations) < 2:
        return {}
    found = Association.objects.only("code", "name_en", "name_fr")
    return {row.pk: row for row in found if roles.sees_everything or row.pk in roles.associations}


def _describe(
    rows: Iterable[Registration],
    programs: list[Program],
    associations: dict[int, Association],
) -> None:
    """Put beside the rows what the page says about them; no query for a row."""
    by_id = {program.pk: program for program in programs}
    for row in rows:
        row.program = by_id[row.program_id]
        if associations and row.association_id:
            row.association = associations[row.association_id]
        describe(row)


def _link(request: HttpRequest, rows: Iterable[Registration], asked: Asked) -> None:
    """Lead from each row to its page, and from there back; say who is not theirs to decide on."""
    pattern = reverse("desk_registration", args=[0])
    query = asked.query()
    for row in rows:
        row.url = pattern.replace("/0/", f"/{row.pk}/") + (f"?{query}" if query else "")
        row.conflict = queues.conflict(request.user, row)
        row.about = row.conflict or row.about


def _address(asked: Asked, **changes: str) -> str:
    """The list's address; tabs keep the search: whoever isn't in one is found in another."""
    query = asked.query(**changes)
    return reverse("queue") + (f"?{query}" if query else "")


def _total(asked: Asked, waits: Waits, page: Any) -> int | None:
    """How many there are, if that is known without counting: a tab has, or one page is all."""
    if page.whole:
        return len(page.rows)
    return None if asked.filters else waits.counts.get(asked.view)


def _chips(
    asked: Asked, programs: list[Program], associations: dict[int, Association]
) -> Iterable[Chip]:
    """The filters that are on, in words."""
    words = {
        "program": {program.slug: program.code for program in programs},
        "association": {row.code: row.name for row in associations.values()},
        "language": OWN_NAMES,
        "mentor": {"yes": _("Wants a mentor"), "no": _("Wants no mentor")},
    }
    for name, value in asked.filters.items():
        label = words.get(name, {}).get(value, _("“%(text)s”") % {"text": value})
        yield Chip(label, _address(asked, **{name: ""}))


def _waiting_times(waits: Waits, programs: list[Program]) -> str:
    """How long people wait, against the target that the programs set."""
    late = waits.counts["late"]
    targets = {program.answer_days for program in programs if program.is_open}
    if not waits.oldest or not waits.half:
        return ""
    if len(targets) == 1:
        said = ngettext(
            "%(late)s over the target of %(target)s day.",
            "%(late)s over the target of %(target)s days.",
            next(iter(targets)),
        ) % {"late": late, "target": next(iter(targets))}
    else:
        said = _("%(late)s over the program’s target.") % {"late": late}
    oldest, half = queues.days_since(waits.oldest), queues.days_since(waits.half)
    return f"{said} " + _("The longest wait is %(oldest)s, the median %(half)s.") % {
        "oldest": in_days(oldest),
        "half": in_days(half),
    }


def in_days(number: int) -> str:
    return ngettext("%(days)s day", "%(days)s days", number) % {"days": number}


def _actions(request: HttpRequest, asked: Asked) -> set[str]:
    """What this person may do to several at once in this view."""
    if asked.view == "closed":
        return set()
    names = {name for name, needed in bulk.PERMISSIONS.items() if may(request.user, needed)}
    return names if asked.view in queues.WAITING_VIEWS else names - {"approve"}


@require_http_methods(["GET", "POST"])
def together(request: HttpRequest) -> HttpResponse:
    """List who is chosen, what will happen to each and who is left out; then do it."""
    require_staff(request.user)
    data = request.POST if request.method == "POST" else request.GET
    action = data.get("action", "")
    back = _address(Asked.of(QueryDict(data.get("list", "")[:1000])))
    if action not in bulk.PERMISSIONS:
        return redirect(back)
    require(request.user, bulk.PERMISSIONS[action])
    seen = bulk.read_tokens(data.getlist("registration"))
    form = bulk_form(action, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _say(request, action, form, bulk.do(request.user, action, seen, **form.cleaned_data))
        return redirect(back)
    choices = bulk.sort_out(request.user, action, seen)
    if not choices:
        messages.info(request, _("Choose the registrations first."))
        return redirect(back)
    if action == bulk.CONFIRM:
        choices = bulk.with_lists(choices)
    context = {
        "form": form,
        "action": action,
        "choices": [choice for choice in choices if not choice.problem],
        "left_out": [choice for choice in choices if choice.problem],
        "back": back,
        "list_query": data.get("list", "")[:1000],
    }
    return render(
        request, "registrations/together.html", context, status=422 if form.errors else 200
    )


def _say(request: HttpRequest, action: str, form: BulkForm, done: bulk.Done) -> None:
    """Tell what was done and for whom it wasn't, and keep what can be taken back."""
    count = len(done.people)
    said = {
        bulk.CONFIRM: ngettext(
            "The membership of %(count)s person is confirmed.",
            "The memberships of %(count)s people are confirmed.",
            count,
        ),
        bulk.PROOF: ngettext(
            "%(count)s person is asked for proof.", "%(count)s people are asked for proof.", count
        ),
        bulk.APPROVE: ngettext(
            "%(count)s person is registered.", "%(count)s people are registered.", count
        ),
    }
    if count:
        messages.success(request, said[action] % {"count": count})
    _say_left_out(request, done)
    key = form.cleaned_data["form_key"]
    if count and action == bulk.CONFIRM and key:
        ends = timezone.now() + membership.UNDO
        request.session["confirmed"] = {"key": str(key), "ends": ends.isoformat(), "count": count}


def _say_left_out(request: HttpRequest, done: bulk.Done) -> None:
    for name, why in done.left_out:
        messages.warning(request, _("%(name)s: %(why)s") % {"name": name, "why": why})


def _to_take_back(request: HttpRequest) -> dict[str, Any] | None:
    """What this person did minutes ago and can still take back."""
    kept = request.session.get("confirmed")
    if not kept:
        return None
    ends = datetime.fromisoformat(kept["ends"])
    return {**kept, "ends": timezone.localtime(ends)} if ends > timezone.now() else None


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Take back the confirmations of one form, for ten minutes."""
    require_staff(request.user)
    require(request.user, "check_membership")
    try:
        key = UUID(request.POST.get("form_key", ""))
    except ValueError:
        return redirect("queue")
    done = bulk.take_back(request.user, key)
    count = len(done.people)
    if count:
        messages.success(
            request,
            ngettext(
                "The confirmation of %(count)s membership is taken back.",
                "The confirmations of %(count)s memberships are taken back.",
                count,
            )
            % {"count": count},
        )
    elif not done.left_out:
        messages.info(request, _("There is nothing left to take back."))
    _say_left_out(request, done)
    request.session.pop("confirmed", None)
    return redirect(_address(Asked.of(QueryDict(request.POST.get("list", "")[:1000]))))
