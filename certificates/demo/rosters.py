"""The lists of members of the demo: each association's people, others beside them, twice a year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.core.files.base import ContentFile

from certificates.demo.cast import DOMAIN, Committee, told
from certificates.demo.script import Script
from registrations import rechecking
from registrations.models import Association
from registrations.roster import comparison, keeping, reading

ACTIVE, SUSPENDED = "active", "suspended"
# Until when somebody is a member, in days from today, by what their story says.
UNTIL = {"over": -35, "soon": 20, "lapsed": -20}
OTHERS = 60
EARLIER, NOW = 210, 24  # days ago
# What makes a list worth a look: somebody who vanished from the newer one, somebody suspended, and
# of those who wait one who is certain, one doubtful and two whose names alone are alike. Days from
# the loading of the demo on, by the lists that they stand on.
MARKED = {
    "MLA": (
        ("MLA-19976", "Wren Halvorsen", "wren.halvorsen", {EARLIER: 340}),
        ("MLA-19952", "Quentin Dubé", "quentin.dube", {EARLIER: 340, NOW: None}),
        ("MLA-19948", "Priya Raman", "priya.raman", {EARLIER: 130, NOW: 400}),
        ("MLA-19940", "Noor Haddad", "noor.haddad", {NOW: 220}),
        ("MLA-19928", "Kateryna SHEVCHUK", "kateryna.shevchuk", {NOW: 220}),
        ("MLA-19924", "Jordan Moosomin", "jordan.moosomin", {NOW: None}),
        ("MLA-19900", "Rupinder Gill", "rupinder.gill", {NOW: 340}),
        ("MLA-19961", "George Lavallee", "g.lavallee", {NOW: 340}),
    )
}
GIVEN = ("Alma", "Béatrice", "Colin", "Dagny", "Elias", "Fatima", "Gwendolyn", "Hugo", "Ingrid")
FAMILY = ("Abbott", "Bergeron", "Cardinal", "Dhillon", "Eklund", "Fontaine", "Guimond", "Harper")

Line = tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """How one association's system exports its list."""

    code: str
    headings: str
    delimiter: str
    encoding: str
    words: dict[str, str]
    prefix: str

    def file(self, lines: list[Line], name: str) -> "ContentFile[bytes]":
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
        for ago, others in ((EARLIER, OTHERS - 9), (NOW, OTHERS)):
            day = script.today - timedelta(days=ago)
            lines = [*_people(kept, script.today, ago), *_others(kept, script.today, others)]
            script.plan(day, partial(_upload, kept, committee, lines, day), hour=14)


def _upload(kept: Kept, committee: Committee, lines: list[Line], day: date) -> None:
    association = Association.objects.get(code=kept.code)
    by = committee.reviewer(association, committee.administrator())
    file = kept.file(lines, f"{kept.code.lower()}-{day:%Y-%m}.csv")
    roster = keeping.upload(association, file, by=by)
    reading.read(roster.pk)
    roster.refresh_from_db()
    found = comparison.compare(roster)
    keeping.confirm(roster, by=by, seen=found.seen)
    rechecking.recheck(roster.pk)


def _people(kept: Kept, today: date, ago: int) -> Iterator[Line]:
    """Everybody who takes part with this association; of those who wait, only whom a list marks."""
    marked = {row[0]: row for row in MARKED.get(kept.code, ())}
    for row in _taking_part(kept.code):
        if row["number"] not in marked:
            until = today + timedelta(days=UNTIL.get(row.get("membership", ""), 220))
            yield _line(kept, row["number"], row["name"], row["email"], until)
    for number, name, address, days in marked.values():
        if ago in days:
            held = days[ago]
            until = today + timedelta(days=200 if held is None else held)
            yield _line(kept, number, name, address, until, SUSPENDED if held is None else ACTIVE)


def _others(kept: Kept, today: date, count: int) -> Iterator[Line]:
    """Members who don't take part."""
    for number in range(count):
        name = f"{GIVEN[number % len(GIVEN)]} {FAMILY[number // len(GIVEN) % len(FAMILY)]}"
        until = today + timedelta(days=31 * (number % 12) - 40)
        code = f"{kept.prefix}{number:03}"
        status = SUSPENDED if number % 19 == 7 else ACTIVE
        yield _line(kept, code, name, code.lower(), until, status)


def _line(
    kept: Kept, number: str, name: str, address: str, until: date, status: str = ACTIVE
) -> Line:
    first, _space, last = name.rpartition(" ")
    day = f"{until:%d/%m/%Y}" if kept.delimiter == ";" else until.isoformat()
    return number, last, first, f"{address}@{DOMAIN}", day, kept.words[status]


def _taking_part(code: str) -> list[dict[str, Any]]:
    """The people of the demo who gave this association and a member number, each once."""
    found = {}
    for name, group in told("people.toml").items():
        for row in group if isinstance(group, list) else [group]:
            if name != "waiting" and row.get("association") == code and row.get("number"):
                found[row["number"]] = row
    return list(found.values())
