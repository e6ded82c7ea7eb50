"""Hostile, huge and broken lists, and workers that stumble: others notice nothing (E1 to H4)."""

import io
import tracemalloc
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from cec import apart, work
from cec.claims import LEASE, MOST_TRIES
from cec.spreadsheet.safety import WorkbookRefused
from registrations.models import Roster, RosterMember
from registrations.roster import columns, keeping, reading, words
from tests import factories as make
from tests.activities.hostile_workbooks import BROKEN, HOSTILE
from tests.races import at_once
from tests.registrations import rosters as lists

pytestmark = pytest.mark.django_db

# As the limits of a record are smaller, these pass here and are only lists without a table.
WITHIN_LIMITS = {"too_big", "too_much_inside", "no_table", "text", "too_many_rows"}


@pytest.fixture
def rep():
    return make.representative("MLA")


@pytest.mark.parametrize("name", [*HOSTILE, *BROKEN])
def test_a_hostile_workbook_ends_with_a_sentence_and_no_member(rep, name):
    code, build = (HOSTILE | BROKEN)[name]
    started = apart.processor_time()
    before = lists.confirmed(lists.members(1), by=rep)

    try:
        roster = lists.uploaded(build(), by=rep, name="members.xlsx")
    except WorkbookRefused as refused:
        found = refused.code
    else:
        found = roster.error
        assert not roster.members.exists()
        assert roster.state == "failed" or roster.layout["problem"]
        assert not found or len(words.error_text(found)) > 20
    assert code in WITHIN_LIMITS or found == code
    assert apart.processor_time() - started < 10
    assert list(Roster.objects.current()) == [before]


@pytest.mark.parametrize(
    "content",
    [
        b"Member no.,Name,Expiry\n" + b'"' * 100_000,
        b"Member no.,Name,Expiry\n" + b"," * 1_000_000,
        b"\n" * 1_000_000,
        b"," * 1_000_000,
        b"a" * 1_000_000,
        b"Member no.,Name,Expiry\r" + b"1,A,2027-06-30\r" * 10,
        b"\xff\xfe" + b"\x00\xd8" * 1000,
        bytes(range(32, 256)) * 1000,
        b"Member no.,Name,Expiry\n1,A,2027-06-30\n" + bytes(range(256)) * 100,
        ("Member no.,Name,Expiry\n" + "1,\u202ea\u2028b\ufffe,2027-06-30\n").encode(),
    ],
    ids=[
        *("quotation marks", "commas", "blank lines", "one line", "one cell", "old Mac lines"),
        *("lone surrogates", "every letter", "every byte", "odd characters"),
    ],
)
def test_a_hostile_text_file_is_no_error_of_ours(rep, content):
    started = apart.processor_time()

    try:
        roster = lists.uploaded(content, by=rep)
    except WorkbookRefused:
        roster = None

    assert apart.processor_time() - started < 10
    assert roster is None or roster.state in ("failed", "waiting")


def test_more_rows_than_fifty_thousand_are_refused_and_none_is_kept(rep, monkeypatch):
    small = columns.LIMITS.__class__(
        **{
            name: 5000 if name == "rows" else getattr(columns.LIMITS, name)
            for name in columns.LIMITS.__slots__
        }
    )
    monkeypatch.setattr(columns, "LIMITS", small)

    roster = lists.uploaded(lists.members(*range(5001)), by=rep)

    assert (roster.state, roster.error) == ("failed", "too_many_rows")
    assert not RosterMember.objects.exists()
    assert roster.content is None


def test_sixty_columns_are_enough(rep):
    text = lists.csv("1,A,,2027-06-30,," + "," * 60 + "x")

    roster = lists.uploaded(text, by=rep)

    assert roster.error == "too_many_columns"


# Workers


def sent(rep) -> Roster:
    return keeping.upload(make.association("MLA"), lists.file(lists.members(1, 2)), by=rep)


def test_the_sweep_reads_what_no_hint_came_for(rep):
    roster = sent(rep)

    work.sweep()

    roster.refresh_from_db()
    assert (roster.state, roster.rows_read) == ("waiting", 2)


def test_a_list_is_read_once_however_often_it_is_asked_for(rep):
    roster = sent(rep)

    assert [reading.read(roster.pk) for _n in range(3)] == [True, False, False]
    assert roster.members.count() == 2
    assert reading.read(10**9) is False


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_read_it_once():
    roster = sent(make.representative("MLA"))

    found = at_once([lambda: reading.read(roster.pk) for _n in range(4)])

    assert sorted(found) == [False, False, False, True]
    assert roster.members.count() == 2


def test_a_list_whose_worker_was_lost_is_read_anew_without_its_half(rep):
    roster = sent(rep)
    roster.members.create(number=2, name="Half")
    Roster.objects.update(claimed_at=timezone.now(), tries=1)

    early = reading.read(roster.pk)
    Roster.objects.update(claimed_at=timezone.now() - LEASE - timedelta(seconds=1))
    late = reading.read(roster.pk)

    assert (early, late) == (False, True)
    assert list(roster.members.values_list("name", flat=True)) == ["Member 1", "Member 2"]


@pytest.mark.parametrize("error", [MemoryError, ValueError])
def test_a_list_at_which_the_worker_stumbles_is_given_up_after_five_tries(rep, monkeypatch, error):
    poison, good = sent(rep), None
    other = make.representative("OLA")

    def stumble(self, rows, count):
        if self.roster.pk == poison.pk:
            raise error("x")
        copy(self, rows, count)

    copy = reading._Reading._copy
    monkeypatch.setattr(reading._Reading, "_copy", stumble)
    for _try in range(MOST_TRIES):
        Roster.objects.filter(pk=poison.pk).update(claimed_at=None)
        good = keeping.upload(make.association("OLA"), lists.file(lists.members(1)), by=other)
        reading.read_waiting()
        good.refresh_from_db()
        assert good.state == "waiting"

    poison.refresh_from_db()
    assert (poison.state, poison.error, poison.tries) == ("failed", "unreadable", MOST_TRIES)
    assert not poison.members.exists()
    assert "save it under a new name" in words.error_text(poison.error)


def test_a_list_at_which_the_worker_is_killed_is_given_up_after_five_tries(rep, monkeypatch):
    roster = sent(rep)
    begun = []

    class Killed(BaseException):
        """Nothing that the worker does is done any more."""

    def die(self):
        begun.append(self.roster.tries)
        raise Killed

    monkeypatch.setattr(reading._Reading, "run", die)
    for _try in range(MOST_TRIES):
        with pytest.raises(Killed):
            reading.read_waiting()
        Roster.objects.update(claimed_at=timezone.now() - LEASE - timedelta(seconds=1))

    reading.read_waiting()

    roster.refresh_from_db()
    assert (roster.state, roster.error) == ("failed", "unreadable")
    assert begun == [1, 2, 3, 4, 5]


def test_the_workers_time_limit_ends_the_reading_and_not_the_file(rep, monkeypatch):
    roster = sent(rep)

    def late(self, rows, count):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(reading._Reading, "_copy", late)
    with pytest.raises(SoftTimeLimitExceeded):
        reading.read(roster.pk)

    roster.refresh_from_db()
    assert (roster.state, roster.tries) == ("reading", 1)


def test_reading_for_too_long_counts_as_stumbling(rep, monkeypatch):
    roster = sent(rep)
    monkeypatch.setattr(reading, "MOST_SECONDS", -1)

    reading.read(roster.pk)

    roster.refresh_from_db()
    assert (roster.state, roster.tries) == ("reading", 1)
    assert not roster.members.exists()


def test_a_list_that_is_dropped_while_it_is_read_leaves_nothing(rep, monkeypatch):
    roster = sent(rep)
    read = reading.RowReader.read

    def drop_first(self, number, values):
        if number == 2:
            keeping.drop(roster, by=rep)
        return read(self, number, values)

    monkeypatch.setattr(reading.RowReader, "read", drop_first)

    assert reading.read(roster.pk) is False
    roster.refresh_from_db()
    assert roster.state == "dropped"
    assert not roster.members.exists()


def test_a_file_is_never_in_memory_twice_over_when_lists_are_shown(rep):
    roster = sent(rep)

    assert "content" in Roster.objects.get(pk=roster.pk).get_deferred_fields()
    assert isinstance(io.BytesIO(roster.content).read(), bytes)


@pytest.mark.slow
def test_fifty_thousand_rows_are_read_in_batches_and_in_little_memory(rep, monkeypatch):
    lines = [f"M-{n},Member {n},m{n}@example.org,{n % 28 + 1}/6/2027,active" for n in range(50_000)]
    roster = keeping.upload(make.association("MLA"), lists.file(lists.csv(*lines)), by=rep)
    del lines
    seen, copy = [], reading._Reading._copy

    def watched(self, rows, count):
        copy(self, rows, count)
        seen.append(Roster.objects.get(pk=roster.pk).rows_read)

    monkeypatch.setattr(reading._Reading, "_copy", watched)
    tracemalloc.start()

    reading.read(roster.pk)

    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    roster.refresh_from_db()
    assert (roster.state, roster.members.count()) == ("waiting", 50_000)
    assert roster.layout["order"] == "dmy"
    assert not roster.members.filter(good_until__isnull=True).exists()
    assert seen[-1] == 50_000
    assert len(seen) > 20
    assert roster.rows_expected == 50_002
    assert peak < 40_000_000
