"""The credit statement (K4): what somebody took and what organisations approved, for a stated use.

It is for programs without a certificate, and made anew whenever somebody asks. The program's own
credits and each organisation's stand apart: one course can be in both, so they are never added up.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from activities import points
from activities.models import Activity, Credit, CreditRequest
from cec.wording import amount, day, number
from certificates.printing.lettering import clean
from certificates.printing.stationery import HEADINGS, Row, lettered, print_on
from registrations.calendar import day_in, today_in
from registrations.models import Part, Person, Registration

MOST_PAGES = 60


@dataclass(frozen=True)
class Taken:
    """A course in the record, with the credits that count of it."""

    day: str
    title: str
    course: str
    credits: Decimal


@dataclass(frozen=True)
class Approved:
    """What an organisation approved, and who decided when."""

    day: str
    what: str
    part: str
    organisation: str
    credits: Decimal
    decided: str


@dataclass(frozen=True)
class Total:
    """One sum: whose credits, and as what somebody got them."""

    label: str
    credits: Decimal


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement as it is read: every text cleaned and in its language, nothing drawn yet."""

    language: str
    issuer: str
    about: str
    program: str
    unit: str
    name: str
    reference: str
    use: str
    period: str
    written_on: date
    taken: tuple[Taken, ...]
    approved: tuple[Approved, ...]
    totals: tuple[Total, ...]


def write(
    registration: Registration, *, use: str, first: date, last: date, language: str
) -> Statement:
    """Collect what was completed from the first to the last day, in that language."""
    program = registration.program
    with translation.override(language):
        taken = tuple(_taken(registration, first, last))
        requests = list(_requests(registration, first, last))
        approved = tuple(map(_approved, requests))
        return Statement(
            language=language,
            issuer=clean(program.text("issuer", language)),
            about=clean(program.text("issuer_about", language)),
            program=clean(program.text("name", language)),
            unit=clean(program.text("unit", language)),
            name=clean(registration.person.name),
            reference=registration.reference,
            use=clean(use),
            period=_("%(start)s to %(end)s") % {"start": day(first), "end": day(last)},
            written_on=today_in(program),
            taken=taken,
            approved=approved,
            totals=tuple(_totals(taken, requests)),
        )


def _taken(registration: Registration, first: date, last: date) -> list[Taken]:
    """The entries that count, in order; a limit of the program is respected."""
    ledger = points.ledger(registration)
    credits = (
        Credit.objects.filter(
            registration=registration,
            state=Credit.State.COUNTS,
            completed_on__range=(first, last),
        )
        .select_related("activity", "activity_type")
        .order_by("completed_on", "activity_id")
    )
    return [
        Taken(
            day=day(credit.completed_on),
            title=clean(credit.activity.title),
            course=clean(credit.activity_type.name),
            credits=ledger[credit.activity_id].counted,
        )
        for credit in credits
        if credit.activity_id in ledger
    ]


def _requests(registration: Registration, first: date, last: date) -> list[CreditRequest]:
    """What organisations approved; an entry that was deleted since is left out."""
    rows = registration.credit_requests.filter(
        Q(activity__isnull=True) | Q(activity__in=Activity.objects.in_record(registration)),
        state=CreditRequest.State.APPROVED,
        done_on__range=(first, last),
    )
    rows = rows.select_related("organisation", "course", "decided_by")
    found = list(rows.order_by("done_on", "pk"))
    for row in found:
        row.registration = registration
    return found


def _approved(request: CreditRequest) -> Approved:
    assert request.credits is not None
    assert request.decided_at is not None
    assert request.decided_by is not None
    decided_on = day_in(request.registration.program, request.decided_at)
    return Approved(
        day=day(request.done_on),
        what=clean(request.what),
        part=capfirst(str(Part(request.part).label)),
        organisation=clean(request.organisation.name),
        credits=request.credits,
        decided=f"{clean(request.decided_by.name)}, {day(decided_on)}",
    )


def _totals(taken: tuple[Taken, ...], requests: list[CreditRequest]) -> list[Total]:
    """The program's own sum, then one for each organisation and part."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in requests:
        sums[clean(row.organisation.name), row.part] += row.credits or 0
    courses = sum((row.credits for row in taken), Decimal(0))
    return [
        Total(_("Courses taken"), courses),
        *(
            Total(
                _("Approved by %(organisation)s, as %(role)s")
                % {"organisation": organisation, "role": Part(part).label},
                total,
            )
            for (organisation, part), total in sorted(sums.items())
        ),
    ]


def note(
    registration: Registration, *, by: Person, use: str, first: date, last: date, language: str
) -> None:
    """Write into the history that a statement was made, and for which of the program's uses."""
    details: dict[str, object] = {
        "use": use,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "language": language,
    }
    registration.note("statement_made", by=by, details=details)


def texts_of(statement: Statement) -> list[str]:
    """Return all that a statement says, to look through its characters."""
    return [
        *(statement.issuer, statement.about, statement.program, statement.name, statement.use),
        *(text for row in statement.taken for text in (row.title, row.course)),
        *(text for row in statement.approved for text in (row.what, row.organisation, row.decided)),
    ]


def render(statement: Statement) -> bytes:
    """The statement's PDF. Raises UncoveredCharacters if a letter is in none of the fonts."""
    with translation.override(statement.language):
        heading = _("Credit statement")
        facts = [
            (_("Name"), statement.name),
            (_("Registration"), statement.reference),
            (_("Program"), statement.program),
            (_("For"), statement.use),
            (_("Period"), statement.period),
        ]
        context = {
            "statement": statement,
            "title": f"{heading} – {statement.name}",
            "heading": heading,
            "date": day(statement.written_on),
            "issuer": lettered(statement.issuer, HEADINGS),
            "about": lettered(statement.about),
            "rows": [Row(label, lettered(value)) for label, value in facts],
            "unit": capfirst(statement.unit),
            "taken": [
                (row.day, lettered(row.title), _course(row), number(row.credits))
                for row in statement.taken
            ],
            "approved": [
                (
                    row.day,
                    lettered(row.what),
                    row.part,
                    lettered(row.organisation),
                    lettered(row.decided),
                    number(row.credits),
                )
                for row in statement.approved
            ],
            "totals": [
                Row(total.label, lettered(amount(total.credits, statement.unit)))
                for total in statement.totals
            ],
        }
    return print_on(
        "statement.html",
        context,
        language=statement.language,
        foot=f"{statement.reference} · {heading}",
        most_pages=MOST_PAGES,
    )


def _course(row: Taken) -> str:
    """The course, where the title doesn't say it already."""
    return lettered(row.course) if row.course != row.title else ""
