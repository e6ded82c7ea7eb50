"""How long people wait for an answer: for a decision, a review, an organization's word."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from activities.models import CreditRequest
from cec import charts
from cec.wording import number
from certificates.figures.asked import Asked
from certificates.figures.figure import Column, Figure, Table
from certificates.figures.reading import read
from registrations.models.history import ANSWERS
from registrations.notices import as_sql

KINDS: dict[str, tuple[Any, Any]] = {
    "registration": (
        gettext_lazy("Decision on a registration"),
        gettext_lazy("From sending the form to approving or declining it."),
    ),
    "review": (
        gettext_lazy("Final review"),
        gettext_lazy("From turning in a record to accepting it or sending it back."),
    ),
    "request": (
        gettext_lazy("Request for credits"),
        gettext_lazy("From asking an organization to its answer."),
    ),
}

# What was asked and its answer stand one behind the other in the history; whole days, as the queue
# counts them. An answer belongs to the time in which it was given; who waits, waits now.
WAITS = """
    WITH mine AS ({mine}),
    history AS (
        SELECT kind, at, lag(kind) OVER line AS kind_before, lag(at) OVER line AS since
        FROM registrations_event e
        WHERE kind IN ({answers}) AND registration_id IN (SELECT id FROM mine)
        WINDOW line AS (PARTITION BY registration_id ORDER BY id)
    ),
    answered AS (
        SELECT CASE kind_before WHEN 'send' THEN 'registration' ELSE 'review' END AS what, since, at
        FROM history
        WHERE (kind_before = 'send' AND kind IN ('approve', 'decline'))
           OR (kind_before = 'turn_in' AND kind IN ('return', 'accept'))
        UNION ALL
        SELECT 'request', asked_at, decided_at FROM activities_creditrequest
        WHERE registration_id IN (SELECT id FROM mine)
    ),
    waits AS (
        SELECT what, floor(extract(epoch FROM at - since) / 86400)::int AS answered, NULL AS open
        FROM answered WHERE at >= %(first)s AND at < %(last)s
        UNION ALL
        SELECT what, NULL, floor(extract(epoch FROM %(now)s - since) / 86400)::int
        FROM (
            SELECT 'registration' AS what, submitted_at AS since
            FROM mine WHERE status = 'submitted'
            UNION ALL
            SELECT 'review', (
                SELECT max(at) FROM registrations_event e
                WHERE e.registration_id = mine.id AND kind = 'turn_in' AND kind IN ({answers})
            ) FROM mine WHERE status = 'turned_in'
            UNION ALL
            SELECT 'request', asked_at FROM ({requests}) r
        ) still
    )
    SELECT what, count(answered) AS answered, count(*) - count(answered) AS open,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY answered) AS median,
           percentile_disc(0.9) WITHIN GROUP (ORDER BY answered) AS most, max(open) AS oldest
    FROM waits GROUP BY what
"""


@dataclass(frozen=True)
class Wait:
    """One kind of waiting, in whole days: of what was answered the median and what nine in ten
    didn't wait longer than; of what is open the oldest. None where there is nothing.
    """

    kind: str
    answered: int = 0
    median: int | None = None
    most: int | None = None
    open: int = 0
    oldest: int | None = None

    @property
    def name(self) -> str:
        return str(KINDS[self.kind][0])


def waits(asked: Asked) -> list[Wait]:
    """Return how long each kind of answer took, and takes; requests only where there are any."""
    mine = asked.registrations()
    requests = CreditRequest.objects.waiting().filter(registration__in=mine.values("pk"))
    sql = WAITS.format(
        mine=as_sql(mine.values("id", "status", "submitted_at")),
        answers=", ".join(f"'{kind}'" for kind in ANSWERS),
        requests=as_sql(requests.values("asked_at")),
    )
    first, last = asked.moments
    rows = read(sql, {"first": first, "last": last, "now": timezone.now()})
    found = {
        row["what"]: Wait(
            row["what"], row["answered"], row["median"], row["most"], row["open"], row["oldest"]
        )
        for row in rows
    }
    return [found.get(kind, Wait(kind)) for kind in KINDS if kind in found or kind != "request"]


def figure(asked: Asked) -> Figure:
    found = waits(asked)
    target = asked.program.answer_days
    return Figure(
        key="waits",
        title=_("How long people wait"),
        point=_point(found[0]),
        about=_("Answered: %(time)s. Waiting: now") % {"time": asked.time_in_words},
        table=_table(found),
        picture=_picture(found, target) if any(row.answered or row.open for row in found) else None,
        meanings=[
            *((row.name, str(KINDS[row.kind][1])) for row in found),
            (_("Half, nine in ten"), _("So many whole days or fewer did this share of them wait.")),
            (
                _("Target"),
                ngettext(
                    "We tell applicants to expect an answer within %(days)s day: the line.",
                    "We tell applicants to expect an answer within %(days)s days: the line.",
                    target,
                )
                % {"days": target},
            ),
        ],
    )


def _table(found: list[Wait]) -> Table:
    headings = [
        Column(_("Waiting for")),
        Column(_("Answered")),
        Column(_("Half within, in days")),
        Column(_("Nine in ten within, in days")),
        Column(_("Waiting now")),
        Column(_("Oldest, in days")),
    ]
    rows = [(row.name, row.answered, row.median, row.most, row.open, row.oldest) for row in found]
    return Table(_("How long people wait"), headings, rows)


def _point(wait: Wait) -> str:
    said = []
    if wait.median is not None:
        said.append(_("Half have a decision within %(days)s.") % {"days": days(wait.median)})
    if wait.oldest is not None:
        said.append(_("The oldest registration has waited %(days)s.") % {"days": days(wait.oldest)})
    if not said:
        return _("No registration waits, and none was decided in this time.")
    if wait.oldest is None:
        said.append(_("Nobody waits now."))
    return " ".join(said)


def days(number_of: int) -> str:
    """Write whole days."""
    if not number_of:
        return _("less than a day")
    return ngettext("%(days)s day", "%(days)s days", number_of) % {
        "days": number(number_of, grouped=True)
    }


def _picture(found: list[Wait], target: int) -> SafeString:
    legend = [
        ("spruce", _("half of the answers")),
        ("jade", _("nine in ten")),
        ("over", _("oldest that waits")),
        ("mark", _("target")),
    ]
    return format_html("{}{}", charts.key(legend), charts.bars(list(_bars(found, target))))


def _bars(found: list[Wait], target: int) -> list[charts.Bar]:
    drawn = []
    for row in found:
        half, most = row.median or 0, row.most or 0
        marks = (target,) if row.kind == "registration" else ()
        answered = _("half within %(half)s, nine in ten within %(most)s") % {
            "half": days(half),
            "most": days(most),
        }
        parts = (charts.Part(half, "spruce"), charts.Part(most - half, "jade"))
        said = _("%(count)s answered") % {"count": number(row.answered, grouped=True)}
        drawn.append(
            charts.Bar(row.name, said, parts, marks, hint=answered if row.answered else "")
        )
        if row.open:
            said = _("%(count)s waiting") % {"count": number(row.open, grouped=True)}
            oldest = _("the oldest for %(days)s") % {"days": days(row.oldest or 0)}
            drawn.append(
                charts.Bar(
                    _("%(what)s, now") % {"what": row.name},
                    said,
                    (charts.Part(row.oldest or 0, "over"),),
                    marks,
                    hint=oldest,
                )
            )
    return drawn
