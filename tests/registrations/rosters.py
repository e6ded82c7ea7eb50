"""Lists of members for tests: the two that associations sent, and made up ones."""

import io
from pathlib import Path

from django.core.files.base import ContentFile
from openpyxl import Workbook

from registrations.models import Person, Roster
from registrations.roster import keeping, questions, reading
from registrations.roster.comparison import compare
from tests import factories as make

DATA = Path(__file__).parents[1] / "data"
MLA = DATA / "roster-mla.xlsx"
ABQLA = DATA / "roster-abqla-windows1252.csv"
HEADINGS = ("Member no.", "Name", "E-mail", "Expiry date", "Status")


def file(content: bytes | str | Path, name: str = "") -> ContentFile:
    if isinstance(content, Path):
        return ContentFile(content.read_bytes(), name or content.name)
    data = content.encode() if isinstance(content, str) else content
    return ContentFile(data, name or "members.csv")


def csv(*lines: str, headings: str = ",".join(HEADINGS)) -> str:
    return "\n".join((headings, *lines)) + "\n"


def xlsx(*lines, headings=HEADINGS) -> bytes:
    book = Workbook()
    for line in (headings, *lines):
        book.active.append(list(line))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def uploaded(content, *, code: str = "MLA", by: Person | None = None, name: str = "") -> Roster:
    """A list that was uploaded and read by a worker."""
    roster = keeping.upload(
        make.association(code), file(content, name), by=by or make.representative(code)
    )
    reading.read(roster.pk)
    roster.refresh_from_db()
    return roster


def answer_all(roster: Roster, answer: str = questions.LEAVE) -> None:
    """Answer every question the same way."""
    asked = dict.fromkeys(questions.unanswered(roster).values_list("pk", flat=True), answer)
    keeping.answer(roster, asked, by=roster.uploaded_by)


def confirmed(content, *, code: str = "MLA", by: Person | None = None, name: str = "") -> Roster:
    """A list that is in use."""
    roster = uploaded(content, code=code, by=by, name=name)
    answer_all(roster)
    found = compare(roster)
    keeping.confirm(roster, by=roster.uploaded_by, seen=found.seen, vanishing=found.vanished)
    roster.refresh_from_db()
    return roster


def members(*numbers: int, until: str = "2027-12-31") -> str:
    """A list with these members, all of them plain."""
    return csv(*(f"M-{n},Member {n},m{n}@example.org,{until},active" for n in numbers))


def asked(roster: Roster) -> list[tuple[str, str, str]]:
    return [(each.kind, each.code, each.text) for each in roster.questions.all()]


def standings(roster: Roster) -> dict[str, str]:
    """Member number -> what the list says, for those that are in."""
    return {
        row.member_number or row.name: (
            "suspended" if row.suspended else "life" if row.for_life else str(row.good_until)
        )
        for row in roster.members.filter(left_out=False)
    }


def confirmed_as_it_is(roster: Roster) -> Roster:
    """Take a list into use that was read already."""
    found = compare(roster)
    keeping.confirm(roster, by=roster.uploaded_by, seen=found.seen, vanishing=found.vanished)
    roster.refresh_from_db()
    return roster
