"""The mails that go out by themselves as a list: searched, filtered, counted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F

from cec import words
from cec.models import OutgoingMail
from cec.paging import Order
from registrations import notices
from registrations.models import Event, Notice, PausedNotices, Person, Standing
from registrations.models.notices import NoticeQuerySet
from registrations.notices import writing

LATEST_FIRST = Order(F("pk"), falling=True)


@dataclass(frozen=True)
class Filter:
    """What is asked for; empty is everything. What no choice has is not asked for."""

    text: str = ""
    kind: str = ""
    program: str = ""
    standing: str = ""

    @property
    def is_empty(self) -> bool:
        return self == Filter()

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Filter":
        """Read the filter of an address."""
        kind, standing = given.get("kind", ""), given.get("state", "")
        return cls(
            text=words.tidy(given.get("q", "")),
            kind=kind if kind in notices.kinds() else "",
            program=words.tidy(given.get("program", "")),
            standing=standing if standing in Standing.values else "",
        )


def found(person: Person, asked: Filter) -> NoticeQuerySet:
    """Return the notices that this person may see and asked for, in every state."""
    rows = Notice.objects.visible_to(person)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.program:
        rows = rows.filter(registration__program__slug=asked.program)
    if asked.text:
        people = Person.objects.filter(words.found_in("name", "email", text=asked.text))
        rows = rows.filter(person__in=people.values("pk"))
    return rows.with_standing()


def with_facts(rows: NoticeQuerySet) -> NoticeQuerySet:
    """Bring along what a row of the list shows, without the text of the mail."""
    related = rows.select_related("person", "registration__program", "mail")
    return related.defer("facts", "mail__text", "mail__html")


def counts(rows: NoticeQuerySet) -> Counter[str]:
    """Count notices by what became of them; one query."""
    told: Any = rows.order_by()
    return Counter(dict(told.values_list("standing").annotate(Count("pk"))))


@dataclass(frozen=True)
class KindRow:
    """A kind with how many of it there are of each standing, and whether it is paused."""

    kind: notices.Kind
    counts: Counter[str]
    paused: PausedNotices | None

    @property
    def numbers(self) -> list[tuple[Standing, int]]:
        """Return each standing with how many there are."""
        return [(standing, self.counts[standing]) for standing in Standing]


def kind_rows(person: Person) -> list[KindRow]:
    """Return every kind; two queries."""
    rows: Any = Notice.objects.visible_to(person).with_standing().order_by()
    by_kind: dict[str, Counter[str]] = {}
    for kind, standing, number in rows.values_list("kind", "standing").annotate(Count("pk")):
        by_kind.setdefault(kind, Counter())[standing] = number
    paused = {row.kind: row for row in PausedNotices.objects.select_related("paused_by")}
    return [
        KindRow(kind, by_kind.get(kind.name, Counter()), paused.get(kind.name))
        for kind in notices.kinds().values()
    ]


def mails_of(notice: Notice) -> list[OutgoingMail]:
    """Return the mails that it became, the newest first."""
    key = writing.key_of(notice)
    rows = OutgoingMail.objects.filter(key=key) | OutgoingMail.objects.filter(
        key__startswith=f"{key}:"
    )
    return list(rows.defer("text", "html").order_by("-pk"))


def standing_of(mail: OutgoingMail) -> Standing:
    """Return what became of one mail."""
    if mail.is_waiting:
        return Standing.ON_THE_WAY
    if mail.state == OutgoingMail.State.SENT:
        return Standing.SENT
    return Standing.DROPPED if mail.called_off_at else Standing.FAILED


def history_of(notice: Notice) -> list[Event]:
    """Return what was done about it by hand, the newest first."""
    about = Event.objects.filter(details__number=notice.pk, details__notice=notice.kind)
    if notice.registration_id:
        about = about.filter(registration=notice.registration_id)
    else:
        about = about.filter(person=notice.person_id)
    return list(about.select_related("actor", "person").order_by("-pk"))
