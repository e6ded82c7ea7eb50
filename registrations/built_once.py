"""Counts on every page of the desk: a query is built once for each shape that rights have."""

from collections.abc import Callable
from typing import Any

from cec.prepared import PLACE, Prepared, prepare
from registrations.models import Appointment, Person
from registrations.models.committee import Roles, roles_of
from registrations.models.mentoring import Helping, conflicts_of


class BuiltOnce:
    """A query of one row about what is in somebody's care.

    `run(person, *ids)` sends it; it may look at the person's id, roles and mentees alone.
    """

    def __init__(self, run: Callable[..., object]) -> None:
        self.run = run
        self.built: dict[tuple[int, int, int], Prepared] = {}

    def fetch(self, person: Person, *ids: int) -> tuple[Any, ...] | None:
        """Return the row for this person; None for somebody in whose care nothing is."""
        roles, mentees = roles_of(person), sorted(conflicts_of(person))
        represented = [] if roles.sees_everything else sorted(roles.associations)
        if not roles.sees_everything and not represented:
            return None
        shape = (len(represented), len(mentees), len(ids))
        if shape not in self.built:
            self.built[shape] = prepare(lambda: self.run(*_stand_in(*shape)))
        given = [person.pk, *represented, *mentees, *ids]
        return self.built[shape].fetch({PLACE + at: number for at, number in enumerate(given)})


def _stand_in(represented: int, mentees: int, ids: int) -> tuple[Any, ...]:
    """Return somebody whose ids are places, and the places of the other ids."""
    places = iter(range(PLACE, PLACE + 1 + represented + mentees + ids))
    anybody = Person(pk=next(places))
    role = Appointment.Role.REPRESENTATIVE if represented else Appointment.Role.STEERING
    associations = frozenset(next(places) for _ in range(represented))
    anybody.__dict__["roles"] = Roles(frozenset({role}), associations)
    anybody.__dict__["helping"] = Helping(frozenset(next(places) for _ in range(mentees)), False)
    return anybody, *places
