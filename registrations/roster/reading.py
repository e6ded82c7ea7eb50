"""Reading an uploaded list: the worker's part (E3, H1 to H4). Its rows are saved in batches."""

import logging
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.utils import timezone

from cec import claims, security_log
from cec.claims import MOST_TRIES
from cec.spreadsheet.safety import WorkbookRefused
from cec.spreadsheet.table import Table, opened_table
from registrations.models import Roster, RosterMember, RosterQuestion
from registrations.roster import columns, questions
from registrations.roster.rows import COPIED, RowReader

log = logging.getLogger(__name__)

BATCH = 2000
MOST_SECONDS = 60  # of the processor: a busy machine is no fault of the file (E3)
# Lists that one sweep reads, and after how long it begins no other: the next one is a minute away.
AT_ONCE, SWEEP_SECONDS = 10, 20
# Blank lines may stand between the rows, but not without end.
MOST_LINES = 4 * columns.LIMITS.rows
_HEADING_WITHIN = 60
_SAMPLES = 3
LAST_TRY = "unreadable"
_COPY = (
    f"COPY {RosterMember._meta.db_table} (roster_id, {', '.join(COPIED)}, for_life, left_out)"
    " FROM STDIN"
)


class _NotOurs(Exception):
    """The upload was dropped meanwhile, or another worker reads it."""


def read(roster_id: int) -> bool:
    """Read a list that waits; say whether this call was the one that did.

    Any number of calls, at once or later, read it once (H3). A file that can't be read ends as
    failed, with the reason; one at which the worker stumbles is tried again, five times at most.
    """
    roster = _claim(roster_id, now=timezone.now())
    if roster is None:
        return False
    if roster.tries > MOST_TRIES:  # the worker was killed at it each time, and could say nothing
        _fail(roster, LAST_TRY)
        return True
    try:
        _Reading(roster).run()
    except _NotOurs:
        return False
    except WorkbookRefused as refused:
        security_log.upload_refused(refused.code, person_id=roster.uploaded_by_id)
        _fail(roster, refused.code)
    except Exception as error:  # whatever it is, it must not keep others waiting
        log.exception("The roster %s could not be read", roster.pk)
        if roster.tries >= MOST_TRIES:
            _fail(roster, LAST_TRY)
        if isinstance(error, SoftTimeLimitExceeded):
            raise
        return False
    return True


def read_waiting() -> int:
    """Read the lists that no message came for; return how many this call read."""
    waiting = Roster.objects.to_read(timezone.now()).order_by("tries", "id")
    until = time.monotonic() + SWEEP_SECONDS
    done = 0
    for pk in list(waiting.values_list("pk", flat=True)[:AT_ONCE]):
        if time.monotonic() < until:
            done += read(pk)
    return done


def _claim(roster_id: int, *, now: datetime) -> Roster | None:
    """Take a list whose turn it is, by one conditional UPDATE; None when it isn't."""
    turn = Roster.objects.to_read(now).filter(pk=roster_id)
    if not claims.claim(turn, rows_read=0):
        return None
    return Roster.objects.get(pk=roster_id)


def _fail(roster: Roster, code: str) -> None:
    """Say why a file can't be read, and let go of it."""
    mine = Roster.objects.filter(
        pk=roster.pk, state=Roster.State.READING, claimed_at=roster.claimed_at
    )
    with transaction.atomic():
        if mine.update(
            state=Roster.State.FAILED,
            error=code,
            content=None,
            layout={},  # its samples name people
            ended_at=timezone.now(),
        ):
            forget_rows(roster)


def forget_rows(roster: Roster) -> None:
    """Delete what a list says of people."""
    RosterQuestion.objects.filter(roster=roster).delete()
    RosterMember.objects.filter(roster=roster).delete()


class _Reading:
    """One list while it is read, from its first line to its questions."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.mine = Roster.objects.filter(
            pk=roster.pk, state=Roster.State.READING, claimed_at=roster.claimed_at
        )
        self.chosen: dict[str, int] | None = roster.layout.get("chosen")
        self.layout: dict[str, Any] = {}
        self.until = time.thread_time() + MOST_SECONDS

    def run(self) -> None:
        self._step(lambda: forget_rows(self.roster))  # a lost worker's half
        data = bytes(self.roster.content or b"")
        with opened_table(data, self.roster.file_name, columns.LIMITS, columns.score) as table:
            self._note(table)
            lines = self._numbered(table)
            headings = self._headings(lines)
            if self.layout["problem"]:
                self._finish(None)
                return
            reader = RowReader(
                self.layout["columns"], width=len(headings), exact=table.kind == "csv"
            )
            self._save_rows(lines, reader)
            if reader.breaks_off and not table.ended:
                raise WorkbookRefused("breaks_off")
        self._finish(reader)

    def _step(self, do: Any) -> None:
        """Do a part of it in a transaction, if the list is still ours to read."""
        with transaction.atomic():
            if not self.mine.select_for_update().exists():
                raise _NotOurs
            do()

    def _note(self, table: Table) -> None:
        self.layout = {
            "kind": table.kind,
            "sheet": table.sheet[:80],
            "encoding": table.encoding,
            "delimiter": table.delimiter,
        }
        self.mine.update(rows_expected=table.expected)

    def _numbered(self, table: Table) -> Iterator[tuple[int, Sequence[object]]]:
        """The lines that hold something, with their numbers in the file."""
        for number, values in enumerate(table.lines, start=1):
            if number > MOST_LINES:
                raise WorkbookRefused("too_many_rows", limit=columns.LIMITS.rows)
            if any(values):
                if any(values[columns.LIMITS.columns :]):
                    raise WorkbookRefused("too_many_columns", limit=columns.LIMITS.columns)
                yield number, values

    def _headings(self, lines: Iterator[tuple[int, Sequence[object]]]) -> list[str]:
        """Find the line with the headings, and which column holds what."""
        first = list(islice(lines, _HEADING_WITHIN))
        if not first:
            raise WorkbookRefused("no_rows")
        at = next((at for at, (_n, values) in enumerate(first) if columns.are_headings(values)), -1)
        if at < 0:  # nothing known: take the widest line for the headings and ask
            widths = [len(columns.texts(values)) for _n, values in first]
            at = widths.index(max(widths))
        number, values = first[at]
        headings = columns.texts(values)
        found = self.chosen or columns.match(headings, questions.remembered(self.roster))
        self.after = first[at + 1 :]
        self.layout |= {
            "header_row": number,
            "headings": headings,
            "samples": [columns.texts(values) for _n, values in self.after[:_SAMPLES]],
            "language": columns.language_of(headings),
            "columns": found,
            "problem": columns.missing(found),
        }
        return headings

    def _save_rows(self, lines: Iterator[tuple[int, Sequence[object]]], reader: RowReader) -> None:
        """Copy the rows into the database, so many at a time."""
        count = 0
        while True:
            after, self.after = self.after, []
            batch = after or list(islice(lines, BATCH))
            if not batch:
                return
            rows = [row for number, values in batch if (row := reader.read(number, values))]
            count += len(rows)
            if count > columns.LIMITS.rows:
                raise WorkbookRefused("too_many_rows", limit=columns.LIMITS.rows)
            if time.thread_time() > self.until:
                raise TimeoutError(f"roster {self.roster.pk}: {count} rows in {MOST_SECONDS} s")
            self._step(lambda rows=rows, count=count: self._copy(rows, count))

    def _copy(self, rows: list[tuple[object, ...]], count: int) -> None:
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row((self.roster.pk, *row, False, False))
        self.mine.update(rows_read=count)

    @transaction.atomic
    def _finish(self, reader: RowReader | None) -> None:
        """Let the list be looked at: with its questions, or with the columns to be chosen."""
        roster = self.mine.select_for_update().first()
        if roster is None:
            raise _NotOurs
        roster.layout = self.layout
        if reader is not None:
            roster.layout["problem"] = questions.ask(roster, reader)
        if roster.layout["problem"]:
            forget_rows(roster)
        roster.state, roster.tries = Roster.State.WAITING, 0
        roster.save(update_fields=["layout", "state", "tries"])
