"""Short ways to the rows that tests start from; everything goes through the real models."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.utils import timezone

from activities import log
from activities.models import Activity, Evidence
from cec import work
from cec.models import Heartbeat, OutgoingMail, StoredFile
from registrations import fees
from registrations.calendar import anniversary, make_years
from registrations.models import (
    ActivityType,
    Appointment,
    Association,
    MembershipCheck,
    MembershipProof,
    MentorOffer,
    Mentorship,
    Notice,
    Organisation,
    Payment,
    Person,
    Program,
    Rate,
    Registration,
    Rules,
    SubjectArea,
)
from registrations.program_keeping import making
from registrations.programs import load_program
from registrations.rulebook import drafting

_numbers = itertools.count(1)

SCHEMES = Path(__file__).parent / "data" / "schemes"

APPROVED = {"active", "turned_in", "accepted", "certified", "lapsed"}


def person(
    name: str = "", *, language: str = "en", password: str | None = None, **fields
) -> Person:
    """A person with an account; the e-mail is made up unless it is given."""
    number = next(_numbers)
    fields.setdefault("email", f"person{number}@example.org")
    return Person.objects.create_user(
        password=password, name=name or f"Person {number}", language=language, **fields
    )


def program(code: str = "CEC") -> Program:
    return Program.objects.get(code=code)


def association(code: str = "MLA") -> Association:
    return Association.objects.get(code=code)


def appoint(
    who: Person,
    role: str,
    association_code: str | None = None,
    *,
    organisation: Organisation | None = None,
    first_day: date = date(2020, 1, 1),
    last_day: date | None = None,
) -> Appointment:
    """Give a role, and the second factor that roles need; "representative" wants an association."""
    second_factor(who)
    return Appointment.objects.create(
        person=who,
        role=role,
        association=association(association_code) if association_code else None,
        organisation=organisation,
        first_day=first_day,
        last_day=last_day,
    )


def second_factor(who: Person) -> Authenticator:
    """A second factor that nobody has the other half of: an app whose secret isn't one."""
    return Authenticator.objects.get_or_create(
        user=who, type=Authenticator.Type.TOTP, defaults={"data": {"secret": ""}}
    )[0]


def representative(code: str = "MLA") -> Person:
    who = person(f"Representative of {code}")
    appoint(who, "representative", code)
    return who


def steering() -> Person:
    who = person("Steering member")
    appoint(who, "steering")
    return who


def administrator() -> Person:
    who = person("Administrator")
    appoint(who, "administrator")
    return who


def registration(
    who: Person | None = None,
    *,
    status: str = "active",
    starts_on: date | None = None,
    code: str = "CEC",
    association_code: str | None = "MLA",
    paid: bool | None = None,
    member_until: date | None = None,
    **fields,
) -> Registration:
    """A registration in any state, with the program years that the state implies.

    `paid` and `member_until` put a payment and a membership check beside it; approved ones have
    both unless told otherwise.
    """
    scheme = program(code)
    approved = status in APPROVED
    if approved and starts_on is None:
        starts_on = date(2025, 3, 15)
    sent_on = starts_on or timezone.localdate()
    if status not in ("draft",):
        fields.setdefault("submitted_on", sent_on)
        fields.setdefault("submitted_at", datetime.combine(fields["submitted_on"], time(16), UTC))
    row = Registration.objects.create(
        person=who or person(),
        program=scheme,
        rules=scheme.current_rules,
        association=association(association_code) if association_code else None,
        status=status,
        fee=scheme.fee,
        starts_on=starts_on if approved else None,
        **fields,
    )
    if approved:
        row.ends_on = make_years(row)[-1].ends_on
        row.save(update_fields=["ends_on"])
    if (approved if paid is None else paid) and row.fee:
        pay(row, on=row.submitted_on or sent_on)
    if member_until or approved:
        confirm(row, until=member_until or date(2099, 12, 31))
    return row


def pay(
    row: Registration,
    amount: str | None = None,
    *,
    on: date | None = None,
    reference: str = "",
    method: str = "transfer",
    **fields,
) -> Payment:
    line = Payment.objects.create(
        registration=row,
        kind="payment",
        amount=Decimal(amount) if amount else row.fee,
        method=method,
        reference=reference,
        received_on=on or timezone.localdate(),
        recorded_by=_recorder(),
        **fields,
    )
    fees.keep_settled(row)
    return line


def confirm(row: Registration, *, until: date) -> MembershipCheck:
    return MembershipCheck.objects.create(
        registration=row, outcome="confirmed", good_until=until, checked_by=_recorder()
    )


def rate(code: str, key: str | None = None, *, program_code: str = "CEC") -> Rate:
    """The rate of a type by its English code; `key` tells committee from board."""
    kind = ActivityType.objects.get(rules=program(program_code).current_rules, code_en=code)
    return kind.rates.get(key=key) if key else kind.rates.first()


def draft(code: str = "CEC", *, by: Person | None = None) -> Rules:
    """The program's draft, begun as a copy of its current rules."""
    scheme = program(code)
    place = drafting.Place(scheme, "needed")
    with drafting.editing(place, by=by or administrator(), seen=place.seen()) as begun:
        return begun


def set_up(code: str = "SLT", *, copy_of: str | None = None, by: Person | None = None) -> Program:
    """A program that an administrator sets up; it isn't open yet."""
    return making.create(
        by=by or administrator(),
        code=code,
        slug=code.lower(),
        name_en="School library technicians",
        name_fr="Personnel technicien des bibliothèques scolaires",
        source=program(copy_of) if copy_of else None,
    )


def rules_published(scheme: Program) -> Program:
    """Let the first rules of a program that is set up hold."""
    scheme.rules.update(published_at=timezone.now())
    return program(scheme.code)


def activity(
    row: Registration,
    code: str = "PD-I",
    *,
    hours: str | None = "1",
    on: str | date = "2025-05-01",
    key: str | None = None,
    title: str = "",
    **fields,
) -> Activity:
    """A logged activity with what it is worth."""
    day = date.fromisoformat(on) if isinstance(on, str) else on
    entry = Activity(
        title=title or f"Activity {next(_numbers)}",
        completed_on=day,
        hours=Decimal(hours) if hours else None,
        **fields,
    )
    return log.add(row, entry, rate=rate(code, key, program_code=row.program.code))


def three_years_ago(days: int = 10) -> date:
    """A start whose three years ended `days` days ago: the time for turning in."""
    today = timezone.localdate()
    return anniversary(today, -3) - timezone.timedelta(days=days)


def _recorder() -> Person:
    return Person.objects.filter(name="Recorder").first() or person("Recorder")


def proof(check: MembershipCheck) -> MembershipProof:
    """A proof of membership as a row alone; its file is nowhere."""
    row = check.registration
    return MembershipProof.objects.create(
        registration=row, answers=check, file=stored_file(), uploaded_by=row.person
    )


def evidence(entry: Activity, name: str = "card.pdf") -> Evidence:
    """A file of an entry as a row alone; its bytes are nowhere."""
    return Evidence.objects.create(
        activity=entry, file=stored_file(name), added_by_id=entry.person_id
    )


def stored_file(name: str = "card.pdf") -> StoredFile:
    return StoredFile.objects.create(
        key=f"{next(_numbers):040x}", kind="pdf", name=name, size=1, sha256="0" * 64
    )


def confirmed_address(who: Person) -> Person:
    """Let the person have confirmed their e-mail address."""
    confirmed = {"verified": True, "primary": True}
    EmailAddress.objects.update_or_create(user=who, email=who.email, defaults=confirmed)
    return who


def mentor_offer(
    who: Person | None = None,
    *,
    association_code: str = "MLA",
    state: str = "confirmed",
    capacity: int = 2,
    areas: tuple[str, ...] = (),
    **fields,
) -> MentorOffer:
    """An offer to mentor; `areas` are English names of the program's subject areas."""
    confirmed = state in ("confirmed", "paused")
    fields.setdefault("in_english", True)
    row = MentorOffer.objects.create(
        person=who or person(),
        program=program(),
        association=association(association_code),
        state=state,
        capacity=capacity,
        confirmed_by=_recorder() if confirmed else None,
        confirmed_at=timezone.now() if confirmed else None,
        **fields,
    )
    row.areas.set(SubjectArea.objects.filter(program=row.program, name_en__in=areas))
    return row


def mentorship(
    row: Registration, mentor: Person | None = None, *, state: str = "active", **offer
) -> Mentorship:
    """A volunteer for a registration, under an offer of their own."""
    mentor = mentor or person()
    standing = MentorOffer.objects.standing().filter(person=mentor).first()
    now = timezone.now()
    return Mentorship.objects.create(
        registration=row,
        mentor=mentor,
        offer=standing or mentor_offer(mentor, **offer),
        kind="volunteer",
        state=state,
        assigned_by=_recorder(),
        accepted_at=now if state in ("active", "ended") else None,
        ended_at=now if state in ("declined", "ended") else None,
    )


def scheme(name: str) -> Program:
    """A program of tests/data/schemes, as published elsewhere, with its rules."""
    return load_program(SCHEMES / f"{name}.toml")


def organisation(name: str = "", *, code: str = "CPC", **figures: str) -> Organisation:
    """An organisation that recognises a program's courses.

    Figures are what it allocates: `webinar_presenter="2"`; a hyphen of a key is left out.
    """
    row = Organisation.objects.create(name_en=name or f"Organisation {next(_numbers)}")
    row.programs.add(program(code))
    keys = {key.replace("-", ""): key for key in course_keys(code)}
    for cell, credits in figures.items():
        course, part = cell.rsplit("_", 1)
        row.allocations.create(
            program=program(code),
            course=keys[course],
            part=part,
            credits=Decimal(credits),
            set_by=_recorder(),
        )
    return row


def course_keys(code: str = "CPC") -> list[str]:
    return [row.key for row in program(code).current_rules.types.all()]


def course(key: str = "webinar", *, code: str = "CPC") -> ActivityType:
    return program(code).current_rules.types.get(key=key)


def officer(of: Organisation, name: str = "") -> Person:
    who = person(name or f"Officer of {of.name_en}")
    appoint(who, "organisation", organisation=of)
    return who


def careers(who: Person | None = None, **fields) -> Registration:
    """A registration in the program of fixed credits."""
    return registration(who, code="CPC", association_code=None, **fields)


def webinar(row: Registration, **fields) -> Activity:
    """A course in a record of fixed credits."""
    return activity(row, "WEBINAR", hours=None, **fields)


def notice(row: Registration, kind: str = "fee_outstanding", **fields) -> Notice:
    """A mail that is owed about a registration and waits to be written."""
    now = timezone.now()
    fields = {
        "occasion": "14",
        "facts": {"balance": "40.00"},
        "until": timezone.localdate() + timedelta(days=15),
        "decided_at": now,
        "due_at": now,
    } | fields
    return Notice.objects.create(person=row.person, registration=row, kind=kind, **fields)


def failed_mail(**fields) -> OutgoingMail:
    """A mail that its reader's server refused."""
    number = next(_numbers)
    fields = {
        "kind": "registration_received",
        "to": f"reader{number}@example.org",
        "subject": "We have your registration",
        "text": "Text\n",
        "html": "<p>HTML</p>",
        "message_id": f"<failed{number}@example.org>",
        "state": "failed",
        "attempts": 1,
        "last_error": "550 no such mailbox",
    } | fields
    return OutgoingMail.objects.create(**fields)


def swept(at: datetime | None = None) -> None:
    """Every queue was swept, just now if nothing else is said."""
    for queue in work.QUEUES:
        Heartbeat.objects.update_or_create(
            name=Heartbeat.of(queue), defaults={"at": at or timezone.now()}
        )
