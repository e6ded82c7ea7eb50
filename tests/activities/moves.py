"""What the tests of moving everybody to new rules share."""

from activities import carrying, publishing, rehearsing, telling
from cec.models import OutgoingMail
from registrations.models import Rate, Registration
from registrations.rulebook import contents
from tests import factories as make


def people(count):
    """Registrations with 8 counted points each, of which a lower rate leaves 4."""
    rows = [make.registration() for _ in range(count)]
    for row in rows:
        make.activity(row, "PD-F", hours="4")
    return rows


def prepare(office, per_hour="1"):
    """A rehearsed draft with another rate."""
    draft = make.draft(by=office)
    Rate.objects.filter(activity_type__rules=draft, activity_type__key="pd-f").update(
        per_hour=per_hour
    )
    rehearsing.rehearse(draft.program, by=office)
    return draft


def publish(office, draft=None, *, for_all=True):
    draft = draft or prepare(office)
    return publishing.publish(
        make.program(),
        by=office,
        seen=contents.state_of(draft),
        reason="The committee’s decision.",
        for_all=for_all,
    )


def versions(rows):
    """The version that each counts under, in their order."""
    found = dict(Registration.objects.values_list("pk", "rules__version"))
    return [found[row.pk] for row in rows]


def moves(rows):
    """From which version to which each was moved, in the order of time."""
    return [
        [(event.details["from"], event.details["to"]) for event in row.events.order_by("id")]
        for row in rows
    ]


def letters():
    """How many letters each person has got."""
    telling.tell()
    people = OutgoingMail.objects.filter(kind="rules_changed").values_list("person", flat=True)
    return sorted(people)


def persons(rows):
    return sorted(row.person_id for row in rows)


def figures(move):
    move.refresh_from_db()
    return (move.people, move.changed, move.below, move.stuck, move.to_move)


def fail_for(monkeypatch, row, error=ZeroDivisionError):
    """Let carrying this registration over fail, after the others of its turn were carried."""
    carry = carrying.carry

    def failing(registrations, rules, **values):
        carry([pk for pk in registrations if pk != row.pk], rules, **values)
        if row.pk in registrations:
            raise error("broken")

    monkeypatch.setattr(carrying, "carry", failing)
