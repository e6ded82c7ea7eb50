"""Nights that are an hour longer or shorter, and people for whom something falls due in them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from registrations import notices
from tests import factories as make

HALF_AN_HOUR = timedelta(minutes=30)
# Both ends of the country, a midnight that came twice, and days that not every year has.
NIGHTS = [
    ("America/St_Johns", date(2027, 3, 14)),
    ("America/St_Johns", date(2027, 11, 7)),
    ("America/St_Johns", date(2010, 11, 7)),  # at 00:01 it was 23:01 of the day before
    ("America/Vancouver", date(2027, 3, 14)),
    ("America/Vancouver", date(2027, 11, 7)),
    ("America/Vancouver", date(2027, 12, 31)),
    ("America/Toronto", date(2028, 2, 29)),
]

# A person, a registration or None, the kind of notice and what for.
Owed = tuple[int, int | None, str, str]


def moments_around(zone: str, day: date) -> list[datetime]:
    """Each quarter of five days, whose middle is the day; minutes about its midnights."""
    noon = datetime.combine(day, time(12), ZoneInfo(zone)).astimezone(UTC)
    quarters = {noon + number * timedelta(hours=6) for number in range(-8, 9)}
    # Twelve hours from noon, or an hour beside where clocks are moved meanwhile.
    halves = {
        noon + number * HALF_AN_HOUR for near in (-24, 24) for number in range(near - 3, near + 4)
    }
    minute = timedelta(minutes=1)
    near = {each for half in halves for each in (half - minute, half, half + minute)}
    return sorted(quarters | near)


def people_around(day: date) -> None:
    """People who did something so long before the day, or begin a year about it."""
    for ago in (13, 14, 15, 29, 30, 31):
        sent_on = day - timedelta(days=ago)
        make.registration(status="submitted", submitted_on=sent_on)
    for days in range(-2, 3):
        near = day + timedelta(days=days)
        for years in (1, 2, 3):
            start = near.replace(year=near.year - years, day=min(near.day, 28))
            make.registration(starts_on=start)


def day_in(zone: str, now: datetime) -> date:
    """The date there, as the database says: its rules and Python's are of two lists of zones."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s AT TIME ZONE %s)::date", [now, zone])
        (day,) = cursor.fetchone()
    assert isinstance(day, date)
    return day


def owed(now: datetime) -> dict[Owed, date]:
    """Everything that is due at that moment, of all kinds, with its program's date."""
    found: dict[Owed, date] = {}
    for kind in notices.kinds().values():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT person_id, registration_id, occasion, today"
                f" FROM ({kind.sql()}) d WHERE today BETWEEN due_on AND until",
                {"now": now},
            )
            for person, registration, occasion, today in cursor.fetchall():
                found[person, registration, kind.name, occasion] = today
    return found
