"""Excel in and out: upload, preview with answers, save; and the record as a workbook."""

import io
from collections import Counter
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activities import importing
from activities.exporting import record_as_workbook
from activities.forms.imports import AnswersForm, UploadForm
from activities.import_rows import ASKS, CHANGED, GONE, LEFT, NEW, REFUSED, SAME, Item
from activities.models import Import
from activities.record import Record
from activities.views.access import own_record, refused
from activities.views.listing import listing_url
from activities.workbook import WorkbookRefused
from activities.workbook.columns import OFFERED
from cec import security_log
from cec.export import XLSX
from cec.problems import Refused
from registrations.forms.roster import ColumnsForm


@require_safe
def export(request: HttpRequest, registration: int) -> FileResponse:
    """Hand the record over as an Excel workbook, in the language that is chosen with it."""
    record = own_record(request, registration)
    name = f"{record.registration.reference}-{record.today.isoformat()}.xlsx"
    chosen = request.GET.get("language", "")
    language = chosen if chosen in dict(settings.LANGUAGES) else get_language() or "en"
    file = io.BytesIO(record_as_workbook(record, language=language))
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, registration: int) -> HttpResponse:
    """Take a workbook in; nothing of it is in the record before the preview is saved."""
    record = own_record(request, registration)
    if not record.is_open:
        return refused(request, record)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                imported = importing.start(
                    record,
                    form.cleaned_data["file"],
                    by=request.user,  # type: ignore[arg-type]
                )
                return redirect("import_preview", registration, imported.pk)
            except WorkbookRefused as refusal:
                security_log.upload_refused(refusal.code, person_id=request.user.pk)
                form.add_error("file", refusal.message)
    status = 422 if form.errors else 200
    context = {"registration": record.registration, "form": form}
    return render(request, "activities/import.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, registration: int, pk: int) -> HttpResponse:
    """Show what every row would do; take answers; save when the owner has seen it all."""
    record = own_record(request, registration)
    imported = get_object_or_404(Import, registration=record.registration, pk=pk)
    if imported.state == Import.State.SAVED:
        return redirect(f"{listing_url(record)}?year=all")
    if not record.is_open:
        return refused(request, record)
    if request.method == "POST":
        return _act(request, record, imported)
    if imported.state in (Import.State.READING, Import.State.FAILED):
        return _progress(request, record, imported)
    if request.htmx:  # who watched the reading sees it all
        return HttpResponse(headers={"HX-Refresh": "true"})
    if imported.state == Import.State.DROPPED:
        messages.info(request, _("This upload was dropped. Choose the file again."))
        return redirect("record_import", registration)
    return _show(request, record, imported)


def _progress(request: HttpRequest, record: Record, imported: Import) -> HttpResponse:
    """Say that the file is being read, or why it can't be."""
    waits = importing.nobody_reads(imported)
    context = {
        "registration": record.registration,
        "imported": imported,
        "error": importing.error_text(imported.error) if imported.error else "",
        "nobody_reads": waits,
    }
    return render(request, "activities/import_reading.html", context)


@require_POST
def columns(request: HttpRequest, registration: int, pk: int) -> HttpResponse:
    """Say which column holds what, and have the file read anew."""
    record = own_record(request, registration)
    imported = get_object_or_404(Import, registration=record.registration, pk=pk)
    if not record.is_open:
        return refused(request, record)
    if imported.state != Import.State.OPEN:
        return _back(record, imported)
    form = ColumnsForm(imported.layout, OFFERED, request.POST)
    if form.is_valid():
        try:
            importing.choose_columns(record, imported, form.chosen())
            return _back(record, imported)
        except (Refused, WorkbookRefused) as refusal:
            form.add_error(None, str(refusal))
    return _show(request, record, imported, columns_form=form)


def _act(request: HttpRequest, record: Record, imported: Import) -> HttpResponse:
    """Do what the pressed button says."""
    try:
        if request.POST.get("do") == "drop":
            importing.drop(imported)
            messages.info(request, _("Nothing was imported."))
            return redirect("activities", record.registration.pk)
        again = request.POST.get("again", "")
        if again.isascii() and again.isdecimal() and len(again) < 10:
            importing.ask_again(imported, int(again))
            return _back(record, imported)
        return _answer_or_save(request, record, imported)
    except Refused as refusal:
        return _refused(request, record, imported, refusal)


def _back(record: Record, imported: Import) -> HttpResponse:
    return redirect("import_preview", record.registration.pk, imported.pk)


def _answer_or_save(request: HttpRequest, record: Record, imported: Import) -> HttpResponse:
    """Answers are taken first and shown once more: what is saved is what was seen."""
    form = AnswersForm(importing.look(record, imported), imported.rows, request.POST)
    if not form.is_valid():
        return _show(request, record, imported, form=form)
    answers, deletes = form.answers(), form.deletes()
    if answers or deletes is not None:
        importing.take_answers(imported, answers, deletes=deletes)
        messages.info(request, _("Your answers are in. Look once more, then save."))
        return _back(record, imported)
    if request.POST.get("do") != "save":
        messages.info(request, _("There was no answer yet."))
        return _back(record, imported)
    counts = importing.save(
        record.registration,
        imported,
        by=request.user,  # type: ignore[arg-type]
        seen=request.POST.get("seen", ""),
    )
    messages.success(request, _saved_text(counts))
    return redirect(f"{listing_url(record)}?year=all")


def _saved_text(counts: Counter[str]) -> str:
    parts = [
        ngettext("%(count)d activity added.", "%(count)d activities added.", counts[NEW])
        % {"count": counts[NEW]}
    ]
    if counts[CHANGED]:
        text = ngettext("%(count)d changed.", "%(count)d changed.", counts[CHANGED])
        parts.append(text % {"count": counts[CHANGED]})
    if counts[GONE]:
        text = ngettext("%(count)d deleted.", "%(count)d deleted.", counts[GONE])
        parts.append(text % {"count": counts[GONE]})
    if left := counts[ASKS] + counts[LEFT] + counts[REFUSED]:
        text = ngettext("%(count)d row was left out.", "%(count)d rows were left out.", left)
        parts.append(text % {"count": left})
    return " ".join(parts)


def _refused(
    request: HttpRequest, record: Record, imported: Import, refusal: Refused
) -> HttpResponse:
    code = refusal.problems[0].code
    if code == "already_saved":  # the second click of two: the first one has said so
        return redirect(f"{listing_url(record)}?year=all")
    if code in ("changed_meanwhile", "stale", "reading", "columns"):
        messages.warning(request, refusal.problems[0].message)
        return _back(record, imported)
    if code == "dropped":
        messages.info(request, refusal.problems[0].message)
        return redirect("record_import", record.registration.pk)
    return refused(request, record, *refusal.problems)


def _show(
    request: HttpRequest,
    record: Record,
    imported: Import,
    *,
    form: AnswersForm | None = None,
    columns_form: ColumnsForm | None = None,
) -> HttpResponse:
    problem = imported.layout.get("problem", "")
    context: dict[str, Any] = {
        "registration": record.registration,
        "record": record,
        "imported": imported,
        "problem": importing.COLUMN_PROBLEMS.get(problem, ""),
        "columns_form": columns_form or ColumnsForm(imported.layout, OFFERED),
        "columns": [
            (OFFERED[name], imported.layout["headings"][at])
            for name, at in imported.layout.get("columns", {}).items()
            if name in OFFERED and at < len(imported.layout["headings"])
        ],
        "before": importing.was_saved_before(imported),
        "forms": [shown for shown in (form, columns_form) if shown],
    }
    if not problem:
        context |= _rows(record, imported, form)
    status = 422 if form or columns_form else 200
    return render(request, "activities/import_preview.html", context, status=status)


def _rows(record: Record, imported: Import, form: AnswersForm | None) -> dict[str, Any]:
    """What each row would do, by what it does."""
    found = importing.look(record, imported)
    by_state: dict[str, list[Item]] = {}
    for item in found.items:
        by_state.setdefault(item.state, []).append(item)
    writes = sum(item.state == NEW or item.writes for item in found.items)
    return {
        "form": form or AnswersForm(found, imported.rows),
        "items": found.items,
        "new": by_state.get(NEW, []),
        "changed": by_state.get(CHANGED, []),
        "same": by_state.get(SAME, []),
        "refused_rows": by_state.get(REFUSED, []),
        "left": by_state.get(LEFT, []),
        "unanswered": len(by_state.get(ASKS, [])),
        "gone": found.removals,
        "to_delete": len(found.to_delete),
        "to_save": writes + len(found.to_delete),
        "seen": found.seen,
    }
