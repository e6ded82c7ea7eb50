"""Another program that is being set up: some of it is still missing."""

from registrations.models import Person, Program
from registrations.program_keeping import making, sections


def begin(source: Program, *, by: Person) -> None:
    """Begin with a copy whose sentence is not translated yet, and whose rules are a draft."""
    program = making.create(
        by=by,
        code="SLTA",
        slug="school-library-technicians",
        name_en="School Library Technician Award",
        name_fr="Prix des techniques documentaires scolaires",
        source=source,
    )
    program.refresh_from_db()
    values = {
        "summary_en": "Three years of learning for those who run a school library.",
        "summary_fr": "",
    }
    sections.save(
        program, "texts", by=by, seen_state=sections.seen(program, "texts"), values=values
    )
