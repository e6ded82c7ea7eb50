"""A draft of other rules, as a committee would try it out: it counts for nobody."""

from decimal import Decimal

from registrations.models import Person, Program
from registrations.rulebook import drafting
from registrations.rulebook.drafting import Place


def draft(program: Program, *, by: Person) -> None:
    """Begin a draft in which the informal types have less room each year."""
    place = Place(program, "needed")
    with drafting.editing(place, by=by, seen=place.seen()) as rules:
        for kind in rules.types.filter(key__in=["pd-i", "pub-i"]):
            kind.caps.filter(per="year").update(points=Decimal(15))
