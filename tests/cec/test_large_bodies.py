"""A large body is never read for a stranger, whatever page it is sent to (D1)."""

import io

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cec.uploads import MOST_BYTES
from tests import factories

pytestmark = pytest.mark.django_db

HEAD = (
    b'--xxx\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
    b"Content-Type: application/pdf\r\n\r\n%PDF-1.7"
)


class Body(io.RawIOBase):
    """A form with one file, as long as it says; it counts what is read of it."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size, self.given = size, 0

    def read(self, size: int = -1) -> bytes:
        size = min(65_536 if size < 0 else size, self.size - self.given)
        chunk = (b"" if self.given else HEAD)[:size].ljust(size, b"x")
        self.given += size
        return chunk


def post(client: Client, url: str, size: int, declared: str = "") -> tuple[HttpResponse, int]:
    """Send it; return the answer and how many bytes were read."""
    body = Body(size)
    response = client.generic(
        "POST",
        url,
        **{
            "CONTENT_TYPE": "multipart/form-data; boundary=xxx",
            "CONTENT_LENGTH": declared or str(size),
            "wsgi.input": body,
        },
    )
    return response, body.given


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 200_000_000])
def test_nothing_of_a_strangers_large_body_is_read(client, size):
    response, given = post(client, reverse("account_login"), size)

    assert response.status_code == 413
    assert "This file is too large" in response.text
    assert given == 0


def test_what_a_form_might_have_is_read_so_that_the_browser_sees_the_answer(client):
    response, given = post(client, reverse("account_login"), 5_000_000)

    assert response.status_code == 413
    assert given == 5_000_000


def test_a_small_body_is_for_the_page_to_judge(client):
    response, given = post(client, reverse("account_login"), 500_000)

    assert response.status_code != 413
    assert given == 500_000


def test_so_is_any_body_of_somebody_who_is_signed_in(client):
    row = factories.registration()
    client.force_login(row.person)

    response, given = post(client, reverse("record_import", args=[row.pk]), 3_000_000)

    assert response.status_code == 422
    assert given == 3_000_000


def test_a_made_up_session_helps_nobody(client):
    client.cookies["sessionid"] = "x" * 32

    response, given = post(client, reverse("account_login"), 200_000_000)

    assert (response.status_code, given) == (413, 0)


@pytest.mark.parametrize("declared", ["many", "-1"])
def test_a_length_that_is_none_is_no_body(client, declared):
    response, _given = post(client, reverse("account_login"), 100, declared)

    assert response.status_code < 500
