"""Who is owed which mail on a day: notices decided at a moment of the test's choosing."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cec import mail
from registrations import notices
from registrations.models import Notice, Registration
from registrations.notices import deciding

DAY = timedelta(days=1)


def at(day: date | str, hour: int = 12, minute: int = 0, *, zone: str = "America/Toronto"):
    """A moment of that day, on the clock of a place."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone))


def owed(kind: str, row: Registration, when: date | datetime | str) -> list[str]:
    """Decide a kind at a moment, noon of a day; return the occasions that were new then."""
    known = list(row.notices.values_list("pk", flat=True))
    now = when if isinstance(when, datetime) else at(when)
    deciding.decide(notices.kinds()[kind], now=now)
    return [notice.occasion for notice in row.notices.filter(kind=kind).exclude(pk__in=known)]


def still_owed(kind: str, row: Registration, when: date | datetime | str) -> dict[str, dict]:
    """Ask a kind's query at a moment, deciding nothing: facts by occasion."""
    Notice.objects.filter(kind=kind, registration=row).delete()
    owed(kind, row, when)
    return {notice.occasion: notice.facts for notice in row.notices.filter(kind=kind)}


def read(notice: Notice, language: str = "en") -> mail.Written:
    """The mail that a notice becomes, with plain spaces."""
    written = mail.write(notice.kind, notice, language=language)
    return mail.Written(
        subject=written.subject.replace("\u00a0", " "),
        text=" ".join(written.text.replace("\u00a0", " ").split()),
        html=written.html,
    )
