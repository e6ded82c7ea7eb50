"""The participant's way from the start page to an answer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cec.problems import Refused
from registrations import consents, fees, membership, proofs, registering, second_factor, timeline
from registrations.cycles import may_begin_again
from registrations.forms.privacy import AgreeForm
from registrations.forms.registering import ApplicationForm, ProofForm, WithdrawForm
from registrations.models import Program, Registration
from registrations.models.committee import roles_of
from registrations.navigation import current_registration, mentors
from registrations.program_keeping import opening

Status = Registration.Status


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Lead a person who signed in to where their work is."""
    registration = current_registration(request)
    if second_factor.is_missed(request.user) and not (registration and registration.has_record):
        return redirect(second_factor.way(request, request.user))  # type: ignore[arg-type]
    if roles_of(request.user).is_staff and not (registration and registration.has_record):
        return redirect("desk")
    if registration is None and roles_of(request.user).organisations:
        return redirect("organisations")
    if registration is None:
        return redirect("mentees" if mentors(request) else "register")
    if registration.has_record:
        return redirect("record", registration=registration.pk)
    return redirect("registration_status", registration=registration.pk)


@login_not_required
@require_GET
def programs(request: HttpRequest) -> HttpResponse:
    """Public: which programs one can register in, and what is needed for it."""
    own: dict[int, Registration] = {}
    if request.user.is_authenticated:
        rows = request.user.registrations.select_related("program").order_by("id")
        own = {row.program_id: row for row in rows if row.is_open}
    offers = [
        (program, own.get(program.pk), opening.why_closed(program))
        for program in Program.objects.filter(is_open=True)
    ]
    return render(request, "registrations/programs.html", {"offers": offers})


@require_http_methods(["GET", "POST"])
def application(request: HttpRequest, program: str) -> HttpResponse:
    """The form. It is kept as a draft until the person has checked it and sends it."""
    scheme = get_object_or_404(Program, slug=program, is_open=True)
    existing = Registration.objects.open().filter(person=request.user, program=scheme).first()
    if existing and existing.status != Status.DRAFT:
        return redirect("registration_status", registration=existing.pk)
    if closed := opening.why_closed(scheme):
        messages.warning(request, closed.message)
        return redirect("register")
    form = ApplicationForm(
        request.POST if request.method == "POST" else None,
        program=scheme,
        instance=existing,
        initial=None if existing else _known_answers(request),
    )
    if request.method == "POST" and form.is_valid():
        try:
            draft = registering.open_draft(request.user, scheme, **form.cleaned_data)
        except Refused as refused:
            messages.warning(request, str(refused))
            return redirect("register")
        return redirect("check_answers", registration=draft.pk)
    return render(
        request,
        "registrations/application.html",
        {"form": form, "program": scheme},
        status=422 if form.errors else 200,
    )


def _known_answers(request: HttpRequest) -> dict[str, object]:
    """Never ask twice: start from the person's last registration (WCAG 3.3.7)."""
    last = Registration.objects.filter(person=request.user).order_by("-id").first()
    answers: dict[str, object] = {"language": request.user.language}
    if last:
        for field in ("association", "member_number", "employer", "position"):
            answers[field] = getattr(last, field)
    return answers


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, registration: int) -> HttpResponse:
    """Check your answers, then send them."""
    row = own_registration(request, registration)
    if row.status != Status.DRAFT:
        return redirect("registration_status", registration=row.pk)
    form = AgreeForm(
        request.POST if request.method == "POST" else None, agreed=consents.in_force(request.user)
    )
    if request.method == "POST" and form.is_valid():
        try:
            registering.send(row, by=request.user, reminders=form.cleaned_data.get("reminders"))
        except Refused as refused:
            messages.warning(request, str(refused))
            return redirect("check_answers", registration=row.pk)
        messages.success(request, _("Sent. We’ll write to you when it’s decided."))
        return redirect("registration_status", registration=row.pk)
    return render(
        request,
        "registrations/check.html",
        {"registration": row, "form": form},
        status=422 if form.errors else 200,
    )


@require_GET
def status(request: HttpRequest, registration: int) -> HttpResponse:
    """Where a registration stands, who has it and what is still to do."""
    row = own_registration(request, registration)
    if row.status == Status.DRAFT:
        return redirect("check_answers", registration=row.pk)
    return show_status(request, row)


def show_status(
    request: HttpRequest,
    row: Registration,
    *,
    status: int = 200,
    proof_form: ProofForm | None = None,
) -> HttpResponse:
    """Show the page; `proof_form` is an upload that came back with errors."""
    asked = proofs.asked(row)
    sent = row.membership_proofs.select_related("file")
    answers = [proof for proof in sent if asked and proof.answers_id == asked.pk]
    standing = fees.standing(row)
    return render(
        request,
        "registrations/status.html",
        {
            "registration": row,
            "form": proof_form or ProofForm(),
            "asked": asked,
            "must_show": asked is not None and not answers,
            "may_upload": asked is not None and len(answers) < proofs.MOST_FILES,
            "proofs": sent,
            "not_current": membership.not_current(row),
            "steps": timeline.steps(row),
            "events": timeline.for_person(row),
            "balance": standing.balance,
            "over": -standing.balance,
            "fee_state": standing.fee_state,
            "may_withdraw": row.can("withdraw"),
            "may_register_again": may_begin_again(row),
            "payments": row.payments.all(),
        },
        status=status,
    )


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, registration: int) -> HttpResponse:
    """Take the registration back, after a page that says what it means."""
    row = own_registration(request, registration)
    form = WithdrawForm(request.POST if request.method == "POST" else None, label_suffix="")
    if not row.can("withdraw"):
        messages.warning(
            request,
            _("This registration can’t be withdrawn. It is now: %(status)s.")
            % {"status": row.get_status_display()},
        )
        return redirect("registration_status", registration=row.pk)
    if request.method == "POST" and form.is_valid():
        try:
            registering.withdraw(row, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, _("Your registration is withdrawn."))
        return redirect("start")
    return render(
        request,
        "registrations/withdraw.html",
        {"registration": row, "form": form, "paid": fees.money_in(row)},
        status=422 if form.errors else 200,
    )


def own_registration(request: HttpRequest, registration: int) -> Registration:
    """Return the signed-in person's own registration; anybody else's is a 404 here."""
    return get_object_or_404(
        Registration.objects.visible_to(request.user)
        .filter(person=request.user)
        .select_related("program", "association", "person", "rules"),
        pk=registration,
    )
