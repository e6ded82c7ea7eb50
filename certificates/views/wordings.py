"""The texts of each program's certificate: what is in force, the draft, every version."""

from collections import Counter

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cec.problems import Refused
from certificates import wordings
from certificates.forms.wordings import DiscardForm, PublishWordingForm, WordingForm
from certificates.models import CertificateWording, Signatory
from registrations.calendar import today_in
from registrations.models import Program
from registrations.permissions import may, require


def find_program(request: HttpRequest, slug: str, permission: str) -> Program:
    """Return a program whose certificate this person may see, or edit."""
    require(request.user, permission)
    return get_object_or_404(Program, slug=slug)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Every program with the version in force and how many people sign today."""
    require(request.user, "see_certificate_texts")
    programs = list(Program.objects.all())
    drafts = set(CertificateWording.objects.drafts().values_list("program", flat=True))
    published = CertificateWording.objects.published().order_by("version")
    current = {row.program_id: row for row in published}
    days = {program.pk: today_in(program) for program in programs}
    signing = Counter(
        row.program_id for row in Signatory.objects.all() if row.signs_on(days[row.program_id])
    )
    rows = [
        (program, current.get(program.pk), program.pk in drafts, signing[program.pk])
        for program in programs
    ]
    return render(request, "certificates/wordings.html", {"rows": rows})


@require_GET
def wording(request: HttpRequest, program: str) -> HttpResponse:
    """The texts in force, the draft with what it changes, and the history."""
    row = find_program(request, program, "see_certificate_texts")
    versions = list(row.wordings.published().select_related("published_by"))
    current = versions[0] if versions else wordings.in_force(row)
    draft = wordings.draft_of(row)
    context = {
        "program": row,
        "current": current,
        "draft": draft,
        "texts": texts_of(draft or current),
        "differences": wordings.differences(current, draft) if draft else [],
        "problems_found": wordings.check(draft or current),
        "discard_form": DiscardForm(initial={"seen": draft.state if draft else ""}),
        "history": [
            (newer, wordings.differences(older, newer) if older else [])
            for newer, older in zip(versions, [*versions[1:], None], strict=False)
        ],
        "may_edit": may(request.user, "edit_certificate_texts"),
    }
    return render(request, "certificates/wording.html", context)


def texts_of(row: CertificateWording) -> list[tuple[str, str, str]]:
    """Return each text with what it is called and its language."""
    return [(wordings.label(name), name[-2:], text) for name, text in row.texts.items()]


@require_GET
def version(request: HttpRequest, program: str, version: int) -> HttpResponse:
    """One published version, to read and to take up again."""
    row = find_program(request, program, "see_certificate_texts")
    found = get_object_or_404(
        row.wordings.published().select_related("published_by"), version=version
    )
    former = row.wordings.published().filter(version__lt=found.version).first()
    context = {
        "program": row,
        "version": found,
        "former": former,
        "texts": texts_of(found),
        "differences": wordings.differences(former, found) if former else [],
        "is_current": found == wordings.in_force(row),
        "may_edit": may(request.user, "edit_certificate_texts"),
    }
    return render(request, "certificates/wording_version.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, program: str) -> HttpResponse:
    """Write the texts of the draft; the first change begins one."""
    row = find_program(request, program, "edit_certificate_texts")
    edited = wordings.shown(row)
    posted = request.POST if request.method == "POST" else None
    form = WordingForm(posted, initial={**edited.texts, "seen": edited.state})
    status = 422 if form.errors else 200
    if form.is_valid():
        try:
            saved = wordings.save_draft(
                row, by=request.user, seen=form.cleaned_data["seen"], texts=form.texts
            )
        except Refused as refused:
            form.add_error(None, str(refused))
            status = 409
        else:
            said = _("Your change is saved.") if saved.is_draft else _("Nothing has changed.")
            messages.success(request, said)
            return redirect("wording", program=row.slug)
    context = {"program": row, "form": form, "draft": edited if edited.is_draft else None}
    return render(request, "certificates/wording_edit.html", context, status=status)


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, program: str) -> HttpResponse:
    """Publish the draft, once what it changes was seen."""
    row = find_program(request, program, "edit_certificate_texts")
    draft = wordings.draft_of(row)
    posted = request.POST if request.method == "POST" else None
    form = PublishWordingForm(posted, initial={"seen": draft.state if draft else ""})
    status = 422 if form.errors else 200
    if form.is_valid():
        if _published(request, row, form):
            return redirect("wording", program=row.slug)
        status = 409
    if draft is None:
        messages.warning(request, wordings.no_draft().message)
        return redirect("wording", program=row.slug)
    context = {
        "program": row,
        "draft": draft,
        "form": form,
        "differences": wordings.differences(wordings.in_force(row), draft),
        "problems_found": wordings.check(draft),
    }
    return render(request, "certificates/wording_publish.html", context, status=status)


def _published(request: HttpRequest, row: Program, form: PublishWordingForm) -> bool:
    """Publish, and say so; a refusal comes back as errors of the form."""
    try:
        done = wordings.publish(row, by=request.user, **form.cleaned_data)
    except Refused as refused:
        for problem in refused.problems:
            form.add_error(None, problem.message)
        return False
    text = _("Version %(version)s is published. New certificates are issued with it.")
    messages.success(request, text % {"version": done.version})
    return True


@require_POST
def discard(request: HttpRequest, program: str) -> HttpResponse:
    """Throw the draft away."""
    row = find_program(request, program, "edit_certificate_texts")
    form = DiscardForm(request.POST)
    form.is_valid()
    try:
        wordings.discard(row, by=request.user, seen=form.cleaned_data.get("seen", ""))
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The draft is discarded. The texts in force are as they were."))
    return redirect("wording", program=row.slug)


@require_POST
def use_again(request: HttpRequest, program: str, version: int) -> HttpResponse:
    """Begin a draft with the texts of an older version."""
    row = find_program(request, program, "edit_certificate_texts")
    former = get_object_or_404(row.wordings.published(), version=version)
    try:
        wordings.use_again(row, former, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        text = _("The draft has the texts of version %(version)s. Publish it to put it in force.")
        messages.success(request, text % {"version": version})
    return redirect("wording", program=row.slug)
