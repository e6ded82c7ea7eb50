"""The fees of everybody: who owes, the ledger, its months, and the ledger as a workbook."""

from functools import partial
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import F, Sum
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cec.export import XLSX
from cec.navigation import Tab
from cec.paging import Order, page_of
from cec.problems import Refused
from registrations import ledger, ledger_export, queue
from registrations.models import BankLine, Payment, Program, Registration
from registrations.models.registration import RegistrationQuerySet
from registrations.permissions import require

OLDEST_FIRST = Order(F("submitted_at"))
LATEST_FIRST = Order(F("received_on"), falling=True)
OTHERS_SHOWN = 10
# What a line of the ledger shows; more columns are read for nothing.
SHOWN = (
    *("kind", "amount", "method", "reference", "reason", "received_on", "recorded_at", "bank_line"),
    *("registration__person__name", "registration__program__code", "recorded_by__name"),
)


def tabs(request: HttpRequest, current: str) -> list[Tab]:
    """Lead around the pages of payments; the open deposits are counted where they are worked on."""
    deposits = BankLine.objects.open().count() if current in ("owing", "bank") else None
    pages = [
        ("owing", _("Fees to come"), reverse("payments"), None),
        ("bank", _("Bank exports"), reverse("bank_exports"), deposits),
        ("ledger", _("Ledger"), reverse("ledger"), None),
        ("months", _("Months"), reverse("ledger_months"), None),
        ("overpaid", _("Overpaid"), f"{reverse('payments')}?view=overpaid", None),
    ]
    return [Tab(key, label, count, url, key == current) for key, label, url, count in pages]


@require_GET
def owing(request: HttpRequest) -> HttpResponse:
    """Who owes a fee, longest first; a reference that is typed in leads to its registration."""
    require(request.user, "record_payment")
    text = request.GET.get("q", "")
    if found := ledger.find(request.user, text):
        return redirect(f"{reverse('desk_registration', args=[found.pk])}#fee")
    view = "overpaid" if request.GET.get("view") == "overpaid" else "owing"
    listed = {"overpaid": ledger.overpaid, "owing": ledger.owing}[view](request.user)
    page = page_of(
        _shown(queue.search(listed, text=text)),
        OLDEST_FIRST,
        request.GET,
        among=Registration.objects.worked_on_by(request.user),
    )
    _count_days(page.rows)
    context = {
        "views": tabs(request, view),
        "view": view,
        "page": page,
        "filtered": bool(text),
        "others": _others(request, text, {row.pk for row in page.rows}) if text else [],
        "received": partial(_received_this_month, request),  # asked when nothing waits
    }
    return render(request, "registrations/payments.html", context)


def _shown(found: RegistrationQuerySet) -> RegistrationQuerySet:
    """Bring along what a row of the list shows."""
    return found.with_fee_state().select_related("person", "program", "association")


def _count_days(rows: list[Registration]) -> None:
    for row in rows:
        row.owed_days = queue.waiting_days(row)  # type: ignore[attr-defined]


def _others(request: HttpRequest, text: str, listed: set[int]) -> list[Registration]:
    """Who is found too, but isn't in the list: the fee may be settled."""
    found = queue.search(Registration.objects.worked_on_by(request.user), text=text)
    rows = list(_shown(found.exclude(pk__in=listed)).order_by("-pk")[:OTHERS_SHOWN])
    _count_days(rows)
    return rows


def _received_this_month(request: HttpRequest) -> Any:
    this_month = ledger.Filter(first_month=f"{timezone.localdate():%Y-%m}")
    return ledger.totals(ledger.lines(request.user, this_month)).received


@require_GET
def lines(request: HttpRequest) -> HttpResponse:
    """The ledger, latest first, with the sums of what is asked for."""
    require(request.user, "record_payment")
    asked = _asked(request.GET)
    found = ledger.lines(request.user, asked)
    sums = ledger.totals(found)
    page = page_of(
        ledger.with_people(found).only(*SHOWN),
        LATEST_FIRST,
        request.GET,
        among=Payment.objects.visible_to(request.user),
    )
    _link(page.rows)
    context = {
        "views": tabs(request, "ledger"),
        "asked": asked,
        "kinds": Payment.Kind,
        "methods": ledger.METHODS,
        "programs": Program.objects.all(),
        "page": page,
        "sums": sums,
    }
    return render(request, "registrations/ledger.html", context)


def _link(rows: list[Payment]) -> None:
    """Lead from each line to its registration; say how it was paid, and written on which day.

    The label is the enumeration's own: get_method_display makes a table of all labels each time.
    """
    pattern = reverse("desk_registration", args=[0])
    for line in rows:
        line.url = pattern.replace("/0/", f"/{line.registration_id}/") + "#fee"
        line.recorded_day = timezone.localdate(line.recorded_at)
        line.method_label = Payment.Method(line.method).label


@require_GET
def months(request: HttpRequest) -> HttpResponse:
    """What came in, went back and was waived, by program and month."""
    require(request.user, "record_payment")
    found = ledger.months(ledger.lines(request.user, ledger.Filter()))
    by_program = {key: list(rows) for key, rows in groupby(found, key=lambda row: row.program)}
    owed = (
        ledger.owing(request.user).order_by().values("program").annotate(total=Sum("balance"))
    ).values_list("program", "total")
    still = dict(owed)
    overview = [
        {
            "program": program,
            "months": by_program[program.slug],
            "sums": ledger.together(row.totals for row in by_program[program.slug]),
            "owed": still.get(program.pk, 0),
        }
        for program in Program.objects.all()
        if program.slug in by_program
    ]
    context = {
        "views": tabs(request, "months"),
        "overview": overview,
        "methods": ledger.METHODS,
    }
    return render(request, "registrations/ledger_months.html", context)


@require_POST
def export(request: HttpRequest) -> HttpResponse | FileResponse:
    """Hand the ledger over as a workbook; that it was taken is written down, so it is a POST."""
    require(request.user, "record_payment")
    try:
        file = ledger_export.write(_asked(request.POST), by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("ledger")
    name = _("payments-%(day)s.xlsx") % {"day": timezone.localdate().isoformat()}
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _asked(given: Any) -> ledger.Filter:
    """Read the filter; what no choice has is not asked for."""
    kind, method = given.get("kind", ""), given.get("method", "")
    first, last = (
        month if ledger.is_month(month := given.get(name, "")) else "" for name in ("first", "last")
    )
    return ledger.Filter(
        text=given.get("q", ""),
        kind=kind if kind in Payment.Kind.values else "",
        method=method if method in Payment.Method.values else "",
        program=given.get("program", "").replace("\x00", "")[:100],
        first_month=first,
        last_month=last,
    )
