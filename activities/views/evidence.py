"""Evidence of an entry: its files come with the form of the entry, and are handed out here."""

from collections import defaultdict

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_list_or_404, get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activities import evidence as files
from activities.models import Activity, EntryChange, Evidence
from activities.record import Record
from activities.views.access import entry_of, own_record, refused, visible_record
from cec.files import serving
from cec.problems import Refused
from cec.uploads import clean_file_name
from registrations import viewing
from registrations.models import RecordView


def take_in(request: HttpRequest, record: Record, activity: Activity) -> bool:
    """Keep the files that came with the form of a saved entry; say whether all were taken.

    Each stands for itself: one that isn't taken is named, and the others are kept.
    """
    kept, wrong = 0, defaultdict(list)
    for number, upload in enumerate(request.FILES.getlist("files")):
        try:
            if number >= files.MOST_FILES:  # no entry has room for it: it isn't even looked at
                raise Refused(files.enough())
            files.add(record.registration, activity, upload, by=request.user)  # type: ignore[arg-type]
        except Refused as refusal:
            wrong[str(refusal)].append(clean_file_name(upload.name or "", _("A file")))
        else:
            kept += 1
    if kept:
        text = ngettext("%(count)s file is kept.", "%(count)s files are kept.", kept)
        messages.success(request, text % {"count": kept})
    for problem, names in wrong.items():
        text = _("%(label)s: %(value)s") % {"label": ", ".join(names), "value": problem}
        messages.warning(request, text)
    return not wrong


@require_POST
def add(request: HttpRequest, registration: int, activity: int) -> HttpResponse:
    """Take files that an audit asks for, while the record itself is in review (C2)."""
    record = own_record(request, registration)
    entry = entry_of(record, activity)
    if not (record.is_open or entry.pk in record.wants_evidence):
        return refused(request, record)
    if not request.FILES:
        messages.warning(request, _("Choose a file first."))
    take_in(request, record, entry)
    return redirect("activity", registration, activity)


@require_safe
def download(request: HttpRequest, registration: int, activity: int, evidence: int) -> HttpResponse:
    """Hand a file to the entry's owner or to whoever judges it; to others it isn't there."""
    record = visible_record(request, registration)
    row = entry_of(record, activity)
    viewing.saw(request, record.registration, RecordView.Page.EVIDENCE)
    found = Evidence.objects.visible_to(request.user).select_related("file")  # type: ignore[arg-type]
    kept = get_object_or_404(found, pk=evidence, activity=row)
    return serving.answer(request, kept.file, to_sender=kept.added_by_id == request.user.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, registration: int, activity: int, evidence: int) -> HttpResponse:
    """Ask first, then remove a file for good; a second click finds it gone."""
    record = own_record(request, registration)
    entry = entry_of(record, activity)
    if not record.is_open:
        return refused(request, record)
    row = entry.evidence.select_related("activity", "file").filter(pk=evidence).first()
    if row is None:
        get_list_or_404(entry.changes, kind=EntryChange.Kind.FILE_REMOVED)
        return redirect("activity", registration, activity)
    if request.method != "POST":
        context = {"registration": record.registration, "evidence": row}
        return render(request, "activities/evidence_remove.html", context)
    try:
        files.remove(record.registration, row, by=request.user)  # type: ignore[arg-type]
    except Refused as refusal:
        return refused(request, record, *refusal.problems)
    messages.success(request, _("“%(file)s” is removed.") % {"file": row.file.name})
    return redirect("activity", registration, activity)
