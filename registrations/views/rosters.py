"""Lists of members: the one in use, uploading the next, its preview, and taking it into use."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cec import security_log
from cec.problems import Refused
from cec.spreadsheet.safety import WorkbookRefused
from registrations.forms.roster import MOST_ASKED, ColumnsForm, QuestionsForm, UploadForm
from registrations.likeness import name_key
from registrations.models import Association, Roster, RosterMember
from registrations.permissions import require
from registrations.roster import keeping, preview, questions, words
from registrations.roster.columns import FIELDS
from registrations.roster.comparison import compare

PER_PAGE = 50
HISTORY = 20


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The lists of the associations in this person's care; straight on if it is one."""
    require(request.user, "keep_roster")
    found = list(keeping.associations_of(request.user).filter(is_active=True))
    if len(found) == 1:
        return redirect("roster", association=found[0].code)
    current = Roster.objects.current().filter(association__in=found)
    lists = {row.association_id: row for row in current}
    context = {"rows": [(row, lists.get(row.pk)) for row in found]}
    return render(request, "registrations/rosters.html", context)


@require_GET
def page(request: HttpRequest, association: str) -> HttpResponse:
    """One association's members, and every list that was uploaded."""
    own = _association(request, association)
    rosters = Roster.objects.filter(association=own).select_related(
        "uploaded_by", "confirmed_by", "undone_by", "replaces"
    )
    current = rosters.current().first()
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:100]
    found = _search(RosterMember.objects.filter(roster=current), text)
    pages = Paginator(found.order_by("number"), PER_PAGE)
    shown = pages.get_page(request.GET.get("page"))
    context = {
        "association": own,
        "current": current,
        "can_be_undone": bool(current and keeping.can_be_undone(current)),
        "page": shown,
        "lines": [preview.Line(row, words.standing(row)) for row in shown],
        "filtered": bool(text),
        "waiting": rosters.open().first(),
        "history": rosters[:HISTORY],
        "several": keeping.associations_of(request.user).count() > 1,
    }
    return render(request, "registrations/roster.html", context)


def _search(rows: QuerySet[RosterMember], text: str) -> QuerySet[RosterMember]:
    if not text:
        return rows
    match = Q(name__icontains=text) | Q(email__icontains=text) | Q(member_number__icontains=text)
    if key := name_key(text):
        match |= Q(name_key__contains=key)
    return rows.filter(match)


def _association(request: HttpRequest, code: str) -> Association:
    """Return an association whose list this person keeps; anything else is a 404."""
    return get_object_or_404(keeping.associations_of(request.user), code=code)


def _roster(request: HttpRequest, association: str, roster: int) -> Roster:
    own = _association(request, association)
    rows = Roster.objects.select_related("association", "uploaded_by")
    return get_object_or_404(rows, association=own, pk=roster)


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, association: str) -> HttpResponse:
    """Take a list in; nothing changes before its preview is confirmed."""
    own = _association(request, association)
    form = UploadForm()
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                roster = keeping.upload(own, form.cleaned_data["roster"], by=request.user)
                return redirect("roster_preview", association=own.code, roster=roster.pk)
            except WorkbookRefused as refusal:
                security_log.upload_refused(refusal.code, person_id=request.user.pk)
                form.add_error("roster", refusal.message)
    waiting = Roster.objects.open().filter(association=own).select_related("uploaded_by").first()
    context = {"association": own, "form": form, "waiting": waiting}
    status = 422 if form.errors else 200
    return render(request, "registrations/roster_upload.html", context, status=status)


@require_http_methods(["GET", "POST"])
def preview_page(request: HttpRequest, association: str, roster: int) -> HttpResponse:
    """Show how a list was read and what it would change; take answers."""
    row = _roster(request, association, roster)
    if request.method == "POST":
        return _answer(request, row)
    if request.htmx and row.state != Roster.State.READING:
        return HttpResponse(headers={"HX-Refresh": "true"})  # who watched the reading sees it all
    if row.state in (Roster.State.READING, Roster.State.FAILED):
        return _progress(request, row)
    if not row.is_open:
        messages.info(request, keeping.not_open_text(row))
        return redirect("roster", association=association)
    return show(request, row)


def _progress(request: HttpRequest, row: Roster) -> HttpResponse:
    """How far the reading is, or why it ended."""
    context = {
        "association": row.association,
        "roster": row,
        "error": words.error_text(row.error) if row.error else "",
        "nobody_reads": keeping.nobody_reads(row),
    }
    return render(request, "registrations/roster_reading.html", context)


def show(request: HttpRequest, row: Roster, *, status: int = 200, **filled: Any) -> HttpResponse:
    """Show the preview; `filled` are forms that came back with errors, by their name."""
    problem = row.layout.get("problem", "")
    context: dict[str, Any] = {
        "association": row.association,
        "roster": row,
        "facts": words.facts(row),
        "columns": words.column_list(row),
        "columns_form": filled.get("columns_form") or ColumnsForm(row.layout, FIELDS),
        "problem": words.error_text(problem) if problem else "",
        "forms": list(filled.values()),
    }
    if not problem:
        found = compare(row)
        context |= {
            "questions_form": filled.get("questions_form") or _questions_form(row),
            "unanswered": questions.unanswered(row).count(),
            "answered": [
                (each, words.question_text(each), words.answer_text(each))
                for each in questions.answered(row)[: preview.MOST_SHOWN]
            ],
            "found": found,
            "sections": preview.sections(found),
            "most_shown": preview.MOST_SHOWN,
            "few": preview.FEW,
        }
    return render(request, "registrations/roster_preview.html", context, status=status)


def _questions_form(row: Roster, data: Any = None) -> QuestionsForm:
    asked = questions.unanswered(row)[:MOST_ASKED]
    return QuestionsForm(preview.with_rows(row, list(asked)), questions.last_answers(row), data)


def _answer(request: HttpRequest, row: Roster) -> HttpResponse:
    """Take answers, or take one of them back."""
    back = redirect("roster_preview", association=row.association.code, roster=row.pk)
    again = request.POST.get("again", "")
    if row.layout.get("problem") or row.state != Roster.State.WAITING:
        return back
    if again.isascii() and again.isdecimal() and len(again) < 10:
        answers = {int(again): ""}
    else:
        form = _questions_form(row, request.POST)
        if not form.is_valid():
            return show(request, row, status=422, questions_form=form)
        answers = form.answers()
    if not answers:
        messages.info(request, _("There was no answer yet."))
        return back
    try:
        keeping.answer(row, answers, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
    return back


@require_POST
def columns(request: HttpRequest, association: str, roster: int) -> HttpResponse:
    """Say which column holds what, and have the list read anew."""
    row = _roster(request, association, roster)
    if row.state != Roster.State.WAITING:
        return redirect("roster_preview", association=association, roster=roster)
    form = ColumnsForm(row.layout, FIELDS, request.POST)
    if form.is_valid():
        try:
            keeping.choose_columns(row, form.chosen(), by=request.user)
            return redirect("roster_preview", association=association, roster=roster)
        except Refused as refused:
            form.add_error(None, str(refused))
    return show(request, row, status=422, columns_form=form)


@require_POST
def confirm(request: HttpRequest, association: str, roster: int) -> HttpResponse:
    """Take a list into use; ask once more when many members would vanish."""
    row = _roster(request, association, roster)
    said = request.POST.get("vanishing", "")
    vanishing = int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None
    try:
        found = keeping.confirm(
            row, by=request.user, seen=request.POST.get("seen", ""), vanishing=vanishing
        )
    except Refused as refused:
        return _not_confirmed(request, row, refused)
    messages.success(
        request,
        _(
            "The list is in use: %(members)s members, %(new)s new, %(changed)s changed,"
            " %(vanished)s gone."
        )
        % found.counts,
    )
    return redirect("roster", association=association)


def _not_confirmed(request: HttpRequest, row: Roster, refused: Refused) -> HttpResponse:
    code = refused.problems[0].code
    if code == "many_vanish":
        found = compare(row)
        context = {
            "association": row.association,
            "roster": row,
            "found": found,
            "lines": preview.vanished(found),
            "most_shown": preview.MOST_SHOWN,
        }
        return render(request, "registrations/roster_vanishing.html", context)
    row.refresh_from_db()
    if code == "not_open" and row.confirmed_by_id == request.user.pk:
        return redirect("roster", association=row.association.code)  # the second of two clicks
    messages.warning(request, str(refused))
    if code == "not_open":
        return redirect("roster", association=row.association.code)
    return redirect("roster_preview", association=row.association.code, roster=row.pk)


@require_POST
def drop(request: HttpRequest, association: str, roster: int) -> HttpResponse:
    """Forget an upload."""
    row = _roster(request, association, roster)
    try:
        keeping.drop(row, by=request.user)
        messages.info(request, _("The upload is dropped. Nothing changed."))
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("roster", association=association)


@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, association: str, roster: int) -> HttpResponse:
    """Say what undoing would bring back, and bring it back."""
    row = _roster(request, association, roster)
    if request.method == "POST":
        try:
            keeping.undo(row, by=request.user)
            messages.success(request, _("The list is undone."))
        except Refused as refused:
            messages.warning(request, str(refused))
        return redirect("roster", association=association)
    if not keeping.can_be_undone(row):
        messages.warning(request, _("This list can’t be undone any more."))
        return redirect("roster", association=association)
    context = {"association": row.association, "roster": row, "earlier": keeping.before(row)}
    return render(request, "registrations/roster_undo.html", context)
