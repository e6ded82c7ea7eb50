"""Other rules tried out on everybody, against the standing of everybody by hand-written SQL.

The draft changes what the pages let administrators change: a rate, limits, and a limit of a group
over the whole cycle, which is the dearest way to add up.
"""

from collections.abc import Iterator

from django.db import transaction

from activities import rehearsing
from certificates.goals.filling import PROGRAM, Filled
from certificates.goals.goal import Result, compared, in_turns
from certificates.goals.standing import BY_HAND, fetched
from registrations.models import Cap, Program, Rate
from registrations.rulebook import drafting
from registrations.rulebook.drafting import Place


def measure(filled: Filled) -> Iterator[Result]:
    with transaction.atomic():
        program = Program.objects.get(code=PROGRAM)
        place = Place(program, "needed")
        with drafting.editing(place, by=filled.office, seen=place.seen()) as draft:
            Rate.objects.filter(activity_type__rules=draft, key="hour").update(per_hour="1.5")
            Cap.objects.filter(activity_type__rules=draft).update(points="18")

        def rehearse() -> None:
            with transaction.atomic():
                made = rehearsing.rehearse(program, by=filled.office)
            assert made.people >= filled.participants, "somebody was left out"

        ours, by_hand = in_turns(rehearse, lambda: fetched(BY_HAND), seconds=20)
        yield compared("Rehearsal on everyone", ours, most=6, than=by_hand, what="hand-written SQL")

        group = draft.groups.create(key="all", name_en="All", name_fr="Tous")
        draft.types.update(group=group)
        group.caps.create(per="cycle", points="110")
        draft.note_layers()
        ours, by_hand = in_turns(rehearse, lambda: fetched(BY_HAND), seconds=30)
        yield compared("Rehearsal, a cap over groups", ours, most=12, than=by_hand, what="that SQL")
        transaction.set_rollback(True)
