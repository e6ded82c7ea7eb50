"""Looking through the history of everything, and handing it over (reliability J4)."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from tempfile import TemporaryFile
from typing import IO, Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook

from cec import export
from cec.problems import Problem, Refused
from registrations import ledger
from registrations.models import Association, Event, Person, RecordView
from registrations.models.history import write_event
from registrations.permissions import require

MOST_IN_A_WORKBOOK = 100_000  # rows that are written while somebody waits; a .csv has no limit
NOBODY = Q(pk__in=[])


@dataclass(frozen=True)
class Asked:
    """What of the history is asked for; empty is everything.

    `about` is an e-mail address, the reference of a registration or the code of an association,
    `by` the address of who did it; `first` and `last` are days of the site's time zone.
    """

    about: str = ""
    by: str = ""
    kind: str = ""
    first: date | None = None
    last: date | None = None


def events(person: Person, asked: Asked) -> QuerySet[Event]:
    """Return the lines of the history that are asked for."""
    require(person, "see_history")
    found = Event.objects.all()
    if asked.about:
        found = found.filter(_about(person, asked.about))
    if asked.by:
        found = found.filter(actor__in=_with_address(asked.by))
    if asked.kind:
        found = found.filter(kind=asked.kind)
    return found.filter(_within(asked))


def views(person: Person, asked: Asked) -> QuerySet[RecordView]:
    """Return who looked at whose record, as far as it is asked for."""
    require(person, "see_history")
    found = RecordView.objects.all()
    if asked.about:
        about = Q(person__in=_with_address(asked.about))
        if registration := ledger.find(person, asked.about):
            about |= Q(registration=registration)
        found = found.filter(about)
    if asked.by:
        found = found.filter(viewer__in=_with_address(asked.by))
    return found.filter(_within(asked))


def with_names(found: QuerySet[Event]) -> QuerySet[Event]:
    """Bring along what a line shows."""
    return found.select_related(
        "actor", "person", "association", "registration__person", "registration__program"
    )


def _about(person: Person, text: str) -> Q:
    """Read whom or what a text names; what names nothing finds nothing."""
    if "@" in text:
        people = _with_address(text)
        return Q(person__in=people) | Q(registration__person__in=people)
    if registration := ledger.find(person, text):
        return Q(registration=registration)
    association = Association.objects.filter(code__iexact=text).first()
    return Q(association=association) if association else NOBODY


def _with_address(text: str) -> QuerySet[Person]:
    return Person.objects.filter(email__iexact=text)


def _within(asked: Asked) -> Q:
    days = Q()
    if asked.first:
        days &= Q(at__gte=_moment(asked.first, time.min))
    if asked.last:  # not by `at__date`, which no index answers
        days &= Q(at__lte=_moment(asked.last, time.max))
    return days


def _moment(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


def headings() -> list[str]:
    return [
        _("Number"),
        _("When (UTC)"),
        _("What"),
        _("Code"),
        _("By"),
        _("Role"),
        _("About"),
        _("Registration"),
        _("Association"),
        _("From"),
        _("To"),
        _("Reason"),
        _("Details"),
        _("Address of the request"),
        _("Number of the request"),
    ]


def row(event: Event) -> list[Any]:
    """Return a line as the cells of an export; the time is UTC."""
    registration = event.registration
    about = registration.person if registration else event.person
    return [
        event.pk,
        event.at.astimezone(UTC),
        str(event.get_kind_display()),
        event.kind,
        event.actor.email if event.actor else "",
        event.role,
        about.email if about else "",
        registration.reference if registration else "",
        event.association.code if event.association else "",
        event.from_status,
        event.to_status,
        event.reason,
        ", ".join(f"{name}: {value}" for name, value in event.details.items()),
        event.address,
        event.request_id,
    ]


def as_csv(person: Person, asked: Asked) -> Iterator[str]:
    """Yield the lines as they come from the database, latest first; it is noted before."""
    found = _to_export(person, asked)
    _note(person, asked, "csv", found.count())
    return _csv_lines(found)


def as_workbook(person: Person, asked: Asked) -> IO[bytes]:
    """Return a workbook in a file that is gone once it is closed.

    Raises `Refused` for more rows than are written while somebody waits.
    """
    found = _to_export(person, asked)
    count = found.count()
    if count > MOST_IN_A_WORKBOOK:
        raise Refused(
            Problem(
                "too_many",
                _("That is more than 100,000 lines. Choose fewer days, or the .csv file."),
            )
        )
    _note(person, asked, "xlsx", count)
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(_("History")[:31])
    sheet.freeze_panes = "A2"
    sheet.append([export.cell(sheet, heading, bold=True) for heading in headings()])
    for event in found.iterator(chunk_size=2_000):
        cells = row(event)
        cells[1] = cells[1].replace(tzinfo=None)
        sheet.append([export.cell(sheet, value) for value in cells])
    file = TemporaryFile()  # noqa: SIM115  # the answer closes it
    workbook.save(file)
    file.seek(0)
    return file


def _to_export(person: Person, asked: Asked) -> QuerySet[Event]:
    return with_names(events(person, asked)).order_by("-at", "-pk")


def _note(person: Person, asked: Asked, form: str, rows: int) -> None:
    """Write that the history was taken, and how much of it; whom it was about isn't repeated."""
    given = [name for name, value in asdict(asked).items() if value]
    write_event(
        "exported",
        by=person,
        person=person,
        details={"list": "history", "format": form, "rows": rows, "filters": " ".join(given)},
    )


def _csv_lines(found: QuerySet[Event]) -> Iterator[str]:
    yield "\ufeff" + _csv_line(headings())  # or a spreadsheet takes it for another encoding
    for event in found.iterator(chunk_size=2_000):
        cells = row(event)
        cells[1] = cells[1].isoformat(timespec="seconds")
        yield _csv_line(cells)


def _csv_line(cells: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([export.plain(value) for value in cells])
    return line.getvalue()
