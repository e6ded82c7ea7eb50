"""Whether a person is on the way to the total in time, in plain words and in minutes a week."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.points import ZERO
from activities.record import Record
from cec.wording import amount, day, number

MONTHS_A_YEAR = 12
MINUTES_STEP = 5
DAYS_A_WEEK = 7

REACHED, OVER = "reached", "over"
BEHIND, LITTLE_BEHIND, ON_PACE = "behind", "little_behind", "on_pace"
LITTLE_AHEAD, AHEAD = "little_ahead", "ahead"

# Within a twelfth of a year's share nobody is ahead or behind; within a quarter only a little.
# Up to how many months of a steady pace above the expected points each band goes, from below, and
# whether that limit is still in it; what is above the last one is ahead.
BANDS: tuple[tuple[int, bool, str], ...] = (
    (-3, True, BEHIND),
    (-1, True, LITTLE_BEHIND),
    (1, False, ON_PACE),
    (3, True, LITTLE_AHEAD),
)


@dataclass(frozen=True)
class Pace:
    """Counted points against the time that has gone. All points are counted ones.

    `needed`, `steady` (points a year), `per_hour` (the least that an hour gives) and `ends_on`
    are None where the program doesn't have them; then there is no pace, only what is counted.
    """

    counted: Decimal
    needed: Decimal | None
    steady: Decimal | None
    per_hour: Decimal | None
    unit: str
    starts_on: date
    ends_on: date | None
    today: date

    @property
    def to_go(self) -> Decimal:
        return max((self.needed or ZERO) - self.counted, ZERO)

    @property
    def reached(self) -> bool:
        return self.needed is not None and self.to_go == 0

    @property
    def is_over(self) -> bool:
        return self.ends_on is not None and self.today > self.ends_on

    @property
    def expected(self) -> Decimal | None:
        """Points that a steady pace would have today, to the whole point."""
        if self.needed is None or self.ends_on is None:
            return None
        days = (self.ends_on - self.starts_on).days + 1
        gone = min(max((self.today - self.starts_on).days, 0), days)
        return (self.needed * gone / days).quantize(Decimal(1), ROUND_HALF_UP)

    @property
    def minutes_a_week(self) -> int | None:
        """Minutes of learning a week that reach the total, at the least that an hour gives."""
        if not self.to_go or self.ends_on is None or not self.per_hour:
            return None
        return _rounded(self.to_go / self.per_hour * 60 / self._weeks_left)

    @property
    def points_a_week(self) -> Decimal | None:
        """Points that each week to the end needs for the total, to a tenth, rounded up."""
        if not self.to_go or self.ends_on is None or self.is_over:
            return None
        return (self.to_go / self._weeks_left).quantize(Decimal("0.1"), ROUND_CEILING)

    @property
    def _weeks_left(self) -> Decimal:
        assert self.ends_on is not None
        weeks = Decimal((self.ends_on - self.today).days + 1) / DAYS_A_WEEK
        return max(weeks, Decimal(1))

    @property
    def steady_minutes(self) -> int | None:
        """Minutes a week that make the steady pace of the whole cycle."""
        if not self.steady or not self.per_hour:
            return None
        return _rounded(self.steady / self.per_hour * 60 * DAYS_A_WEEK / Decimal("365.25"))

    @property
    def steady_time(self) -> str:
        return duration(self.steady_minutes) if self.steady_minutes else ""

    @property
    def headline(self) -> str:
        """The one sentence of the dashboard."""
        if self.needed is None:
            return _("%(amount)s in your record.") % {"amount": amount(self.counted, self.unit)}
        if self.reached:
            return _("You’ve reached %(amount)s.") % {"amount": amount(self.needed, self.unit)}
        to_go = amount(self.to_go, self.unit)
        if self.ends_on is None:
            return _("%(to_go)s to go.") % {"to_go": to_go}
        values = {"to_go": to_go, "day": day(self.ends_on)}
        if self.is_over:
            return _("Your program time ended on %(day)s, %(to_go)s short.") % values
        return self._words() % values

    @property
    def month(self) -> Decimal | None:
        """Points of a month at a steady pace."""
        return self.steady / MONTHS_A_YEAR if self.steady else None

    @property
    def band(self) -> str:
        """How the points stand to a steady pace; empty where there is no pace."""
        if self.needed is None or self.ends_on is None:
            return ""
        if self.reached:
            return REACHED
        return OVER if self.is_over else self._compared()

    def _compared(self) -> str:
        assert self.expected is not None
        assert self.month is not None
        ahead = self.counted - self.expected
        for months, inclusive, band in BANDS:
            limit = self.month * months
            if ahead < limit or (inclusive and ahead == limit):
                return band
        return AHEAD

    def _words(self) -> str:
        return {
            BEHIND: _("There’s still time: %(to_go)s to go by %(day)s."),
            LITTLE_BEHIND: _("You’re a little behind. %(to_go)s to go by %(day)s."),
            ON_PACE: _("You’re on pace. %(to_go)s to go by %(day)s."),
            LITTLE_AHEAD: _("You’re a little ahead. %(to_go)s to go by %(day)s."),
            AHEAD: _("You’re ahead. %(to_go)s to go by %(day)s."),
        }[self._compared()]

    @property
    def advice(self) -> list[str]:
        """What the headline means in minutes, and where a steady pace would be."""
        sentences: list[str] = []
        if self.is_over or self.reached:
            return sentences
        if self.points_a_week:
            points = amount(self.points_a_week, self.unit)
            if self.minutes_a_week:
                sentences.append(
                    _("That’s %(points)s a week: about %(time)s of learning at %(rate)s an hour.")
                    % {
                        "points": points,
                        "rate": amount(self.per_hour or ZERO, self.unit),
                        "time": duration(self.minutes_a_week),
                    }
                )
            else:
                sentences.append(_("That’s %(points)s a week.") % {"points": points})
        if self.expected:
            sentences.append(
                _("A steady pace would put you at %(points)s today.")
                % {"points": number(self.expected)}
            )
        return sentences


def of(record: Record) -> Pace:
    """Return the pace of a record."""
    registration = record.registration
    assert registration.starts_on is not None
    return Pace(
        counted=record.counted(),
        needed=record.rules.needed,
        steady=record.rules.steady,
        per_hour=record.rules.slowest_rate,
        unit=record.rules.unit,
        starts_on=registration.starts_on,
        ends_on=registration.ends_on,
        today=record.today,
    )


def band_sql(*, counted: str, needed: str, over: str, expected: str, month: str) -> str:
    """Render `Pace.band` as SQL: of everybody it is asked in one statement.

    `needed`, `over`, `expected` and `month` are columns that hold what a `Pace` says of them.
    """
    bands = " ".join(
        f"WHEN {counted} - {expected} {'<=' if inclusive else '<'} {month} * {months} THEN '{band}'"
        for months, inclusive, band in BANDS
    )
    return (
        f"CASE WHEN {counted} >= {needed} THEN '{REACHED}' WHEN {over} THEN '{OVER}' "
        f"{bands} ELSE '{AHEAD}' END"
    )


def plan(record: Record) -> str:
    """Say early that the yearly minimum alone doesn't reach the total (P3), if so."""
    rules, years = record.rules, len(record.program_years)
    if not (rules.yearly and rules.needed and rules.steady) or rules.steady <= rules.yearly:
        return ""
    values = {
        "yearly": number(rules.yearly),
        "years": years,
        "sum": number(rules.yearly * years),
        "steady": number(rules.steady.quantize(Decimal(1), ROUND_HALF_UP)),
        "needed": rules.amount(rules.needed),
    }
    if rules.yearly_is_required:
        return (
            _(
                "%(yearly)s a year is the minimum, but %(years)s × %(yearly)s is %(sum)s. "
                "Plan on about %(steady)s a year to reach %(needed)s."
            )
            % values
        )
    return (
        _(
            "%(yearly)s a year is the suggested minimum, but %(years)s × %(yearly)s is %(sum)s. "
            "Plan on about %(steady)s a year to reach %(needed)s."
        )
        % values
    )


def duration(minutes: int) -> str:
    """Write minutes as hours and minutes."""
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(ngettext("%(hours)d hour", "%(hours)d hours", hours) % {"hours": hours})
    if rest:
        parts.append(
            ngettext("%(minutes)d minute", "%(minutes)d minutes", rest) % {"minutes": rest}
        )
    return " ".join(parts)


def _rounded(minutes: Decimal) -> int:
    steps = (minutes / MINUTES_STEP).quantize(Decimal(1), ROUND_HALF_UP)
    return max(int(steps), 1) * MINUTES_STEP
