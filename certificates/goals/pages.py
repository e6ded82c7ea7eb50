"""Pages as a browser asks for them, against the plainest page for somebody who is signed in."""

from collections.abc import Iterator

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import path, reverse

from cec import urls
from certificates.goals.filling import Filled
from certificates.goals.goal import Result, at_most, in_turns
from registrations.models import Person, Registration

UNIT = "/unit/"


def unit(request: HttpRequest) -> HttpResponse:
    """The unit: one query beside those for the session and the person."""
    own = Registration.objects.filter(person=request.user.pk).first()
    return HttpResponse(str(own and own.pk))


urlpatterns = [path(UNIT[1:], unit), *urls.urlpatterns]


def measure(filled: Filled) -> Iterator[Result]:
    record = reverse("record", args=[filled.registration.pk])
    with override_settings(ROOT_URLCONF=__name__, DEBUG=False, ALLOWED_HOSTS=["testserver"]):
        yield from _page("Dashboard", record, filled.registration.person, most=10)


def _page(name: str, url: str, person: Person, *, most: float) -> Iterator[Result]:
    browser = Client()
    browser.force_login(person)
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(url)
    assert answer.status_code == 200, f"{url} answers {answer.status_code}"
    yield at_most(f"{name}, queries", len(queries), most=10, unit="queries")

    page, plain = in_turns(lambda: browser.get(url), lambda: browser.get(UNIT))
    yield at_most(f"{name}, units", page / plain, most=most, unit="units")
