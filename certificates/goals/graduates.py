"""People whose record is accepted, by sets: those for whom certificates are issued in numbers."""

from django.db import connection, transaction
from django.db.models import Max

from registrations.models import Program, Registration
from registrations.models.registration import RegistrationQuerySet

PEOPLE = """
    INSERT INTO registrations_person
        (password, is_superuser, email, name, language, theme, is_active, is_staff, date_joined)
    SELECT '!', false, 'g' || n || '@bench.example', 'Graduate ' || n,
           CASE WHEN n %% 4 = 0 THEN 'fr' ELSE 'en' END, 'auto', true, false, now()
    FROM generate_series(%(from)s + 1, %(from)s + %(count)s) n
"""
REGISTRATIONS = """
    INSERT INTO registrations_registration
        (person_id, program_id, rules_id, association_id, status, member_number, employer, position,
         language, wants_mentor, fee, settled, submitted_at, submitted_on, starts_on, ends_on,
         created_at)
    SELECT p.id, %(program)s, %(rules)s,
           (SELECT min(id) FROM registrations_association), 'accepted', '', '', '', p.language,
           false, 40, true, now(), s.day, s.day, (s.day + interval '3 years')::date - 1, now()
    FROM registrations_person p, (SELECT current_date - 1110 AS day) s
    WHERE p.email LIKE 'g%%@bench.example'
      AND NOT EXISTS (SELECT 1 FROM registrations_registration r WHERE r.person_id = p.id)
    ORDER BY p.id
"""
YEARS = """
    INSERT INTO registrations_programyear (registration_id, number, starts_on, ends_on)
    SELECT id, number, (starts_on + (number - 1) * interval '1 year')::date,
           (starts_on + number * interval '1 year')::date - 1
    FROM registrations_registration CROSS JOIN generate_series(1, 3) number
    WHERE id > %(after)s
"""
# Two entries of twenty points each year, of two types: what the limits leave of it is 120.
ACTIVITIES = """
    INSERT INTO activities_activity
        (person_id, title, provider, completed_on, hours, subject, materials, goals, outcome,
         planned, version, created_at, updated_at)
    SELECT r.person_id, 'Entry ' || rate.id, '', y.starts_on + 30, 20 / rate.per_hour, '', '', '',
           'What I learned', false, 1, now(), now()
    FROM registrations_registration r
    JOIN registrations_programyear y ON y.registration_id = r.id
    CROSS JOIN (
        SELECT DISTINCT ON (t.position, t.id) rate.* FROM registrations_rate rate
        JOIN registrations_activitytype t ON t.id = rate.activity_type_id
        WHERE t.rules_id = %(rules)s ORDER BY t.position, t.id, rate.id LIMIT 2
    ) rate
    WHERE r.id > %(after)s
"""
CREDITS = """
    INSERT INTO activities_credit
        (activity_id, registration_id, rate_id, activity_type_id, completed_on, year, points, state)
    SELECT a.id, r.id, rate.id, rate.activity_type_id, a.completed_on, y.number, 20, 'counts'
    FROM registrations_registration r
    JOIN activities_activity a ON a.person_id = r.person_id
    JOIN registrations_programyear y ON y.registration_id = r.id
     AND a.completed_on BETWEEN y.starts_on AND y.ends_on
    JOIN registrations_rate rate ON a.title = 'Entry ' || rate.id
    WHERE r.id > %(after)s
"""
PAYMENTS = """
    INSERT INTO registrations_payment
        (registration_id, kind, amount, method, reference, received_on, reason, recorded_by_id,
         recorded_at)
    SELECT id, 'payment', fee, 'transfer', '', submitted_on, '', person_id, now()
    FROM registrations_registration WHERE id > %(after)s
"""
CHECKS = """
    INSERT INTO registrations_membershipcheck
        (registration_id, outcome, good_until, note, checked_by_id, checked_at)
    SELECT id, 'confirmed', current_date + 100, '', person_id, now()
    FROM registrations_registration WHERE id > %(after)s
"""
EVENTS = """
    INSERT INTO registrations_event
        (registration_id, at, actor_id, kind, from_status, to_status, reason, details, role,
         address, request_id)
    SELECT id, now(), person_id, 'turn_in', 'active', 'turned_in', '', '{}', 'participant', '', ''
    FROM registrations_registration WHERE id > %(after)s
"""
STATEMENTS = (PEOPLE, REGISTRATIONS, YEARS, ACTIVITIES, CREDITS, PAYMENTS, CHECKS, EVENTS)


@transaction.atomic
def add(program: Program, *, count: int) -> RegistrationQuerySet:
    """Add so many people who are ready for their certificate; return their registrations."""
    last = Registration.objects.aggregate(last=Max("pk"))["last"] or 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM registrations_person WHERE email LIKE 'g%@bench.example'"
        )
        (before,) = cursor.fetchone()
        values = {
            "from": before,
            "count": count,
            "after": last,
            "program": program.pk,
            "rules": program.current_rules.pk,
        }
        for statement in STATEMENTS:
            cursor.execute(statement, values)
    return Registration.objects.filter(pk__gt=last).select_related(
        "person", "program", "association"
    )
