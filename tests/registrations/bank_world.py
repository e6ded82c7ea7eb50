"""The people of the bank's own example file, with the references that stand in it."""

from datetime import date
from pathlib import Path

from django.db import connection

from registrations.bank import importing
from registrations.models import Registration
from registrations.models.registration import REFERENCES_FROM
from tests import factories as make

DATA = Path(__file__).resolve().parent.parent / "data" / "payments-bank-export.csv"
SENT = date(2026, 10, 20)


def sent(name, **fields):
    """A registration that waits for its fee."""
    fields.setdefault("who", make.person(name))
    return make.registration(status="submitted", submitted_on=SENT, **fields)


def _count_on_from(number):
    """Keep the ids of the example's people free of those that other tests count up to."""
    with connection.cursor() as cursor:
        name = "pg_get_serial_sequence('registrations_registration', 'id')"
        cursor.execute(f"SELECT setval({name}, greatest(nextval({name}), %s))", [number])


class Example:
    """Amrit is CEC-R-1042 and Georges CEC-R-1047; three work at the Winnipeg Public Library."""

    def __init__(self) -> None:
        _count_on_from(1_000)
        library = "Winnipeg Public Library"
        self.administrator = make.administrator()
        self.amrit = sent("Amrit Dhaliwal", pk=1042 - REFERENCES_FROM)
        self.georges = sent("Georges Lavallée", pk=1047 - REFERENCES_FROM)
        self.claire = sent("Claire Boudreau", pk=61)
        self.staff = [
            sent(f"Clerk {name}", pk=pk, employer=library)
            for pk, name in ((62, "Ames"), (63, "Bell"), (64, "Cole"))
        ]

    def take_in(self, content=None, name="november.csv"):
        content = DATA.read_bytes() if content is None else content
        export, _new = importing.take_in(content, file_name=name, by=self.administrator)
        return export

    def lines(self, export):
        return list(export.lines.with_remainder().order_by("number"))

    @staticmethod
    def balance(row):
        return Registration.objects.with_fee_state().get(pk=row.pk).balance
