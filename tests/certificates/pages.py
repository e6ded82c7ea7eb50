"""Looking at pages as somebody: short ways for tests."""

from collections.abc import Callable

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from certificates.models import Certificate
from registrations.models import Person


def address(name: str, *args: int, language: str = "en") -> str:
    with translation.override(language):
        return reverse(name, args=args)


def page(client: Client, name: str, *args: int, **query: object) -> str:
    """The text of a page that must be there."""
    response = client.get(address(name, *args), query)
    assert response.status_code == 200
    return response.content.decode()


def signed_in(client: Client, who: Person) -> Client:
    client.force_login(who)
    return client


def queries_of(call: Callable[[], object]) -> int:
    """How many queries a call makes, but for those that the first one of a process prepares."""
    call()
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def link(certificate: Certificate) -> str:
    """The address in the QR code."""
    return reverse("verify_id", args=[certificate.public_id])


def by_hand(client: Client, serial: str, name: str) -> HttpResponse:
    """Check a certificate by what is printed on it."""
    return client.get(address("verify"), {"serial": serial, "name": name})
