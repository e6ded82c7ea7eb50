"""A person's own copy of what is kept about them, as one zip (reliability K1).

What stands in it is said by the apps' `personal_data.py`. A worker writes it row by row and file
by file, so that its memory doesn't grow with what somebody has.
"""

import json
import logging
import os
import secrets
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models.fields.json import KT
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cec import claims, mail, personal, work
from cec.jobs import said
from cec.personal import Declared
from cec.personal_words import WORDS, words_of
from cec.problems import Problem, Refused
from registrations.models import DataCopy, Event, Person
from registrations.models.history import write_event

logger = logging.getLogger(__name__)

MAKE = "registrations.make_copy"
MOST_A_DAY = 3
LASTS = timedelta(hours=48)
CHUNK = 64 * 1024
NO_ROOM = "no_room"  # an error that the page explains
MISSING = "missing-files.txt"


@transaction.atomic
def ask(person: Person) -> DataCopy:
    """Ask for a copy of one's own data; asked twice while one waits is asked once.

    Raises `Refused` after `MOST_A_DAY` of a day.
    """
    locked = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    copies = DataCopy.objects.filter(person=locked)
    if waiting := copies.filter(state=DataCopy.State.WAITING).first():
        return waiting
    if copies.filter(asked_at__gt=timezone.now() - timedelta(days=1)).count() >= MOST_A_DAY:
        text = ngettext(
            "You can ask for %(count)s copy a day. Ask again tomorrow.",
            "You can ask for %(count)s copies a day. Ask again tomorrow.",
            MOST_A_DAY,
        )
        raise Refused(Problem("enough", text % {"count": MOST_A_DAY}))
    row = DataCopy.objects.create(person=locked, key=secrets.token_hex(20))
    write_event(Event.Kind.COPY_ASKED, by=person, person=locked)
    work.hint_after_commit(MAKE, row.pk)
    return row


def make_waiting() -> int:
    """Make the copies that wait; returns how many."""
    waiting = DataCopy.objects.to_make(timezone.now()).order_by("pk").values_list("pk", flat=True)
    return sum(make(pk) for pk in work.while_there_is_time(waiting))


def make(pk: int) -> bool:
    """Make a copy if it waits for somebody to; the person gets a mail once it is there."""
    if not claims.claim(DataCopy.objects.to_make(timezone.now()).filter(pk=pk)):
        return False
    row = DataCopy.objects.select_related("person").get(pk=pk)
    try:
        size = _write(row)
    except Exception as error:
        row.path.unlink(missing_ok=True)
        _fail(row, NO_ROOM if isinstance(error, OSError) else said(error))
        logger.exception("The copy %s couldn’t be made", pk)
        return False
    return _hand_over(row, size)


def _fail(row: DataCopy, error: str) -> None:
    """Let it be tried again, or tell the page that it failed for good."""
    over = row.tries >= claims.MOST_TRIES
    state = DataCopy.State.FAILED if over else DataCopy.State.WAITING
    mine = DataCopy.objects.filter(pk=row.pk, state=DataCopy.State.WAITING)
    mine.update(state=state, error=error)


@transaction.atomic
def _hand_over(row: DataCopy, size: int) -> bool:
    """Say that the file is there; one whose person was erased meanwhile goes at once."""
    person = Person.objects.select_for_update(of=("self",)).get(pk=row.person_id)
    now = timezone.now()
    mine = DataCopy.objects.filter(pk=row.pk, state=DataCopy.State.WAITING)
    ready = {"state": DataCopy.State.READY, "made_at": now, "until": now + LASTS}
    if not person.is_active or not mine.update(**ready, size=size, error=""):
        row.path.unlink(missing_ok=True)
        return False
    row.refresh_from_db()
    mail.post("data_copy_ready", row, to=person, key=f"data_copy_ready:{row.pk}")
    return True


def download(row: DataCopy, *, by: Person) -> IO[bytes]:
    """Open the file for its person, and write that they took it. Raises `Refused` once it is gone.

    The view has asked whose it is.
    """
    gone = Refused(Problem("gone", _("This copy is gone. Ask for a new one."), fixable=False))
    if row.state != DataCopy.State.READY or row.until is None or row.until <= timezone.now():
        raise gone
    try:
        file = row.path.open("rb")
    except OSError as error:
        raise gone from error
    with transaction.atomic():
        DataCopy.objects.filter(pk=row.pk).update(downloaded_at=timezone.now())
        write_event(Event.Kind.COPY_DOWNLOADED, by=by, person=row.person)
    return file


def remove_old() -> int:
    """Delete the files whose time is over, and those that no row knows; returns how many."""
    over = DataCopy.objects.filter(state=DataCopy.State.READY, until__lte=timezone.now())
    for row in over:
        row.path.unlink(missing_ok=True)
        DataCopy.objects.filter(pk=row.pk).update(state=DataCopy.State.GONE, size=0)
    return len(over) + _remove_orphans()


def _remove_orphans() -> int:
    folder = Path(settings.MEDIA_ROOT) / "copies"
    before = (timezone.now() - timedelta(days=1)).timestamp()
    kept = DataCopy.objects.exclude(state__in=[DataCopy.State.GONE, DataCopy.State.FAILED])
    known = set(kept.values_list("key", flat=True))
    old = [
        path
        for path in folder.glob("*.zip")
        if path.stem not in known and path.stat().st_mtime < before
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _write(row: DataCopy) -> int:
    """Write the whole zip; returns its bytes. Another worker's half of it is written over."""
    row.path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    descriptor = os.open(row.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with (
        os.fdopen(descriptor, "wb") as file,
        zipfile.ZipFile(file, "w", compression=zipfile.ZIP_DEFLATED) as archive,
    ):
        for language, name in (("en", "README.txt"), ("fr", "LISEZ-MOI.txt")):
            with translation.override(language):
                archive.writestr(name, "\r\n".join(_explained()) + "\r\n")
        for part in parts():
            with archive.open(f"data/{part.part}.json", "w", force_zip64=True) as entry:
                _write_rows(entry, part, row.person)
        missing = [path for path in _write_files(archive, row.person) if path]
        if missing:
            archive.writestr(MISSING, "\n".join([*_about_missing(), "", *missing, ""]))
    return row.path.stat().st_size


def parts() -> list[Declared]:
    """Return what has a part in a copy, in the order of the parts' names."""
    return sorted(
        (row for row in personal.declared().values() if row.whose), key=lambda row: row.part
    )


def _write_rows(entry: IO[bytes], part: Declared, person: Person) -> None:
    columns = [column for column in part.fields() if part.in_copy(column)]
    names = [*(column.name for column in columns), *part.within]
    paths: list[Any] = [*(column.attname for column in columns), *map(KT, part.within.values())]
    rows = part.rows(person.pk).values_list(*paths).distinct()
    entry.write(b"[")
    for number, values in enumerate(rows.iterator(chunk_size=500)):
        known = dict(zip(names, values, strict=True))
        text = json.dumps(known, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        entry.write((",\n" if number else "\n").encode() + text.encode())
    entry.write(b"\n]\n")


def _write_files(archive: zipfile.ZipFile, person: Person) -> Iterator[str]:
    """Write the files of every app, one at a time; yields those that aren't where they should."""
    for folder, (_about, give) in personal.all_files().items():
        for name, content in give(person):
            path = f"{folder}/{name}"
            if isinstance(content, bytes):
                archive.writestr(path, content)
                continue
            try:
                source = content.open("rb")
            except OSError:
                yield path
                continue
            with source, archive.open(path, "w", force_zip64=True) as entry:
                while chunk := source.read(CHUNK):
                    entry.write(chunk)


def _about_missing() -> list[str]:
    """Say in both languages that something couldn't be copied."""
    lines = []
    for language in ("en", "fr"):
        with translation.override(language):
            lines.append(_("These files of yours couldn’t be read. Write to us, please."))
    return lines


def _explained() -> Iterator[str]:
    """Explain the whole, each part and each field, in the language of the moment."""
    yield _("Your data")
    yield ""
    yield _(
        "This is a copy of what this site keeps about you. The folder data has one file for each "
        "kind of thing, in JSON, which programs can read; the other folders hold your files. Days "
        "are written year first, times are in UTC, and null means that there is nothing."
    )
    yield _(
        "What is somebody else’s is left out: names of staff and mentors, and whatever would tell "
        "about another person. What staff wrote about you is in it."
    )
    for part in parts():
        yield from ("", f"data/{part.part}.json", str(part.said))
        for column in part.fields():
            if part.in_copy(column):
                yield f"    {column.name}: {words_of(column)}"
            elif column.name in part.left_out:
                left_out = _("left out: %(why)s") % {"why": part.why_not(column)}
                yield f"    {column.name}: {left_out}"
        for name in part.within:
            yield f"    {name}: {WORDS[name]}"
    for folder, (about, _give) in personal.all_files().items():
        yield from ("", f"{folder}/", str(about))


def latest(person: Any) -> DataCopy | None:
    """Return what a person asked for last, for their page."""
    return DataCopy.objects.visible_to(person).first()
