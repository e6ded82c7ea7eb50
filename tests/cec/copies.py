"""An installation with something of everything, and empty ones beside it to restore into."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from activities import evidence
from cec import mail
from cec.files import store
from cec.models import StoredFile
from certificates import making
from certificates.models import Certificate, Sharing
from registrations import proofs, seals
from registrations.models import Person
from tests import factories as make
from tests.cec.hostile_files import GOOD
from tests.certificates import records

PASSWORD = "a library of one’s own"
# What restoring itself writes, or a backup leaves out.
DIFFER = {"cec_outgoingmail", "cec_job", "cec_mailhold", "cec_cache", "django_session"}


@dataclass(frozen=True)
class Filled:
    """Who is in the installation: a holder of a certificate, and somebody with a file."""

    certificate: Certificate
    holder: Person
    learner: Person


def fill(monkeypatch) -> Filled:
    """People, points, money, files, a certificate with its PDF, and a history that is sealed."""
    holder = make.confirmed_address(
        make.person("Nadia Kowalchuk", email="nadia@example.org", password=PASSWORD)
    )
    certificate = records.issued(holder)
    making.make_document(certificate.pk)
    Sharing.objects.create(registration=certificate.registration, badge=True)
    row = make.registration()
    entry = make.activity(row, "PD-I", hours="2.25")
    evidence.add(row, entry, upload("card.pdf"), by=row.person)
    asked = make.registration(status="submitted")
    asked.membership_checks.create(outcome="proof", note="", checked_by=make.representative())
    proofs.upload(asked, upload("card.pdf"), by=asked.person)
    monkeypatch.setattr(seals, "SETTLED_AFTER", seals.timedelta(0))
    assert seals.seal()
    return Filled(certificate, holder, row.person)


def upload(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, GOOD[name])


def some_file(content: bytes = b"%PDF-1.7 of a test") -> StoredFile:
    """A file with its row, of any bytes."""
    kind = store.KINDS["pdf"]
    return store.keep(store.Checked(kind=kind, name="card.pdf", content=content))


def letter(**fields) -> mail.OutgoingMail:
    fields = {"message_id": f"<{mail.OutgoingMail.objects.count()}@test>"} | fields
    return mail.OutgoingMail.objects.create(
        kind="test", to="reader@example.org", subject="Subject", text="Text", **fields
    )


def said_by(command: str, *args: object, **options: object) -> str:
    """Run a command; return what it printed."""
    out = StringIO()
    call_command(command, *args, stdout=out, stderr=out, **options)
    return out.getvalue()


def backed_up(folder: Path, **options: object) -> Path:
    """Make a backup; return its own folder."""
    before = set(folder.iterdir()) if folder.exists() else set()
    said_by("backup", folder, **options)
    (made,) = set(folder.iterdir()) - before
    return made


@contextmanager
def empty_installation(media: Path, name: str = "other") -> Iterator[str]:
    """Use another database, in which nothing is yet, and another folder of files."""
    home = settings.DATABASES["default"]["NAME"]
    place = f"{home}_{name}"
    quoted = connection.ops.quote_name(place)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")
        cursor.execute(f"CREATE DATABASE {quoted}")
    try:
        with at(place), override_settings(MEDIA_ROOT=media):
            yield place
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {quoted}")


@contextmanager
def at(name: str) -> Iterator[None]:
    """Let this process use another database."""
    home = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = home


def contents() -> dict[str, tuple[int, str | None]]:
    """Return each table's rows, and a digest of all that is in them."""
    tables = [name for name in connection.introspection.table_names() if name not in DIFFER]
    found = {}
    with connection.cursor() as cursor:
        for name in sorted(tables):
            cursor.execute(
                f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t"
            )
            found[name] = cursor.fetchone()
    return found


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def rows_without_file() -> int:
    return sum(not store.path_of(row).is_file() for row in StoredFile.objects.all())
