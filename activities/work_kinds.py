"""Work that waits as rows: uploaded records, moves to new rules, and letters about them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities import moving, reading_imports, telling
from activities.models import Effect, Import
from cec import backlog, claims, stumbles
from registrations.models import Person, Registration


@backlog.register
class RecordsToRead(backlog.Kind):
    """Uploaded records that a worker reads. One that failed is uploaded anew."""

    name = "imports"
    label = gettext_lazy("Records to read")
    since = "uploaded_at"
    retries = False
    advice = gettext_lazy("Each of them has been told on their page, and can upload the file anew.")

    def rows(self) -> QuerySet[Import]:
        return Import.objects.select_related("registration__person")

    def states(self, now: datetime) -> backlog.States:
        reading = Q(state=Import.State.READING)
        return backlog.States(
            waiting=reading & claims.free(now),
            running=reading & ~claims.free(now),
            failed=Q(
                state=Import.State.FAILED,
                error=reading_imports.LAST_TRY,
                uploaded_at__gt=now - backlog.FAILED_FOR,
            ),
        )

    def title(self, row: Import) -> str:
        return _("%(person)s: %(file)s") % {
            "person": row.registration.person.name,
            "file": row.file_name,
        }

    def error(self, row: Import) -> str:
        return row.error


@backlog.register
class RegistrationsToMove(backlog.Kind):
    """Registrations that follow others to new rules."""

    name = "moves"
    label = gettext_lazy("Registrations to move to new rules")
    since = "program__rules__rehearsals__moved_at"
    advice = gettext_lazy(
        "They count under their former rules until then. Try again; if it fails again, show the "
        "technical text to whoever looks after the program."
    )

    def rows(self) -> QuerySet[Any]:
        rows = moving.waiting(moving.under_way())
        with_its_move = rows.filter(program__rules__rehearsals__to_move=True)
        return stumbles.with_error(with_its_move.select_related("person"), moving.MOVE)

    def states(self, now: datetime) -> backlog.States:
        given_up = Q(pk__in=stumbles.given_up(moving.MOVE))
        return backlog.States(waiting=~given_up, failed=given_up)

    def title(self, row: Registration) -> str:
        return row.person.name

    def address(self, row: Registration) -> str:
        return reverse("desk_registration", args=[row.pk])

    def about(self, rows: Sequence[Registration], *, by: Person) -> list[dict[str, Any]]:
        return [{"registration": row, "details": self.details(row)} for row in rows]

    def again(self, failed: QuerySet[Any]) -> int:
        return stumbles.forgive(moving.MOVE, list(failed.values_list("pk", flat=True)))


@backlog.register
class LettersAboutRules(backlog.Kind):
    """Letters to those whose standing changed with new rules."""

    name = "rules"
    label = gettext_lazy("Letters about new rules to write")
    since = "rehearsal__moved_at"
    advice = gettext_lazy(
        "They have not been told that other rules hold for them. Try again; if it fails again, "
        "write to them."
    )

    def rows(self) -> QuerySet[Any]:
        rows = Effect.objects.select_related("registration__person")
        return stumbles.with_error(rows, telling.TELL)

    def states(self, now: datetime) -> backlog.States:
        given_up = Q(pk__in=stumbles.given_up(telling.TELL))
        due = Q(to_tell=True)
        return backlog.States(waiting=due & ~given_up, failed=due & given_up)

    def title(self, row: Effect) -> str:
        return row.registration.person.name

    def address(self, row: Effect) -> str:
        return reverse("desk_registration", args=[row.registration_id])

    def about(self, rows: Sequence[Effect], *, by: Person) -> list[dict[str, Any]]:
        return [{"registration": row.registration, "details": self.details(row)} for row in rows]

    def again(self, failed: QuerySet[Any]) -> int:
        return stumbles.forgive(telling.TELL, list(failed.values_list("pk", flat=True)))
