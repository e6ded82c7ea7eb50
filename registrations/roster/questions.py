"""What only the association can settle: doubles, dates, words that we don't know. Never guessed."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from cec.spreadsheet import date_order
from cec.spreadsheet.date_order import Order
from cec.spreadsheet.dates import read_dates
from cec.spreadsheet.wording import fold
from registrations.models import Roster, RosterMember, RosterQuestion
from registrations.roster.rows import RowReader

Kind = RosterQuestion.Kind

MOST_QUESTIONS = 500
# Answers beside a day ("day:2027-06-30"), a row ("row:25") and an order ("dmy").
LIFE, LAPSED, LEAVE, GOOD, SUSPENDED = "life", "lapsed", "leave", "good", "suspended"
_LIFETIME = frozenset(
    (
        *("life", "lifetime", "life member", "for life", "honorary", "permanent", "never"),
        *("a vie", "vie", "membre a vie", "honoraire", "permanente", "jamais", "indefini"),
    )
)


def remembered(roster: Roster) -> dict[str, str]:
    """The columns of the list that this association last confirmed."""
    last = _last_confirmed(roster)
    found: dict[str, str] = last.layout.get("remembered", {}) if last else {}
    return found


def _last_confirmed(roster: Roster) -> Roster | None:
    confirmed = Roster.objects.filter(association=roster.association_id, confirmed_at__isnull=False)
    return confirmed.order_by("-confirmed_at").first()


def ask(roster: Roster, reader: RowReader) -> str:
    """Note every question of a list that was read.

    Returns a code of `words` instead when so much is doubtful that the columns must be wrong.
    """
    if not RosterMember.objects.filter(roster=roster).exists():
        return "no_members"
    if reader.no_emails * 2 > reader.emails:
        return "no_addresses"
    _ask_for_order(roster, reader.order)
    found = [*_expiries(roster), *_statuses(roster), *_doubles(roster), *_rows(roster)]
    if len(found) > MOST_QUESTIONS:
        return "too_doubtful"
    RosterQuestion.objects.bulk_create(found)
    apply(roster)
    return ""


def _asked(roster: Roster) -> QuerySet[RosterMember]:
    return RosterMember.objects.filter(roster=roster, expiry_asked=True)


def _ask_for_order(roster: Roster, order: Order) -> None:
    """Settle day and month from the column's plain dates; where none is plain, ask once."""
    roster.layout |= {"order": order.settled, "told_by": order.told_by}
    said = set(_asked(roster).exclude(expiry_said="").values_list("expiry_said", flat=True))
    open_ones = sorted(text for text in said if date_order.ways(text))
    if not open_ones:
        return
    if order.settled:
        set_order(roster, order.settled)
    elif order.possible:
        example = open_ones[0]
        ways = date_order.ways(example)
        RosterQuestion.objects.create(
            roster=roster,
            kind=Kind.ORDER,
            text=example,
            rows=_asked(roster).filter(expiry_said__in=open_ones).count(),
            suggestions=[way for way in date_order.WAYS if way in order.possible & ways.keys()],
        )


def set_order(roster: Roster, way: str) -> None:
    """Read the dates that could be read two ways in this one."""
    days = {}
    for text in _asked(roster).values_list("expiry_said", flat=True).distinct():
        if day := date_order.ways(text).get(way):
            days[text] = day
    _set_days(roster, days)


def _set_days(roster: Roster, days: Mapping[str, date | None]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE registrations_rostermember m SET good_until = said.day
               FROM unnest(%s::text[], %s::date[]) said(text, day)
               WHERE m.roster_id = %s AND m.expiry_asked AND m.expiry_said = said.text""",
            [list(days), list(days.values()), roster.pk],
        )


def _expiries(roster: Roster) -> Iterable[RosterQuestion]:
    """One question for each wording that is no plain day, those of the order aside."""
    by_order = roster.questions.filter(kind=Kind.ORDER).exists()
    said = (
        _asked(roster)
        .filter(good_until__isnull=True, status_bad=False, trouble="")
        .values_list("expiry_said")
        .annotate(rows=Count("pk"))
        .order_by("expiry_said")
    )
    for text, rows in said:
        if by_order and date_order.ways(text):
            continue
        code, suggestions = _doubt(text)
        yield RosterQuestion(
            roster=roster,
            kind=Kind.EXPIRY,
            text=text,
            code=code,
            rows=rows,
            suggestions=suggestions,
        )


def _doubt(text: str) -> tuple[str, list[str]]:
    """What is doubtful about a wording, and the days that it may mean."""
    if not text:
        return "missing", []
    if fold(text) in _LIFETIME:
        return "lifetime", []
    if ways := date_order.ways(text):
        return "date_ambiguous", sorted({day.isoformat() for day in ways.values()})
    dates = read_dates(text)
    if dates.doubt is None:
        assert dates.completed is not None
        return "date_range", [dates.completed.isoformat()]
    offers = [offer.rpartition("/")[2] for offer in dates.doubt.suggestions]
    return dates.doubt.code, offers


def _statuses(roster: Roster) -> Iterable[RosterQuestion]:
    said = (
        RosterMember.objects.filter(roster=roster, status_said__gt="", trouble="")
        .values_list("status_said")
        .annotate(rows=Count("pk"))
        .order_by("status_said")
    )
    for text, rows in said:
        yield RosterQuestion(roster=roster, kind=Kind.STATUS, text=text, rows=rows)


_DOUBLES = """
    SELECT identity, array_agg(number ORDER BY number)
    FROM registrations_rostermember
    WHERE roster_id = %s AND trouble = ''
    GROUP BY identity
    HAVING count(*) > 1 AND count(DISTINCT
        (member_number, name, email, good_until, suspended, expiry_said, status_said)) > 1
    ORDER BY min(number)
"""


def _doubles(roster: Roster) -> Iterable[RosterQuestion]:
    """The same member twice, with something different: rows that are the same all over aren't."""
    with connection.cursor() as cursor:
        cursor.execute(_DOUBLES, [roster.pk])
        for identity, numbers in cursor.fetchall():
            yield RosterQuestion(
                roster=roster,
                kind=Kind.DOUBLE,
                text=identity,
                rows=len(numbers),
                suggestions=numbers[:20],
            )


def _rows(roster: Roster) -> Iterable[RosterQuestion]:
    """One question for each thing that is wrong with rows as a whole: they can only stay out."""
    said = (
        RosterMember.objects.filter(roster=roster, trouble__gt="")
        .values_list("trouble")
        .annotate(rows=Count("pk"))
        .order_by("trouble")
    )
    for trouble, rows in said:
        yield RosterQuestion(roster=roster, kind=Kind.ROW, text=trouble, rows=rows)


# What the answers make of the rows, from the start each time: an answer can be taken back.
_APPLY = (
    """UPDATE registrations_rostermember m
       SET good_until = CASE WHEN NOT expiry_asked THEN good_until END,
           for_life = false, suspended = status_bad
       WHERE roster_id = %(roster)s AND (expiry_asked OR status_said > '')""",
    """UPDATE registrations_rostermember m
       SET good_until = CASE WHEN q.answer LIKE 'day:%%' THEN substr(q.answer, 5)::date END,
           for_life = q.answer = 'life',
           suspended = m.status_bad OR q.answer = 'lapsed'
       FROM registrations_rosterquestion q
       WHERE m.roster_id = %(roster)s AND q.roster_id = m.roster_id AND m.expiry_asked
         AND q.kind = 'expiry' AND q.text = m.expiry_said""",
    """UPDATE registrations_rostermember m
       SET suspended = m.suspended OR q.answer = 'suspended'
       FROM registrations_rosterquestion q
       WHERE m.roster_id = %(roster)s AND q.roster_id = m.roster_id
         AND q.kind = 'status' AND q.text = m.status_said AND m.status_said > ''""",
    """UPDATE registrations_rostermember m
       SET left_out = said.out
       FROM (
           SELECT each.id,
               EXISTS (
                   SELECT FROM registrations_rosterquestion q
                   WHERE q.roster_id = each.roster_id AND q.answer = 'leave'
                     AND (q.kind = 'row' AND q.text = each.trouble
                       OR q.kind = 'double' AND q.text = each.identity AND each.trouble = ''
                       OR q.kind = 'expiry' AND each.expiry_asked AND q.text = each.expiry_said
                       OR q.kind = 'status' AND each.status_said > '' AND q.text = each.status_said)
               ) OR EXISTS (
                   SELECT FROM registrations_rosterquestion q
                   WHERE q.roster_id = each.roster_id AND q.kind = 'double'
                     AND q.text = each.identity AND q.answer LIKE 'row:%%'
                     AND q.answer <> 'row:' || each.number
               ) OR each.again AND NOT EXISTS (
                   SELECT FROM registrations_rosterquestion q
                   WHERE q.roster_id = each.roster_id AND q.kind = 'double'
                     AND q.text = each.identity
               ) AS out
           FROM (
               SELECT *, row_number() OVER (
                   PARTITION BY identity, trouble > '' ORDER BY number
               ) > 1 AS again
               FROM registrations_rostermember WHERE roster_id = %(roster)s
           ) each
       ) said
       WHERE m.id = said.id AND m.left_out <> said.out""",
)


@transaction.atomic
def apply(roster: Roster) -> None:
    """Bring the rows in line with the answers that are there."""
    with connection.cursor() as cursor:
        for statement in _APPLY:
            cursor.execute(statement, {"roster": roster.pk})
    asked = roster.questions.filter(kind=Kind.ORDER).first()
    if way := (asked.answer if asked else roster.layout.get("order")):
        set_order(roster, way)


def last_answers(roster: Roster) -> dict[tuple[str, str], str]:
    """What this association said about the same words last time, by kind and text."""
    last = _last_confirmed(roster)
    said = RosterQuestion.objects.filter(roster=last, kind__in=(Kind.EXPIRY, Kind.STATUS))
    return {(row.kind, row.text): row.answer for row in said.exclude(answer="")}


def unanswered(roster: Roster) -> QuerySet[RosterQuestion]:
    return roster.questions.filter(answer="")


def answered(roster: Roster) -> QuerySet[RosterQuestion]:
    return roster.questions.filter(~Q(answer=""))
