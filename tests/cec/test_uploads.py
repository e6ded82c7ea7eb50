"""An upload beyond all limits is read but not kept, wherever it is sent."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.urls import reverse

from cec.uploads import MOST_BYTES, clean_file_name
from tests import factories as make

TOO_MUCH = MOST_BYTES + 3 * 1024 * 1024


def test_each_file_is_cut_off_and_the_next_one_is_whole():
    request = RequestFactory().post(
        "/", {"huge": io.BytesIO(b"x" * TOO_MUCH), "small": io.BytesIO(b"12345")}
    )

    kept = request.FILES

    assert kept["huge"].size == MOST_BYTES
    assert kept["small"].read() == b"12345"
    for file in kept.values():
        file.close()


@pytest.mark.django_db
def test_the_owner_of_a_huge_file_reads_why_it_is_not_taken(client):
    row = make.registration()
    client.force_login(row.person)
    file = SimpleUploadedFile("record.xlsx", b"PK\x03\x04" + b"x" * TOO_MUCH)

    answer = client.post(reverse("record_import", args=[row.pk]), {"file": file})

    assert answer.status_code == 422
    assert "larger than 5 MB" in answer.text
    assert not row.imports.exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("record.xlsx", "record.xlsx"),
        (r"C:\fakepath\my record.xlsx", "my record.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\nc\u202exslx.xlsx", "abcxslx.xlsx"),
        ('"><script>.xlsx', "script.xlsx"),
        ("x" * 300 + ".xlsx", "x" * 145 + ".xlsx"),
        ("", "record.xlsx"),
        ("\u200b", "record.xlsx"),
        ("registre d’apprentissage – été.xlsx", "registre d’apprentissage – été.xlsx"),
    ],
)
def test_a_file_name_is_shown_without_what_could_do_harm(name, shown):
    assert clean_file_name(name, "record.xlsx") == shown
