"""What waits in registrations, for the weekly mail: counted as the desk counts it."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cec.jobs import Job
from cec.models import OutgoingMail
from registrations import digest, queue, watch
from registrations.digest import Waits
from registrations.mentoring.asking import desk_count
from registrations.models import Notice, Person
from registrations.models.committee import roles_of
from registrations.permissions import ADMINISTRATOR, may

WEEK = timedelta(days=7)


def registrations(person: Person) -> Iterator[Waits]:
    if may(person, "decide_registration"):
        waits = queue.waits(person)
        yield Waits("waiting", waits.counts["waiting"], waits.oldest)
        yield Waits("proof", waits.counts["proof_received"])


def memberships(person: Person) -> Iterator[Waits]:
    if may(person, "check_membership"):
        counts = watch.counts(person)
        yield Waits("lapsed", counts["lapsed"])
        yield Waits("doubt", counts["doubt"])


def mentors(person: Person) -> Iterator[Waits]:
    if may(person, "assign_mentor"):
        yield Waits("waiting", desk_count(person))


def fees(person: Person) -> Iterator[Waits]:
    if may(person, "record_payment"):
        yield Waits("owed", queue.waits(person).counts["fee"])


def work(person: Person) -> Iterator[Waits]:
    """What failed in the last week, and what fails now."""
    if ADMINISTRATOR in roles_of(person).names:
        last_week = timezone.now() - WEEK
        failed = OutgoingMail.objects.in_trouble().filter(created_at__gte=last_week)
        unwritten = Notice.objects.filter(state=Notice.State.FAILED, decided_at__gte=last_week)
        yield Waits("mail", failed.count() + unwritten.count())
        yield Waits("jobs", Job.objects.filter(failures__gt=0).count())


digest.section(
    "registrations",
    _("Registrations"),
    find=registrations,
    say={
        "waiting": ngettext_lazy("%(n)s registration", "%(n)s registrations", "n"),
        "proof": ngettext_lazy("%(n)s proof received", "%(n)s proofs received", "n"),
    },
    position=10,
)
digest.section(
    "memberships",
    _("Memberships"),
    find=memberships,
    say={
        "lapsed": ngettext_lazy(
            "%(n)s membership not in good standing", "%(n)s memberships not in good standing", "n"
        ),
        "doubt": ngettext_lazy("%(n)s doubtful membership", "%(n)s doubtful memberships", "n"),
    },
    position=20,
)
digest.section(
    "mentors",
    _("Mentors"),
    find=mentors,
    say={
        "waiting": ngettext_lazy(
            "%(n)s wish for a mentor or offer to be one",
            "%(n)s wishes for a mentor and offers to be one",
            "n",
        )
    },
    position=40,
)
digest.section(
    "fees",
    _("Fees"),
    find=fees,
    say={"owed": ngettext_lazy("%(n)s fee to come", "%(n)s fees to come", "n")},
    position=70,
)
digest.section(
    "work",
    _("Work that failed"),
    find=work,
    say={
        "mail": ngettext_lazy("%(n)s e-mail not delivered", "%(n)s e-mails not delivered", "n"),
        "jobs": ngettext_lazy("%(n)s periodic job fails", "%(n)s periodic jobs fail", "n"),
    },
    position=100,
)
