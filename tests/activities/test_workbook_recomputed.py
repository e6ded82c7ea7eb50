"""The workbook's formulas, worked out by LibreOffice, against what the application counts."""

import io
import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from activities import log, points
from activities.models import Activity
from activities.record import Record
from registrations.models import Rate
from tests import factories as make
from tests.activities.imports import exported
from tests.activities.test_schemes import LIMITS, RATES, enrol, shape

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not shutil.which("soffice") and os.environ.get("CI") != "true",
        reason="LibreOffice is not installed",
    ),
]

FIRST = 8  # line of the first entry
DAY, TITLE, TYPE, HOURS, POINTS, OUTCOME = 1, 2, 4, 6, 7, 8
YEAR, COUNTED, PARKED, WHY, NUMBER = 11, 12, 13, 14, 15

# Type, quarters of an hour, day of the cycle, planned, outcome.
ENTRIES = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(1, 100),
        st.sampled_from([0, 1, 200, 364, 365, 366, 700, 1000, 1460, 1826]),
        st.sampled_from([False, False, False, True]),
        st.sampled_from(["What I learned", "", "  "]),
    ),
    min_size=3,
    max_size=30,
)
SHAPES = st.tuples(st.lists(RATES, min_size=4, max_size=4), LIMITS, st.sampled_from([None, 5, 20]))


@dataclass
class Case:
    """A workbook, and what the application says of its record."""

    content: bytes
    rows: list
    totals: dict
    missing: list


@pytest.fixture
def recomputed(tmp_path):
    """Open workbooks in LibreOffice and return what it shows, all in one start of it."""
    runs = iter(range(100))

    def recompute(contents):
        folder = tmp_path / str(next(runs))
        names = [folder / f"{number}.xlsx" for number, _each in enumerate(contents)]
        (folder / "out").mkdir(parents=True)
        for name, content in zip(names, contents, strict=True):
            name.write_bytes(content)
        command = [
            *("soffice", "--headless", "--norestore", "--convert-to", "xlsx"),
            f"-env:UserInstallation=file://{tmp_path}/profile",
            *("--outdir", str(folder / "out"), *map(str, names)),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return [_book(folder / "out" / name.name) for name in names]

    return recompute


def _book(path: Path):
    return load_workbook(io.BytesIO(path.read_bytes()), data_only=True)


def expected(record, content, activities):
    """What the application counts of these activities, in their order, and in all."""
    ledger, standing = points.ledger(record), points.standing(record)
    raw = dict(record.credits.values_list("activity_id", "points"))
    brought = points.brought(record)
    years = [year.number for year in record.years.all()]
    rows = []
    for activity in activities:
        worth = ledger.get(activity.pk)
        counts = (worth.counted, worth.parked) if worth else (0, 0)
        rows.append(tuple(float(each) for each in (raw[activity.pk], *counts)))
    missing = []
    for need in record.rules.requirements.filter(group=None).order_by("-per"):
        if need.per == "year":
            sums = [standing.in_year(year).counted + brought.get(year, 0) for year in years]
        else:
            sums = [standing.counted]
        missing.append([float(max(need.points - each, 0)) for each in sums])
    totals = {}
    for kind in record.rules.types.all():
        own = standing.of_types({kind.pk})
        counted = [own.in_year(year).counted for year in years]
        totals[kind.name] = [float(each) for each in (*counted, own.counted, own.parked)]
    return Case(content, rows, totals, missing)


def agrees(case, book):
    """Compare what a spreadsheet shows with what the application says."""
    sheet = book.worksheets[0]
    for number, said in enumerate(case.rows, start=FIRST):
        shown = tuple(sheet.cell(number, column).value for column in (POINTS, COUNTED, PARKED))
        assert shown == pytest.approx(said, abs=1e-6), [cell.value for cell in sheet[number]]
    after = FIRST + len(case.rows)
    for row in sheet.iter_rows(min_row=after, max_row=after + 5):
        assert not any(row[column - 1].value for column in (POINTS, YEAR, COUNTED, PARKED, WHY))
    lines = [[cell for cell in line if cell is not None] for line in book.worksheets[1].values]
    by_name = {line[1]: line[2:] for line in lines if len(line) > 3}
    for name, sums in case.totals.items():
        assert by_name[name] == pytest.approx(sums, abs=1e-6), name
    missing = [line[1:] for line in lines if line and line[0] in ("Still missing", "Reste à faire")]
    assert len(missing) == len(case.missing)
    for shown, said in zip(missing, case.missing, strict=True):
        assert shown == pytest.approx(said, abs=1e-6)


def logged(record, kinds, entries):
    return log.add_all(
        record,
        [
            (
                Activity(
                    title=f"Entry {number}",
                    hours=Decimal(quarters) / 4,
                    completed_on=record.starts_on + timedelta(days=days),
                    planned=planned,
                    outcome=outcome,
                ),
                kinds[kind],
            )
            for number, (kind, quarters, days, planned, outcome) in enumerate(entries)
        ],
    )


def of_any_shape(record, rules, entries):
    """The export of a log under rules of any shape."""
    kinds = shape(record, *rules)
    record.rules.types.filter(pk=kinds[0].activity_type_id).update(needs_outcome=True)
    kinds = list(Rate.objects.filter(activity_type__rules=record.rules).order_by("pk"))
    saved = logged(record, kinds, entries)
    in_order = sorted(saved, key=lambda activity: (activity.completed_on, activity.pk))
    return expected(record, exported(record), in_order)


def filled_in_later(record, rules, entries):
    """The export of an empty record whose spare rows somebody fills in, in no order of days."""
    kinds = shape(record, *rules)
    book = load_workbook(io.BytesIO(exported(record)))
    saved = logged(record, kinds, entries)
    sheet = book.worksheets[0]
    for number, (activity, entry) in enumerate(zip(saved, entries, strict=True), start=FIRST):
        sheet.cell(number, DAY).value = activity.completed_on
        sheet.cell(number, TITLE).value = activity.title
        sheet.cell(number, TYPE).value = kinds[entry[0]].label
        sheet.cell(number, HOURS).value = float(activity.hours)
        sheet.cell(number, OUTCOME).value = activity.outcome
        sheet.cell(number, 9).value = "Planned" if activity.planned else None
    stream = io.BytesIO()
    book.save(stream)
    return expected(record, stream.getvalue(), saved)


@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # to shrink would take a start of LibreOffice each
    suppress_health_check=list(HealthCheck),
)
@given(
    logs=st.lists(st.tuples(SHAPES, ENTRIES), min_size=3, max_size=3),
    later=st.tuples(SHAPES, ENTRIES),
)
def test_the_formulas_count_as_the_application_does_for_rules_of_every_shape(
    recomputed, ahip, logs, later
):
    cases = [of_any_shape(ahip, rules, entries) for rules, entries in logs]
    cases.append(filled_in_later(ahip, *later))

    books = recomputed([case.content for case in cases])

    for case, book in zip(cases, books, strict=True):
        agrees(case, book)


@pytest.fixture
def ahip():
    return enrol("ahip", "2020-01-01")


def test_the_partnerships_record_counts_the_same_in_both_languages_and_says_why(recomputed):
    record = make.registration(starts_on=date(2023, 3, 15))
    activities = [
        make.activity(record, "PD-F", hours="11", on="2023-05-01", title="=1+1"),
        make.activity(record, "PD-F", hours="2", on="2023-05-01"),
        make.activity(record, "LEAD", key="board", hours="8", on="2023-06-01"),
        make.activity(record, "LEAD", key="committee", hours="8", on="2023-06-02"),
        make.activity(record, "STUDY", hours="3", on="2023-07-01"),
        make.activity(record, "STUDY", hours="3.25", on="2024-03-14", outcome="Much"),
        make.activity(record, "PD-I", hours="4", on="2024-03-15", planned=True),
    ]
    disallowed = make.activity(record, "PD-I", hours="5", on="2025-01-01")
    record.credits.filter(activity=disallowed).update(disallowed=True, state="disallowed")
    activities.append(disallowed)
    cpc = make.registration(code="CPC", association_code=None, starts_on=date(2023, 1, 1))
    course = make.activity(cpc, "1-WEEK", hours=None, on="2023-02-01")

    english, french, credits = recomputed(
        [exported(record), exported(record, language="fr"), exported(cpc)]
    )

    case = expected(record, b"", activities)
    agrees(case, english)
    case.totals = {}
    agrees(case, french)
    case = expected(cpc, b"", [course])
    case.totals = {}
    agrees(case, credits)
    why = [english.worksheets[0].cell(FIRST + at, WHY).value for at in range(len(activities))]
    assert [text.partition(".")[0] for text in why] == [
        "It counts up to a limit",
        "A limit had been reached",
        "Counts in full",
        "It counts up to a limit",
        "It counts once you’ve written what you learned",
        "Counts in full",
        "It is planned and counts once you’ve done it",
        "The committee disallowed it",
    ]
    assert english.worksheets[0].cell(FIRST, TITLE).value == "=1+1"
    assert len(Record(record).ledger) == 5


def test_unfinished_rows_count_nothing_and_say_what_is_missing(recomputed):
    record = make.registration(starts_on=date(2023, 3, 15))
    contents, counted = [], [*[None] * 9, 2.5, 1, 3]
    for language in ("en", "fr"):
        book = load_workbook(io.BytesIO(exported(record, language=language)))
        unfinished(book.worksheets[0], label=book.worksheets[2].cell(2, 1).value)
        stream = io.BytesIO()
        book.save(stream)
        contents.append(stream.getvalue())

    for book in recomputed(contents):
        sheet = book.worksheets[0]
        lines = range(FIRST, FIRST + len(counted))
        assert [sheet.cell(line, COUNTED).value or None for line in lines] == counted
        assert all(sheet.cell(line, WHY).value for line in lines)
        assert not any(str(cell.value).startswith("#") for row in sheet.iter_rows() for cell in row)


def unfinished(sheet, *, label):
    """Fill in nine rows that don't say enough, and three that do."""
    rows = [
        {TITLE: "No day", TYPE: label, HOURS: 2},
        {DAY: date(2023, 5, 1), TYPE: label, HOURS: 2},
        {DAY: date(2023, 5, 1), TITLE: "No type", HOURS: 2},
        {DAY: date(2023, 5, 1), TITLE: "Another type", TYPE: "Some talk*", HOURS: 2},
        {DAY: date(2023, 5, 1), TITLE: "No hours", TYPE: label},
        {DAY: date(2023, 5, 1), TITLE: "Hours as text", TYPE: label, HOURS: "about two"},
        {DAY: "May 2023", TITLE: "A day as text", TYPE: label, HOURS: 2},
        {DAY: date(2023, 3, 14), TITLE: "Too early", TYPE: label, HOURS: 2},
        {DAY: date(2026, 3, 15), TITLE: "Too late", TYPE: label, HOURS: 2},
        {DAY: date(2023, 3, 15), TITLE: "Good", TYPE: label, HOURS: 2.5},
        {DAY: date(2026, 3, 14), TITLE: "Good too", TYPE: f" {label} ", HOURS: 1},
        {DAY: date(2026, 3, 14), TITLE: "By its code", TYPE: "PUB-I", HOURS: 3},
    ]
    for number, cells in enumerate(rows, start=FIRST):
        for column, value in cells.items():
            sheet.cell(number, column).value = value
