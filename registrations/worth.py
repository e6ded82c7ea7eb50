"""What a rate gives for hours, the raw points: the one home of that rule, in SQL.

`activities.points` renders it for every entry that is saved, previewed or rehearsed; the calculator
of the public page asks it for one.
"""

from decimal import Decimal

from django.db import connection

from registrations.models import Rate


def worth_sql(hours: str) -> str:
    """Render what a rate `r` gives for hours: fixed, or so much an hour.

    Rounded half up to whole steps, and never less than its least, where the rate says so.
    """
    return f"""GREATEST(
        COALESCE(
            round(r.per_hour * {hours} / r.step) * r.step, r.per_hour * {hours}, r.fixed
        ),
        r.least
    )"""


def worth(rate: Rate, hours: Decimal) -> Decimal:
    """Return the raw points of so many hours at a rate."""
    hours_sql = worth_sql("%(hours)s::numeric")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {hours_sql} FROM registrations_rate r WHERE r.id = %(rate)s",
            {"hours": hours, "rate": rate.pk},
        )
        (points,) = cursor.fetchone()
    return Decimal(points)
