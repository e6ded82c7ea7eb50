"""One file takes neither all memory nor all time, whatever its reader does (reliability E3)."""

import io
import threading
import time
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import MAC_EPOCH

from activities import workbook as record
from cec.apart import parent
from cec.spreadsheet import spoken, table
from cec.spreadsheet.safety import WorkbookRefused
from cec.spreadsheet.table import TooMuch, opened_table
from registrations.roster import columns, reading
from tests import factories as make
from tests.activities.workbook_files import CHOICES, MAIN, SHEET, parts_of, with_parts, workbook
from tests.registrations import rosters as lists

HANGING = "tests.cec.hanging_reader"


def opened(data, name="a.xlsx", **how):
    return opened_table(data, name, columns.LIMITS, lambda _values: 1, **how)


def book(*rows, **sheets):
    """A workbook of one sheet, and of hidden ones by their names."""
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for name, lines in sheets.items():
        sheet = made.create_sheet(name)
        sheet.sheet_state = "hidden"
        for line in lines:
            sheet.append(line)
    return made


def types(line):
    return [type(cell) for cell in line]


def saved(made):
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_the_cells_of_a_workbook_come_back_as_openpyxl_reads_them():
    values = [
        *(1, -7, 10**15, 2.5, 0.1 + 0.2, 1e-300, True, False, None, "Élise 😀", " a\nb\t", "007"),
        *("=1+1", "#REF!", "#N/A", "NaN", '["datetime","2026-01-01"]'),
        *(datetime(2026, 2, 3, 4, 5, 6), datetime(1999, 12, 31), clock(7, 8, 9), timedelta(2, 5)),
    ]
    data = saved(book(values, [None] * 3, ["last"]))
    alone = load_workbook(io.BytesIO(data), read_only=True, data_only=True).active
    expected = [list(row) for row in alone.iter_rows(values_only=True, max_col=len(values))]

    with opened(data) as found:
        lines = [line[: len(values)] for line in found.lines]

    assert lines == expected
    assert [list(map(type, line)) for line in lines] == [list(map(type, line)) for line in expected]
    assert {datetime, clock, timedelta, bool, int, float, str, type(None)} <= set(
        map(type, lines[0])
    )


@pytest.mark.parametrize(
    "value",
    [
        *(
            0,
            10**400,
            float("inf"),
            5e-324,
            "",
            "\ud800",
            "\0",
            "a" * spoken.LONGEST_TEXT,
        ),
        *(date(1, 1, 1), datetime.max, clock.max, timedelta(-1, 5, 7), timedelta.max, True, 1.0),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_said_between_processes_is_understood_as_it_was(value):
    line = [None, value, None]

    back = spoken.revived(spoken.understood(spoken.said(spoken.plain(line))), width=3)

    assert back == line
    assert types(back) == types(line)


def test_a_text_longer_than_anybody_reads_is_cut():
    assert spoken.plain(["a" * 100_000, 1]) == ["a" * spoken.LONGEST_TEXT, 1]


def test_a_text_file_comes_back_line_by_line_with_how_it_is_written():
    data = 'Nom;Courriel\n"Élise; R";a@b\n\n="007"'.encode("cp1252")

    with opened(data, "a.csv") as found:
        assert list(found.lines) == [["Nom", "Courriel"], ["Élise; R", "a@b"], [], ["007"]]

    assert (found.kind, found.encoding, found.delimiter) == ("csv", "cp1252", ";")
    assert (found.expected, found.ended) == (4, False)


def test_a_workbook_says_how_it_counts_days_and_what_its_hidden_sheet_lists():
    made = book(["a"], other=[["x"]], ours=[["our sign", 5], ["b", "c"], ["d"], ["e"]])
    made.epoch = MAC_EPOCH

    with opened(saved(made), hidden=("our sign", 3)) as found:
        pass

    assert found.epoch == MAC_EPOCH
    assert [list(filter(None, line)) for line in found.hidden] == [
        ["our sign", 5],
        ["b", "c"],
        ["d"],
    ]
    assert found.sheet == "Sheet"


def test_one_text_in_very_many_cells_is_too_much_for_those_who_read_them():
    text = "a" * 30_000
    row = "<row>" + '<c t="s"><v>0</v></c>' * 60 + "</row>"
    listed = parts_of(workbook().getvalue())["[Content_Types].xml"].decode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    strings = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    parts = {
        "[Content_Types].xml": listed.replace("</Types>", strings),
        SHEET: f"<worksheet {MAIN}><sheetData>{row * 600}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst {MAIN}><si><t>{text}</t></si></sst>",
    }

    with opened(with_parts(parts).getvalue()) as found, pytest.raises(WorkbookRefused) as refused:
        list(found.lines)

    assert refused.value.code == "too_much_inside"


@pytest.mark.parametrize("threads", [False, True])
def test_reading_that_hangs_is_ended_in_any_thread(monkeypatch, threads):
    monkeypatch.setattr(table, "READER", HANGING)
    found = []

    def read():
        try:
            with opened(workbook().getvalue(), seconds=0.3):
                found.append("read")
        except (WorkbookRefused, TimeoutError) as ended:
            found.append(ended)

    started = time.monotonic()
    if threads:
        thread = threading.Thread(target=read)
        thread.start()
        thread.join(20)
    else:
        read()

    assert [type(each) for each in found] in ([TooMuch], [TimeoutError])
    assert time.monotonic() - started < 10


def test_a_machine_that_is_too_busy_is_no_fault_of_the_file(monkeypatch):
    monkeypatch.setattr(table, "READER", HANGING)

    with pytest.raises(TimeoutError), opened(b"waits", "a.csv", seconds=0.2):
        pass


def test_a_record_at_which_somebody_would_wait_too_long_is_left_to_a_worker(monkeypatch):
    monkeypatch.setattr(table, "READER", HANGING)
    monkeypatch.setattr("activities.workbook.reading.SECONDS_AT_ONCE", 0.2)

    with pytest.raises(record.TooLong):
        record.read(workbook(), choices=CHOICES, language="en", at_once=200)


def test_who_looks_no_further_leaves_nothing_running():
    data = saved(book(*([n] for n in range(20_000))))

    with opened(data) as found:
        first = next(found.lines)
        nursery = parent._nurseries[table.READER].process.pid
        assert children_of(nursery)

    assert first[0] == 0
    until = time.monotonic() + 5
    while children_of(nursery) and time.monotonic() < until:
        time.sleep(0.01)
    assert children_of(nursery) == ""


def children_of(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text()


@pytest.mark.django_db
def test_a_list_at_which_the_parser_hangs_ends_with_a_sentence_and_is_not_tried_again(monkeypatch):
    monkeypatch.setattr(table, "READER", "tests.cec.falling_reader")

    roster = lists.uploaded(lists.members(1, 2), by=make.representative("MLA"))

    assert (roster.state, roster.error, roster.tries) == ("failed", "too_much_inside", 1)
    assert not roster.members.exists()


@pytest.mark.django_db
def test_a_list_for_which_the_machine_was_too_busy_is_tried_again(monkeypatch):
    monkeypatch.setattr(table, "READER", HANGING)
    monkeypatch.setattr(table, "SECONDS", 0.2)

    roster = lists.uploaded("waits\n" + lists.members(1), by=make.representative("MLA"))

    assert (roster.state, roster.tries) == ("reading", 1)
    assert reading.read(roster.pk) is False
