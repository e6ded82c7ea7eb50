"""How erasing a person goes in this app, where putting a dash in a text isn't enough.

Called by `cec.erasure`, by way of the declarations in `personal_data.py`; inside of
`erasure.erasing()`, and with the person's row locked.
"""

from collections.abc import Collection
from functools import partial

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Exists, Func, JSONField, OuterRef, Q, Value
from django.db.models.functions import Lower

from cec import erasure, personal
from cec.personal import Traces
from registrations import seals
from registrations.likeness import email_key, name_key, number_key
from registrations.models import (
    BankLine,
    DataCopy,
    Event,
    MembershipCheck,
    MembershipProof,
    MentorInvitation,
    Payment,
    Person,
    Registration,
    RosterMember,
)
from registrations.proofs import drop
from registrations.roster_matching import alike

# Keys of `Event.details` under which somebody may have written a text; all others hold figures,
# days, codes and names of fields.
WRITTEN = ("reference", "file")


def open_registrations(traces: Traces) -> None:
    """End what still goes on; a state that is final stays as it is."""
    rows = Registration.objects.select_for_update(of=("self",)).filter(person=traces.person)
    for row in rows.open().order_by("pk"):
        row.move("erase", by=None)


def history(traces: Traces) -> None:
    """Take the texts out of events about the person, and the address out of what they did."""
    about = Event.objects.filter(Q(person=traces.person) | Q(registration__person=traces.person))
    written = about.exclude(reason="", address="") | about.filter(details__has_any_keys=WRITTEN)
    without = Func(
        "details",
        *map(Value, WRITTEN),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=JSONField(),
    )
    seals.redact(written, reason="", address="", details=without)
    seals.redact(Event.objects.filter(actor=traces.person).exclude(address=""), address="")
    if pattern := traces.pattern():
        named = Event.objects.filter(reason__iregex=pattern)
        seals.redact(named, reason=erasure.masked("reason", pattern))


def members(traces: Traces) -> None:
    """Delete the person from lists of members.

    They are who has their confirmed address, whom a check took for them, and who agrees with them
    in two things: they wrote their name, number and new addresses themselves, and may have written
    somebody else's. A name or a number alone is theirs where nothing else stands beside it.
    """
    named = {name_key(name) for name in traces.names}
    numbers = {number_key(number) for number in traces.numbers} - {""}
    emails = {email_key(email) for email in traces.emails}
    associations = Registration.objects.filter(person=traces.person).values("association")
    confirmed = EmailAddress.objects.filter(user=traces.person, verified=True)
    account = Person.objects.filter(pk=traces.person, emailaddress=None)  # opened by others
    own = {*confirmed.values_list("email", flat=True), *account.values_list("email", flat=True)}
    checks = MembershipCheck.objects.filter(
        registration__person=traces.person,
        roster=OuterRef("roster"),
        roster_row=OuterRef("number"),
    )
    theirs = Q(email_key__in={email_key(email) for email in own} & emails) | Q(Exists(checks))
    theirs |= Q(name_key__in=named, number_key="", email_key="")
    by_number = Q(number_key__in=numbers, roster__association__in=associations)
    maybe = RosterMember.objects.filter(by_number | Q(email_key__in=emails))
    agreeing = [row.pk for row in maybe.exclude(theirs) if _agrees(row, named, numbers, emails)]
    RosterMember.objects.filter(theirs | Q(pk__in=agreeing)).delete()


def _agrees(
    row: RosterMember, names: Collection[str], numbers: Collection[str], emails: Collection[str]
) -> bool:
    """Whether a row that shares a number or an address with somebody is about nobody else."""
    alone = row.number_key in numbers and not row.email_key and not row.name_key
    both = row.number_key in numbers and row.email_key in emails
    return alone or both or any(alike(name, row.name_key) for name in names)


def bank_lines(traces: Traces) -> None:
    """Take what the bank wrote out of deposits that paid for this person alone.

    The fingerprint remains, so that the deposit doesn't come in again with the next export.
    """
    theirs = Payment.objects.filter(bank_line=OuterRef("pk"), registration__person=traces.person)
    of_others = Payment.objects.filter(bank_line=OuterRef("pk")).exclude(
        registration__person=traces.person
    )
    lines = BankLine.objects.filter(Exists(theirs), ~Exists(of_others))
    erasure.blank(lines, "description", "reference")


def proofs(traces: Traces) -> None:
    rows = MembershipProof.objects.filter(registration__person=traces.person)
    for row in rows.select_related("file"):
        drop(row)


def invitations(traces: Traces) -> None:
    """Take the person's address out of invitations by which others asked them to mentor."""
    sent = MentorInvitation.objects.annotate(address=Lower("email"))
    sent.filter(address__in=[email.lower() for email in traces.emails]).update(
        email=personal.erased_address(traces.person)
    )


def copies(traces: Traces) -> None:
    """Delete the copies that the person asked for, and their files once that is committed."""
    for row in DataCopy.objects.filter(person=traces.person):
        path = row.path
        row.delete()
        transaction.on_commit(partial(path.unlink, missing_ok=True), robust=True)


def account(traces: Traces) -> None:
    """Close the account: nobody can sign in with it, and nobody's address is in it."""
    Person.objects.filter(pk=traces.person).update(
        email=personal.erased_address(traces.person),
        password=make_password(None),
    )
