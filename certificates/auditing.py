"""Settling the entries of an audited record: what is to be mended goes back to its owner (C2)."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from activities import audit, questions
from activities.audit import Choice
from activities.models import AuditDecision
from cec.problems import Problem, Refused
from certificates import completion
from registrations.models import Person, Registration


@transaction.atomic
def settle(registration: Registration, choices: Sequence[Choice], *, by: Person) -> bool:
    """Decide on entries, all or none, and return whether the record went back to its owner.

    Entries to mend send the record back by the usual move, with what to mend as the questions; one
    that is with its owner already gets the questions alone. Raises `Refused` for what
    `audit.decide` refuses, and when nothing is chosen although entries wait.
    """
    locked = questions.lock(registration, by=by)
    if not choices and audit.check_over(locked):
        raise Refused(Problem("nothing_chosen", _("Choose what you decide, for one at least.")))
    written = audit.decide(locked, choices, by=by)
    mend = {row.activity_id: row.reason for row in written if row.kind == AuditDecision.Kind.MEND}
    if mend and locked.status == Registration.Status.TURNED_IN:
        completion.return_with_questions(locked, by=by, comments=mend)
        return True
    for row in written:
        if row.activity_id in mend:
            questions.ask(locked, row.activity, by=by, text=row.reason)
    return False
