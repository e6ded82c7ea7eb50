"""Fills the bench's database by sets: participants in the middle of their third year, a queue."""

from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Max

from registrations.models import Appointment, Person, Program, Registration

ENTRIES = 40  # that count, of each participant; two more are planned or deleted
PROGRAM = "CEC"
QUEUE_SHARE = 50  # one applicant waits for so many participants: three weeks of them

PEOPLE = """
    INSERT INTO registrations_person
        (password, is_superuser, email, name, language, theme, is_active, is_staff, date_joined)
    SELECT '!', false, 'p' || n || '@bench.example', 'Participant ' || n,
           CASE WHEN n %% 4 = 0 THEN 'fr' ELSE 'en' END, 'auto', true, false, now()
    FROM generate_series(%(from)s + 1, %(from)s + %(participants)s + %(waiting)s) n
"""
REGISTRATIONS = """
    INSERT INTO registrations_registration
        (person_id, program_id, rules_id, association_id, status, member_number, employer, position,
         language, wants_mentor, fee, submitted_at, submitted_on, starts_on, ends_on, created_at)
    SELECT p.id, %(program)s, %(rules)s, a.id,
           CASE WHEN s.starts_on IS NULL THEN 'submitted' ELSE 'active' END,
           'M-' || p.n, 'Library ' || p.n %% 300, '', p.language, false, 40,
           now() - p.n %% 9 * interval '1 day', current_date - (p.n %% 9)::int,
           s.starts_on, (s.starts_on + interval '3 years')::date - 1, now()
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM registrations_person
          WHERE email LIKE 'p%%@bench.example') p
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM registrations_association) a
      ON a.n = p.n %% 12
    CROSS JOIN LATERAL (
        SELECT CASE WHEN p.n <= %(from)s + %(participants)s
                    THEN current_date - 740 - (p.n * 7 %% 340)::int END AS starts_on
    ) s
    WHERE p.n > %(from)s
    ORDER BY p.id
"""
YEARS = """
    INSERT INTO registrations_programyear (registration_id, number, starts_on, ends_on)
    SELECT id, number, (starts_on + (number - 1) * interval '1 year')::date,
           (starts_on + number * interval '1 year')::date - 1
    FROM registrations_registration CROSS JOIN generate_series(1, 3) number
    WHERE starts_on IS NOT NULL AND id > %(after)s
"""
# Everybody logs their first entry, then everybody their second: as scattered as in real life.
ACTIVITIES = """
    INSERT INTO activities_activity
        (person_id, title, provider, completed_on, hours, subject, materials, goals, outcome,
         planned, version, created_at, updated_at, deleted_at)
    SELECT r.person_id, 'Activity ' || k, 'Provider ' || k %% 7,
           r.starts_on + ((k * 7919 + r.id * 104729) %% (current_date - r.starts_on))::int,
           (((k * 31 + r.id * 17) %% 40) + 1) * 0.25, 'Collections', '', '',
           CASE WHEN k %% 9 = 0 THEN '' ELSE 'What I learned' END, k = %(entries)s + 1, 1,
           now() - interval '1 day', now() - interval '1 day',
           CASE WHEN k = %(entries)s + 2 THEN now() - interval '90 days' END
    FROM generate_series(1, %(entries)s + 2) k
    CROSS JOIN registrations_registration r
    WHERE r.starts_on IS NOT NULL
    ORDER BY k, r.id
"""
CREDITS = """
    INSERT INTO activities_credit
        (activity_id, registration_id, rate_id, activity_type_id, completed_on, year, points, state,
         deleted_at)
    SELECT a.id, r.id, rate.id, rate.activity_type_id, a.completed_on, y.number,
           a.hours * rate.per_hour,
           CASE WHEN a.planned THEN 'planned' WHEN a.deleted_at IS NOT NULL THEN 'deleted'
                ELSE 'counts' END,
           a.deleted_at
    FROM activities_activity a
    JOIN registrations_registration r ON r.person_id = a.person_id
    JOIN registrations_programyear y ON y.registration_id = r.id
     AND a.completed_on BETWEEN y.starts_on AND y.ends_on
    JOIN (SELECT rate.*, row_number() OVER (ORDER BY rate.id) - 1 AS place, count(*) OVER () AS all_
          FROM registrations_rate rate JOIN registrations_activitytype t ON t.id = activity_type_id
          WHERE t.rules_id = %(rules)s) rate
      ON rate.place = (a.id * 2654435761 / 1024) %% rate.all_
    ORDER BY a.id
"""
PAYMENTS = """
    INSERT INTO registrations_payment
        (registration_id, kind, amount, method, reference, received_on, reason, recorded_by_id,
         recorded_at)
    SELECT id, 'payment', fee, 'transfer', '', submitted_on, '', person_id, now()
    FROM registrations_registration
    WHERE (status = 'active' OR id %% 2 = 0) AND id > %(after)s
"""
SETTLED = """
    UPDATE registrations_registration SET settled = true
    WHERE id IN (SELECT registration_id FROM registrations_payment)
"""
CHECKS = """
    INSERT INTO registrations_membershipcheck
        (registration_id, outcome, good_until, note, checked_by_id, checked_at)
    SELECT id, 'confirmed', current_date + 100, '', person_id, now()
    FROM registrations_registration
    WHERE (status = 'active' OR id %% 3 = 0) AND id > %(after)s
"""
EVENTS = """
    INSERT INTO registrations_event
        (registration_id, at, actor_id, kind, from_status, to_status, reason, details, role,
         address, request_id)
    SELECT id, submitted_at, person_id, 'send', 'draft', 'submitted', '', '{}', 'participant',
           '', ''
    FROM registrations_registration WHERE id > %(after)s
"""
STATEMENTS = (PEOPLE, REGISTRATIONS, YEARS, ACTIVITIES, CREDITS, PAYMENTS, SETTLED, CHECKS, EVENTS)
WITHOUT_RECORDS = (PEOPLE, REGISTRATIONS, YEARS, PAYMENTS, SETTLED, CHECKS, EVENTS)


@dataclass(frozen=True)
class Filled:
    """What the database holds: a participant's record to read, another to write in, a member of
    the steering group, an administrator."""

    participants: int
    registration: Registration
    another: Registration
    staff: Person
    office: Person


def fill(participants: int) -> Filled:
    """Fill the database; tables and indexes are as the migrations made them."""
    call_command("load_programs", verbosity=0, stdout=_Silence())
    _run(STATEMENTS, participants)
    active = Registration.objects.filter(status=Registration.Status.ACTIVE).order_by("pk")
    active = active.select_related("program", "person", "rules")
    return Filled(
        participants=participants,
        registration=active[participants // 2],
        another=active[participants // 3],
        staff=_appointed(Appointment.Role.STEERING),
        office=_appointed(Appointment.Role.ADMINISTRATOR),
    )


def add(*, participants: int) -> None:
    """Add participants without entries, and the applicants who wait beside them."""
    _run(WITHOUT_RECORDS, participants)


def _run(statements: tuple[str, ...], participants: int) -> None:
    program = Program.objects.get(code=PROGRAM)
    last = Registration.objects.aggregate(last=Max("pk"))["last"]
    values = {
        "participants": participants,
        "waiting": max(1, participants // QUEUE_SHARE),
        "from": Person.objects.filter(
            email__endswith="@bench.example", email__startswith="p"
        ).count(),
        "after": last or 0,
        "entries": ENTRIES,
        "program": program.pk,
        "rules": program.current_rules.pk,
    }
    with connection.cursor() as cursor:
        for statement in statements:
            with transaction.atomic():
                cursor.execute(statement, values)
        cursor.execute("VACUUM (ANALYZE)")


def _appointed(role: str) -> Person:
    person = Person.objects.create_user(f"{role}@bench.example", name=role)
    Appointment.objects.create(person=person, role=role, first_day="2020-01-01")
    return person


class _Silence:
    def write(self, text: str) -> None:
        """Nobody needs to know which programs were loaded."""
