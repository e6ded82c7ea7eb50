"""The register of confidentiality incidents: written into, told anew, handed over (K4).

Law 25 (section 3.8) wants every incident in it, whatever its risk, and its contents for five years;
PIPEDA (section 10.3) wants records for two.
"""

import io
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook

from cec import export
from cec.problems import Problem, Refused
from registrations.models import Event, Incident, IncidentAccount, Person
from registrations.models.history import write_event
from registrations.permissions import require

# What an account tells, in the order of pages and exports.
TOLD = (
    *("happened", "found_on", "what", "data", "people", "people_in_quebec"),
    *("risk", "risk_why", "measures"),
    *("regulators_told_on", "people_told_on", "others_told"),
)


def latest(person: Person) -> QuerySet[IncidentAccount]:
    """Return the newest account of every incident, the latest incident first."""
    require(person, "keep_incidents")
    newest = IncidentAccount.objects.order_by("incident_id", "-version").distinct("incident_id")
    rows = IncidentAccount.objects.filter(pk__in=newest.values("pk"))
    return rows.select_related("incident", "written_by").order_by("-incident")


@transaction.atomic
def open_incident(*, by: Person, form_key: UUID, **told: Any) -> Incident:
    """Enter an incident; the same form twice is one."""
    require(by, "keep_incidents")
    incident, is_new = Incident.objects.get_or_create(form_key=form_key)
    if is_new:
        _tell(incident, 1, by, told)
    return incident


@transaction.atomic
def change(incident: Incident, *, by: Person, seen: int, **told: Any) -> IncidentAccount:
    """Tell an incident anew; the former accounts stay.

    Raises `Refused` when somebody else did since the version that was `seen`.
    """
    require(by, "keep_incidents")
    locked = Incident.objects.select_for_update().get(pk=incident.pk)
    newest = locked.accounts.order_by("-version").first()
    assert newest is not None
    if all(getattr(newest, name) == value for name, value in told.items()):
        return newest  # a second click, or nothing new
    if newest.version != seen:
        raise Refused(
            Problem("stale", _("Somebody changed this meanwhile. Look at it as it is now."))
        )
    return _tell(locked, newest.version + 1, by, told)


def _tell(incident: Incident, version: int, by: Person, told: dict[str, Any]) -> IncidentAccount:
    try:
        with transaction.atomic():
            account = IncidentAccount.objects.create(
                incident=incident, version=version, written_by=by, **told
            )
    except IntegrityError as error:
        raise Refused(Problem("wrong", _("These answers don’t fit together."))) from error
    write_event(
        Event.Kind.INCIDENT_KEPT,
        by=by,
        person=by,
        details={"incident": incident.pk, "version": version},
    )
    return account


def history(incident: Incident) -> list[tuple[IncidentAccount, list[str]]]:
    """Return every account, the latest first, with the labels of what it changed."""
    rows = list(incident.accounts.select_related("written_by").order_by("version"))
    told = []
    for before, row in zip([None, *rows[:-1]], rows, strict=True):
        changed = [
            label
            for name, label in _labels().items()
            if before is not None and getattr(before, name) != getattr(row, name)
        ]
        told.append((row, changed))
    return told[::-1]


def _labels() -> dict[str, str]:
    fields = {field.name: field for field in IncidentAccount._meta.fields}
    return {name: str(fields[name].verbose_name) for name in TOLD}


@transaction.atomic
def as_workbook(*, by: Person) -> io.BytesIO:
    """Return every account of every incident as a workbook; that it was taken is written down."""
    require(by, "keep_incidents")
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(_("Incidents")[:31])
    sheet.freeze_panes = "A2"
    headings = [_("Incident"), _("Version"), *_labels().values(), _("Written by"), _("Written at")]
    sheet.append([export.cell(sheet, heading, bold=True) for heading in headings])
    rows = IncidentAccount.objects.select_related("written_by").order_by("incident", "version")
    count = 0
    for row in rows.iterator(chunk_size=500):
        values = [getattr(row, name) for name in TOLD]
        values[TOLD.index("risk")] = str(row.get_risk_display())
        at = timezone.localtime(row.written_at).replace(tzinfo=None)
        cells = [f"I-{row.incident_id}", row.version, *values, row.written_by.name, at]
        sheet.append([export.cell(sheet, value) for value in cells])
        count += 1
    file = io.BytesIO()
    workbook.save(file)
    file.seek(0)
    details: dict[str, object] = {"list": "incidents", "rows": count}
    write_event(Event.Kind.EXPORTED, by=by, person=by, details=details)
    return file
