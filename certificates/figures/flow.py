"""How many register and how many complete, over time."""

from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cec import charts
from cec.wording import number
from certificates.figures.asked import Asked
from certificates.figures.figure import Column, Figure, Table
from certificates.figures.months import Spans, spans
from certificates.figures.reading import read
from registrations.notices import as_sql

# Both by the day on which they happened; a certificate by its first edition, whatever came later.
BY_MONTH = """
    WITH mine AS ({mine})
    SELECT date_trunc('month', day)::date AS month, SUM(sent)::int AS sent,
           SUM(certified)::int AS certified
    FROM (
        SELECT submitted_on AS day, 1 AS sent, 0 AS certified FROM mine
        UNION ALL
        SELECT c.issued_on, 0, 1 FROM certificates_certificate c
        WHERE c.edition = 1 AND c.registration_id IN (SELECT id FROM mine)
    ) days
    WHERE day BETWEEN %(first)s AND %(last)s
    GROUP BY month ORDER BY month
"""


@dataclass(frozen=True)
class Flow:
    """Registrations that were sent and certificates that were issued, by span of time."""

    spans: Spans
    sent: list[int]
    certified: list[int]


def months(asked: Asked) -> dict[date, tuple[int, int]]:
    """Return how many registered and completed by month; months without either are absent."""
    first, last = asked.days
    mine = as_sql(asked.registrations().values("id", "submitted_on"))
    rows = read(BY_MONTH.format(mine=mine), {"first": first, "last": last})
    return {row["month"]: (row["sent"], row["certified"]) for row in rows}


def count(asked: Asked) -> Flow:
    """Count by month, quarter or year."""
    known = months(asked)
    found = spans(asked, known)
    sent = found.gather({month: each[0] for month, each in known.items()}, sum)
    certified = found.gather({month: each[1] for month, each in known.items()}, sum)
    return Flow(found, sent, certified)


def figure(asked: Asked) -> Figure:
    flow = count(asked)
    return Figure(
        key="flow",
        title=_("Registrations and certificates"),
        point=_point(flow),
        about=asked.time_in_words,
        table=_table(flow),
        picture=_picture(flow) if any(flow.sent) or any(flow.certified) else None,
        meanings=[
            (_("Registered"), _("The day on which the form was sent.")),
            (
                _("Certified"),
                _(
                    "The day on which a certificate was issued; "
                    "a corrected one doesn’t count again."
                ),
            ),
        ],
    )


def _point(flow: Flow) -> str:
    sent, certified = sum(flow.sent), sum(flow.certified)
    if not sent and not certified:
        return _("Nobody has registered in this time. Once somebody does, you’ll see it here.")
    said = ngettext(
        "%(sent)s person registered, and %(certified)s received a certificate.",
        "%(sent)s people registered, and %(certified)s received a certificate.",
        sent,
    ) % {"sent": number(sent, grouped=True), "certified": number(certified, grouped=True)}
    if len(flow.sent) < 2 or not sent:
        return said
    most = max(flow.sent)
    when = flow.spans.name(flow.spans.starts[flow.sent.index(most)])
    busiest = _("The busiest time was %(when)s, with %(most)s.")
    return f"{said} " + busiest % {"when": when, "most": number(most, grouped=True)}


def _table(flow: Flow) -> Table:
    names = [flow.spans.name(start) for start in flow.spans.starts]
    return Table(
        _("Registrations and certificates"),
        [Column(flow.spans.heading), Column(_("Registered")), Column(_("Certified"))],
        list(zip(names, flow.sent, flow.certified, strict=True)),
    )


def _picture(flow: Flow) -> SafeString:
    names = [flow.spans.name(start) for start in flow.spans.starts]
    series = [
        charts.Series(name, colour, values, _said(names, name, values))
        for name, colour, values in (
            (_("Registered"), "spruce", flow.sent),
            (_("Certified"), "brass", flow.certified),
        )
    ]
    return charts.columns_with_key(
        "flow",
        title=_("Registrations and certificates over time"),
        description=_point(flow),
        labels=flow.spans.labels,
        series=series,
    )


def _said(names: list[str], what: str, values: list[int]) -> list[str]:
    return [
        _("%(when)s, %(what)s: %(count)s")
        % {"when": when, "what": what, "count": number(value, grouped=True)}
        for when, value in zip(names, values, strict=True)
    ]
