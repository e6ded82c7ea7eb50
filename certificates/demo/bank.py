"""The demo's bank: an export that was looked through, and a longer one that waits.

The second one holds what the first had, a fee paid by its reference, a part of one, a payer who
is only an initial, a cheque for two people, one from an employer, and a fee that is paid twice.
"""

import csv
import io
from datetime import date, timedelta

from certificates.demo import clock
from certificates.demo.cast import Committee
from certificates.demo.script import Script
from registrations.bank import importing, recording
from registrations.models import BankExport, Registration

HEADINGS = ["Date", "Description", "Reference", "Withdrawals", "Deposits", "Balance"]
A_WEEK = timedelta(days=7)


class Bank:
    """Writes the account's lines down and brings them in as the administrator would."""

    def __init__(self, script: Script, committee: Committee) -> None:
        self.script = script
        self.committee = committee
        today = script.today
        self.earlier = [
            self._line(today - timedelta(days=12), "DONATION Friends of the Library", "", "250.00"),
            self._line(today - timedelta(days=9), "MONTHLY FEE", "", "", out="4.95"),
        ]
        self.later = [
            self._line(
                today - timedelta(days=3),
                "VIREMENT INTERAC Georges Lavallee",
                reference("georges.lavallee").lower(),
                "20.00",
            ),
            self._line(
                today - timedelta(days=3),
                "INTERAC e-Transfer Noor Haddad",
                reference("noor.haddad").replace("-", " "),
                "20.00",
            ),
            self._line(today - timedelta(days=2), "INTERAC e-Transfer S OBRIEN", "", "40.00"),
            self._line(
                today - timedelta(days=2),
                "CHEQUE 000512 Markham Public Library",
                "L YUE",
                "20.00",
            ),
            self._line(
                today - timedelta(days=1), "CHEQUE 000517 Q COTE and L FERGUSON", "", "80.00"
            ),
            self._line(
                today - timedelta(days=1),
                "INTERAC e-Transfer Amrit Dhaliwal",
                reference("amrit.dhaliwal"),
                "40.00",
            ),
            self._line(today, "MONTHLY FEE", "", "", out="4.95"),
        ]

    def bring_in(self) -> None:
        """Bring both in; the donation is set aside, the rest waits for a click."""
        with clock.at(self.script.now - A_WEEK):
            first = self._take_in("account-1.csv", self.earlier)
            (donation,) = first.lines.all()
            recording.set_aside(
                donation, by=self.committee.administrator(), reason="A donation, no fee."
            )
        self._take_in("account-2.csv", [*self.earlier, *self.later])

    def _take_in(self, name: str, lines: list[list[str]]) -> BankExport:
        text = io.StringIO()
        csv.writer(text).writerows([HEADINGS, *lines])
        export, _new = importing.take_in(
            text.getvalue().encode(), file_name=name, by=self.committee.administrator()
        )
        return export

    @staticmethod
    def _line(
        day: date, description: str, reference: str, deposit: str, *, out: str = ""
    ) -> list[str]:
        return [day.isoformat(), description, reference, out, deposit, ""]


def reference(name: str) -> str:
    """Return the reference that somebody of the demo writes on a payment."""
    registrations = Registration.objects.select_related("program")
    return registrations.get(person__email=f"{name}@example.org").reference
