"""The transcript's PDF: facts, shelves and totals first, then a table for each year."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.standing import Cell
from cec.shelves import shelf_scale
from cec.wording import amount, number, short_day
from certificates.printing import stationery
from certificates.printing.art import Art
from certificates.printing.stationery import HEADINGS, Row, legible, lettered, print_page
from certificates.transcript import drawing
from certificates.transcript.collecting import Entry, Plan, Transcript, Year

if TYPE_CHECKING:  # it brings WeasyPrint
    from certificates.printing.press import Page

MOST_PAGES = 200
WORDS = {"en": "transcript", "fr": "releve"}  # in the names of files


def file_name(transcript: Transcript) -> str:
    """The name under which it is saved, such as CEC-R-1042-transcript.pdf."""
    return f"{transcript.reference}-{WORDS[transcript.language]}.pdf"


def render(transcript: Transcript) -> bytes:
    """The transcript's PDF; equal transcripts have equal bytes.

    Raises UncoveredCharacters as `compose` does, and Unprintable if the record counts other points
    than were accepted.
    """
    if transcript.accepted not in (None, transcript.counted):
        from certificates.printing.press import Unprintable  # brings WeasyPrint

        raise Unprintable("the record counts other points than were accepted")
    return print_page(compose(transcript))


def compose(transcript: Transcript) -> "Page":
    """Return the transcript as a page for the press.

    What no font prints in a title or its like is replaced, and said at the foot: one smiley must
    not keep three years from being shown. Raises UncoveredCharacters for the name of the person,
    the program or the association.
    """
    with translation.override(transcript.language):
        heading = _("Transcript")
        context = _texts(transcript, heading) | {
            "shelves": [_shelf(year, transcript) for year in transcript.years],
            "standing": [_standing(row) for row in transcript.standing],
            "years": [_year(year, transcript) for year in transcript.years],
            "planned": [_planned(plan) for plan in transcript.planned],
            "was_replaced": any(legible(text) != text for text in _written(transcript)),
        }
        return stationery.compose(
            "transcript.html",
            context,
            language=transcript.language,
            foot=" · ".join([transcript.reference, transcript.state, short_day(transcript.as_of)]),
            most_pages=MOST_PAGES,
            art=_shelves(transcript),
        )


def _texts(transcript: Transcript, heading: str) -> dict[str, Any]:
    unit = transcript.unit
    registration = _("%(reference)s, under version %(number)s of the rules")
    facts = [
        (_("Name"), transcript.name),
        (_("Program"), transcript.program),
        (_("Association"), transcript.association),
        (
            _("Registration"),
            registration % {"reference": transcript.reference, "number": transcript.rules},
        ),
        (_("Learning period"), transcript.period),
    ]
    return {
        "transcript": transcript,
        "title": f"{heading} – {transcript.name}",
        "heading": heading,
        "issuer": lettered(transcript.issuer, HEADINGS),
        "about": lettered(transcript.about),
        "facts": [Row(label, lettered(value)) for label, value in facts if value],
        "unit": capfirst(unit),
        "counted": _of_needed(transcript),
        "parked": number(transcript.parked, grouped=True) if transcript.parked else "",
    }


def _of_needed(transcript: Transcript) -> str:
    if transcript.needed is None:
        return amount(transcript.counted, transcript.unit)
    return _("%(counted)s of %(needed)s") % {
        "counted": number(transcript.counted, grouped=True),
        "needed": amount(transcript.needed, transcript.unit),
    }


def _written(transcript: Transcript) -> Iterable[str]:
    """What people wrote, and what administrators called the types."""
    for year in transcript.years:
        for entry in year.entries:
            yield from (entry.title, entry.provider, entry.code, entry.type, entry.why)
    for plan in transcript.planned:
        yield from (plan.title, plan.provider, plan.code, plan.type)
    for row in transcript.standing:
        yield from (row.code, row.label)


def _shelves(transcript: Transcript) -> dict[str, Art]:
    years = [year.shelf for year in transcript.years]
    scale = shelf_scale(years)
    return {f"art:shelf-{year.number}": drawing.shelf(year, scale=scale) for year in years}


def _shelf(year: Year, transcript: Transcript) -> dict[str, Any]:
    """A shelf's line, and in words what it shows; each spine is a row of its table."""
    spines = sum(spine.counted > 0 for spine in year.shelf.spines)
    counted = amount(year.counted, transcript.unit)
    said = ngettext(
        "A shelf: %(amount)s from %(count)d activity.",
        "A shelf: %(amount)s from %(count)d activities.",
        spines,
    )
    over = ""
    if year.shelf.over:
        text = _("%(amount)s over a yearly limit")
        over = f" {text % {'amount': amount(year.shelf.over, transcript.unit)}}."
    return {
        "label": year.label,
        "period": year.period,
        "counted": counted,
        "source": f"art:shelf-{year.shelf.number}",
        "said": said % {"amount": counted, "count": spines} + over,
    }


def _standing(row: Any) -> dict[str, Any]:
    return {
        "code": _safe(row.code),
        "label": _safe(row.label),
        "cells": [_cell(cell) for cell in row.cells],
        "is_sum": row.is_sum,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    """What counts, of how much, and in a line each what else is to be known."""
    more = []
    if cell.most_is_advised or cell.needed_is_advised:
        more.append(_("suggested"))
    if cell.parked:
        more.append(_("%(parked)s over a limit") % {"parked": number(cell.parked)})
    if cell.brought:
        more.append(_("and %(brought)s from the year before") % {"brought": number(cell.brought)})
    if cell.needed and cell.most:
        more.append(_("%(needed)s needed.") % {"needed": number(cell.needed)})
    bound = cell.most or cell.needed
    return {
        "counted": number(cell.counted, grouped=True),
        "of": _("of %(needed)s") % {"needed": number(bound, grouped=True)} if bound else "",
        "more": more,
    }


def _year(year: Year, transcript: Transcript) -> dict[str, Any]:
    brought = _("From the year before, towards what this one needs: %(amount)s.")
    return {
        "label": year.label,
        "period": year.period,
        "entries": [_entry(entry) for entry in year.entries],
        "hours": number(year.hours),
        "raw": number(year.raw, grouped=True),
        "counted": number(year.counted, grouped=True),
        "parked": number(year.parked, grouped=True),
        "brought": brought % {"amount": amount(year.brought, transcript.unit)}
        if year.brought
        else "",
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "days": entry.days,
        "title": _safe(entry.title),
        "source": _source(entry),
        "why": _safe(entry.why),
        "code": _safe(entry.code),
        "hours": number(entry.hours),
        "rate": entry.rate,
        "raw": number(entry.raw),
        "counted": number(entry.counted),
        "parked": number(entry.parked) if entry.parked else "",
    }


def _planned(plan: Plan) -> dict[str, Any]:
    return {
        "days": plan.days,
        "title": _safe(plan.title),
        "source": _source(plan),
        "code": _safe(plan.code),
    }


def _source(row: Entry | Plan) -> SafeString:
    """The provider, and the type by its name."""
    return _safe(" · ".join(filter(None, (row.provider, row.type))))


def _safe(text: str) -> SafeString:
    return lettered(legible(text))
