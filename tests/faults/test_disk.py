"""The disk of the files is full, read-only or gone (reliability I3)."""

import subprocess
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from activities.models import Activity, Evidence
from cec.models import StoredFile
from tests import factories as make
from tests.activities.pages import at, full, text
from tests.cec.hostile_files import GOOD

pytestmark = pytest.mark.django_db

MESSAGE = "We can’t keep files just now"


@pytest.fixture
def tmpfs(tmp_path):
    """A disk of one megabyte, which root alone can make."""
    folder = tmp_path / "media"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "cec-test", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"no small disk to fill: mounting isn’t allowed here ({made.stderr.strip()})")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(folder: Path) -> None:
    """Write until not a byte more has room."""
    with (folder / "filling").open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


def as_read_only(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)


def files_in(folder):
    return {path for path in folder.rglob("*") if path.is_file()} if folder.is_dir() else set()


def log_with_a_file(client, row, title="Kept without its file"):
    file = SimpleUploadedFile("card.pdf", GOOD["card.pdf"])
    said = full("PD-F", title=title) | {"files": [file]}
    return client.post(at("activity_add", row), said, follow=True)


@pytest.mark.parametrize("trouble", [fill, as_read_only])
def test_an_upload_is_refused_and_everything_else_works(trouble, tmpfs, client, settings):
    settings.MEDIA_ROOT, settings.DEBUG = tmpfs, True
    make.swept()
    row = make.registration()
    client.force_login(row.person)
    log_with_a_file(client, row, "Kept with its file")
    kept = Evidence.objects.get()
    ready_before = client.get("/readyz").content
    trouble(tmpfs)
    before = files_in(tmpfs)

    page = log_with_a_file(client, row)

    assert page.status_code == 200
    assert MESSAGE in text(page)
    assert list(Evidence.objects.all()) == [kept]
    assert StoredFile.objects.count() == 1
    assert files_in(tmpfs) == before
    assert Activity.objects.count() == 2
    pages = [
        at("activities", row),
        reverse("start"),
        at("evidence_file", row, kept.activity_id, kept.pk),
    ]
    assert [client.get(page, follow=True).status_code for page in pages] == [200] * 3
    assert (ready_before, client.get("/readyz").content) == (b"ok\n", b"media\n")


def test_a_folder_that_is_gone_is_the_same(client, settings, tmp_path):
    """A file stands where it was, so that nobody can make it anew, root neither."""
    settings.MEDIA_ROOT, settings.DEBUG = tmp_path / "media", True
    settings.MEDIA_ROOT.write_text("")
    make.swept()
    row = make.registration()
    client.force_login(row.person)

    page = log_with_a_file(client, row)

    assert page.status_code == 200
    assert MESSAGE in text(page)
    assert not StoredFile.objects.exists()
    assert Activity.objects.count() == 1
    assert client.get("/readyz").content == b"media\n"
