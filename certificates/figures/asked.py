"""What somebody wants figures of: a program, an association, a time, a program year."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cached_property
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cec import words
from cec.wording import day
from registrations.calendar import today_in
from registrations.models import Association, Person, Program, Registration
from registrations.models.committee import roles_of
from registrations.models.registration import RegistrationQuerySet
from registrations.notices import as_sql

TWELVE_MONTHS, THIS_YEAR, EVER, DATES = "12", "year", "all", "dates"
PERIODS: dict[str, object] = {
    TWELVE_MONTHS: gettext_lazy("The last 12 months"),
    THIS_YEAR: gettext_lazy("This year"),
    EVER: gettext_lazy("All the time"),
    DATES: gettext_lazy("From a day to a day"),
}
# No program is older than its first century.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True)
class Asked:
    """What figures are asked for, and for whom. It is the query of the page's address.

    `first` and `last` are the days that the person chose, if they did; `year` is the number of a
    program year, or None for all of them.
    """

    person: Person
    program: Program
    association: Association | None = None
    period: str = TWELVE_MONTHS
    first: date | None = None
    last: date | None = None
    year: int | None = None

    @cached_property
    def today(self) -> date:
        return today_in(self.program)

    @cached_property
    def bounds(self) -> tuple[date, date] | None:
        """First and last day of the time that is asked for; None for all of it."""
        if self.period == EVER:
            return None
        if self.period == DATES:
            return self.first or FIRST_DAY, self.last or LAST_DAY
        if self.period == THIS_YEAR:
            return date(self.today.year, 1, 1), date(self.today.year, 12, 31)
        return (self.today.replace(day=1) - relativedelta(months=11)), self.today

    @property
    def days(self) -> tuple[date, date]:
        """First and last day of it, far apart where all of it is asked for."""
        return self.bounds or (FIRST_DAY, LAST_DAY)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """The same time as moments where the program keeps its calendar; the last isn't in it."""
        first, last = self.days
        zone = ZoneInfo(self.program.time_zone)
        return (
            datetime.combine(first, time(), zone),
            datetime.combine(last + relativedelta(days=1), time(), zone),
        )

    def registrations(self) -> RegistrationQuerySet:
        """Registrations in the person's care that the figures are about, whenever they began."""
        found = Registration.objects.worked_on_by(self.person).filter(program=self.program)
        return found.filter(association=self.association) if self.association else found

    @property
    def is_everybody(self) -> bool:
        """Whether the figures are about all that the program has, and no right narrows them."""
        return self.association is None and roles_of(self.person).sees_everything

    def ids_sql(self) -> str:
        """Render the registrations' ids as SQL."""
        return as_sql(self.registrations().values("pk"))

    def query(self, **changes: str) -> str:
        """Write the query of the page's address, with something else in it if need be."""
        chosen = {
            "program": self.program.slug,
            "association": self.association.code if self.association else "",
            "period": self.period if self.period != TWELVE_MONTHS else "",
            "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "",
            "year": str(self.year or ""),
        }
        return urlencode({key: value for key, value in (chosen | changes).items() if value})

    @cached_property
    def whose_in_words(self) -> str:
        """The program and the association, for a table that has left the page."""
        roles = roles_of(self.person)
        if self.association:
            codes = [self.association.code]
        elif roles.sees_everything:
            codes = [_("All associations")]
        else:
            found = Association.objects.filter(pk__in=roles.associations)
            codes = list(found.values_list("code", flat=True))
        return ", ".join([self.program.code, *codes])

    @property
    def time_in_words(self) -> str:
        if self.period != DATES:
            return str(PERIODS[self.period])
        if self.first and self.last:
            return _("%(first)s to %(last)s") % {"first": day(self.first), "last": day(self.last)}
        if self.first:
            return _("since %(first)s") % {"first": day(self.first)}
        return _("until %(last)s") % {"last": day(self.last)}

    @property
    def year_in_words(self) -> str:
        if self.year is None:
            return _("all program years")
        return _("program year %(number)s") % {"number": self.year}


@dataclass(frozen=True)
class Choices:
    """What a person may choose from: programs, and associations if they work for several."""

    programs: list[Program]
    associations: list[Association]
    years: list[int]

    def read(self, person: Person, query: Mapping[str, str]) -> Asked:
        """Read an address; what it names and there isn't is left out."""
        given = {name: words.tidy(query.get(name, "")) for name in query}
        named = (row for row in self.programs if row.slug == given.get("program"))
        asked = Asked(
            person,
            next(named, self.programs[0]),
            next((row for row in self.associations if row.code == given.get("association")), None),
            year=next((at for at in self.years if str(at) == given.get("year")), None),
        )
        first, last = (_day(given.get(name, "")) for name in ("first", "last"))
        # Days that somebody writes are meant, whatever period stands beside them; those that the
        # page had filled in yield to another period.
        are_meant = given.get("period") == DATES or given.get("shown") != DATES
        if are_meant and (first or last):
            backwards = bool(first and last and last < first)
            first, last = (last, first) if backwards else (first, last)
            return replace(asked, period=DATES, first=first, last=last)
        period = given.get("period", "")
        return replace(asked, period=period) if period in (EVER, THIS_YEAR) else asked


def choices(person: Person) -> Choices:
    """Return what a person may choose from."""
    roles = roles_of(person)
    found = Association.objects.all()
    if not roles.sees_everything:
        found = found.filter(pk__in=roles.associations)
    associations = list(found)
    programs = list(Program.objects.all())
    longest = max((row.cycle_years or 0 for row in programs), default=0)
    several = associations if len(associations) > 1 else []
    return Choices(programs, several, list(range(1, longest + 1)))


def _day(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and FIRST_DAY <= found <= LAST_DAY else None
