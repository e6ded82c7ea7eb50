"""One file takes neither all memory nor all time, whatever its reader does (reliability E3)."""

import resource
import signal
import threading
import time

import pytest

from cec.spreadsheet import bounds
from cec.spreadsheet.bounds import BYTES, bounded
from cec.spreadsheet.opening import lines
from cec.spreadsheet.safety import WorkbookRefused
from cec.spreadsheet.table import opened_table
from registrations.roster import columns, reading
from tests import factories as make
from tests.activities.workbook_files import workbook
from tests.registrations import rosters as lists


def state():
    return (
        resource.getrlimit(resource.RLIMIT_AS),
        signal.getsignal(signal.SIGPROF),
        signal.getitimer(signal.ITIMER_PROF),
    )


def hang():
    """Use the processor for longer than anybody waits."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        pass


class Greedy:
    """A sheet at which the parser asks for ever more memory."""

    def reset_dimensions(self):
        pass

    def iter_rows(self, **_how):
        yield (len(bytearray(2 * BYTES)),)


def test_reading_that_hangs_is_ended(monkeypatch):
    before = state()
    monkeypatch.setattr(bounds, "SECONDS", 0.2)
    started = time.monotonic()

    with pytest.raises(WorkbookRefused) as refused, bounded():
        hang()

    assert refused.value.code == "too_much_inside"
    assert time.monotonic() - started < 20
    assert state() == before


def test_a_gigabyte_is_all_that_there_is():
    before = state()

    with bounded():
        with pytest.raises(WorkbookRefused) as refused:
            list(lines(Greedy()))
        assert len(bytearray(1024**2)) == 1024**2

    assert refused.value.code == "too_much_inside"
    assert state() == before
    assert len(bytearray(2 * BYTES)) == 2 * BYTES


def test_a_lower_limit_of_the_machine_stays():
    (soft, hard) = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (BYTES - 4096, hard))

    try:
        with bounded():
            inside = resource.getrlimit(resource.RLIMIT_AS)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))

    assert inside == (BYTES - 4096, hard)


def test_every_table_is_read_within_these_bounds():
    seen = []
    data = workbook().getvalue()

    with opened_table(data, "a.xlsx", columns.LIMITS, lambda _values: 1) as table:
        list(table.lines)
        seen.append(state())

    ((memory, _handler, (left, _interval)),) = seen
    assert BYTES < memory[0] < 10 * BYTES  # beyond what this process has already
    assert 0 < left <= bounds.SECONDS


def test_in_one_thread_of_several_the_others_keep_theirs():
    before = state()
    seen = []

    def read():
        with bounded():
            seen.append(state())

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()

    assert seen == [before]


@pytest.mark.django_db
def test_a_list_at_which_the_parser_hangs_ends_with_a_sentence_and_is_not_tried_again(monkeypatch):
    monkeypatch.setattr(bounds, "SECONDS", 0.2)
    monkeypatch.setattr(reading.RowReader, "read", lambda *_row: hang())

    roster = lists.uploaded(lists.members(1, 2), by=make.representative("MLA"))

    assert (roster.state, roster.error, roster.tries) == ("failed", "too_much_inside", 1)
    assert not roster.members.exists()
