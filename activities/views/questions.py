"""Questions of the committee on an entry: asking, answering, saying that one is settled."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from activities import questions
from activities.forms.review import AnswerForm, QuestionForm
from activities.models import Activity, Comment
from activities.record import Record
from activities.views.access import entry_of, own_record, visible_record
from activities.views.entry import show_entry
from cec.problems import Refused
from registrations.permissions import require


@require_POST
def ask(request: HttpRequest, registration: int, activity: int) -> HttpResponse:
    """Ask about an entry, without sending the record back."""
    record = visible_record(request, registration)
    row = entry_of(record, activity)
    require(request.user, "review_record", record.registration)
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return show_entry(request, record, row, question_form=form, status=422)
    try:
        questions.ask(record.registration, row, by=request.user, **form.cleaned_data)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Your question is with the participant."))
    return redirect("activity", registration, activity)


@require_POST
def answer(request: HttpRequest, registration: int, question: int) -> HttpResponse:
    """Answer a question on one's own entry."""
    row = _question(own_record(request, registration), question)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.warning(request, " ".join(str(e) for found in form.errors.values() for e in found))
        return redirect("activity", registration, row.activity_id)
    try:
        questions.answer(row, by=request.user, text=form.cleaned_data["text"])
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Your answer is with the committee."))
    return redirect("activity", registration, row.activity_id)


@require_POST
def settle(request: HttpRequest, registration: int, question: int) -> HttpResponse:
    """Say that a question needs nothing more."""
    record = visible_record(request, registration)
    if record.keeps_comments:
        raise PermissionDenied
    row = _question(record, question)
    try:
        questions.settle(row, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The question is settled."))
    return redirect("activity", registration, row.activity_id)


def _question(record: Record, pk: int) -> Comment:
    """Return a question of this record, on an entry that wasn't deleted."""
    rows = Comment.objects.select_related("activity", "author", "registration")
    found: Comment = get_object_or_404(
        rows,
        pk=pk,
        registration=record.registration,
        activity__in=Activity.objects.in_record(record.registration),
    )
    found.registration = record.registration
    return found
