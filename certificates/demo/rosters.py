"""The lists of members of the demo: each association's people, others beside them, twice a year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.core.files.base import ContentFile

from certificates.demo.cast import DOMAIN, Committee, told
from certificates.demo.script import Script
from registrations.models import Association
from registrations.roster import comparison, keeping, reading

ACTIVE, SUSPENDED = "active", "suspended"
# Until when somebody is a member, in days from today, by what their story says.
UNTIL = {"over": -35, "soon": 20, "lapsed": -20}
OTHERS = 60
GIVEN = ("Alma", "Béatrice", "Colin", "Dagny", "Elias", "Fatima", "Gwendolyn", "Hugo", "Ingrid")
FAMILY = ("Abbott", "Bergeron", "Cardinal", "Dhillon", "Eklund", "Fontaine", "Guimond", "Harper")


@dataclass(frozen=True)
class Kept:
    """How one association's system exports its list."""

    code: str
    headings: str
    delimiter: str
    encoding: str
    words: dict[str, str]
    prefix: str

    def file(self, lines: Iterator[tuple[str, ...]], name: str) -> "ContentFile[bytes]":
        rows = [self.headings.split("|"), *lines]
        text = "\r\n".join(self.delimiter.join(row) for row in rows) + "\r\n"
        return ContentFile(text.encode(self.encoding, "replace"), name)


LISTS = (
    Kept(
        code="MLA",
        headings="Member #|Last name|First name|E-mail|Expiry date|Status",
        delimiter=",",
        encoding="utf-8-sig",
        words={ACTIVE: "active", SUSPENDED: "suspended"},
        prefix="MLA-2",
    ),
    Kept(
        code="ABQLA",
        headings="No de membre|Nom|Prénom|Courriel|Échéance|Statut",
        delimiter=";",
        encoding="cp1252",
        words={ACTIVE: "en règle", SUSPENDED: "suspendu"},
        prefix="Q2",
    ),
)


def plan(script: Script, committee: Committee) -> None:
    """Let the lists come in: an earlier one, and the one that is in use."""
    for kept in LISTS:
        for days, others in ((210, OTHERS - 9), (24, OTHERS)):
            day = script.today - timedelta(days=days)
            script.plan(day, partial(_upload, kept, committee, script.today, day, others), hour=14)


def _upload(kept: Kept, committee: Committee, today: date, day: date, others: int) -> None:
    association = Association.objects.get(code=kept.code)
    by = committee.reviewer(association, committee.administrator())
    file = kept.file(_lines(kept, today, others), f"{kept.code.lower()}-{day:%Y-%m}.csv")
    roster = keeping.upload(association, file, by=by)
    reading.read(roster.pk)
    roster.refresh_from_db()
    found = comparison.compare(roster)
    keeping.confirm(roster, by=by, seen=found.seen)


def _lines(kept: Kept, today: date, others: int) -> Iterator[tuple[str, ...]]:
    for row in _people(kept.code):
        first, _space, last = row["name"].rpartition(" ")
        until = today + timedelta(days=UNTIL.get(row.get("membership", ""), 220))
        yield (row["number"], last, first, f"{row['email']}@{DOMAIN}", *_until(kept, until, ACTIVE))
    for number in range(others):
        first, last = GIVEN[number % len(GIVEN)], FAMILY[number // len(GIVEN) % len(FAMILY)]
        until = today + timedelta(days=31 * (number % 12) - 40)
        status = SUSPENDED if number % 19 == 7 else ACTIVE
        address = f"{kept.prefix.lower()}{number:03}@{DOMAIN}"
        yield (f"{kept.prefix}{number:03}", last, first, address, *_until(kept, until, status))


def _until(kept: Kept, day: date, status: str) -> tuple[str, str]:
    written = f"{day:%d/%m/%Y}" if kept.delimiter == ";" else day.isoformat()
    return written, kept.words[status]


def _people(code: str) -> list[dict[str, Any]]:
    """Everybody of the demo who gave this association and a member number, each once."""
    found = {}
    for group in told("people.toml").values():
        for row in group if isinstance(group, list) else [group]:
            if isinstance(row, dict) and row.get("association") == code and row.get("number"):
                found[row["number"]] = row
    return list(found.values())
