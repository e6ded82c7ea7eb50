"""What every test stands on: the real PostgreSQL with the programs loaded."""

import gc
import logging
import re
import time

import pytest
from django.conf import settings
from django.contrib.auth import user_logged_in
from django.core.management import call_command
from django.db import connection
from django.dispatch import receiver
from django.utils import translation

from cec.logs import JsonLines
from tests.browser.needed import pytest_terminal_summary  # noqa: F401


@receiver(user_logged_in)
def with_both_steps_just_now(user, request, **about):
    """Let `client.force_login` leave what a true sign-in does: both steps, taken just now.

    It signs in with a request that no browser sent.
    """
    if "REQUEST_METHOD" not in request.META:
        taken = [{"method": "password", "at": time.time()}, {"method": "mfa", "at": time.time()}]
        request.session["account_authentication_methods"] = taken
        request.session["account_authentication_methods_user"] = str(user.pk)


def pytest_collection_finish():
    """Let what is loaded stay: looking through it for garbage is a tenth of a run's work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """Load the programs once; let only test databases be emptied (see 0002_keep_history).

    The files of the tests lie in a folder of their own.
    """
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock():
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {name} SET cec.allow_truncate = 'on'")
        connection.close()
        call_command("load_programs", verbosity=0)


@pytest.fixture(autouse=True)
def _programs_after_emptying(request):
    """A test with real transactions starts from empty tables: load the programs again.

    pytest-django runs such tests last, so that the others still find what the session loaded.
    """
    marker = request.node.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction"):
        request.getfixturevalue("transactional_db")
        call_command("load_programs", verbosity=0)


class Secrets(logging.Handler):
    """Listens to everything that the product logs while it is tested (reliability J3)."""

    SECRET = re.compile("velvet otter lamp|read-every-day|csrfmiddlewaretoken|sessionid=|%PDF-1")

    def __init__(self):
        super().__init__()
        self.found = []
        self.setFormatter(JsonLines())

    def emit(self, record):
        """Keep what no log may hold."""
        line = self.format(record)
        if self.SECRET.search(line):
            self.found.append(line)


@pytest.fixture(scope="session")
def _all_logs():
    listening = Secrets()
    for name in (None, "django"):
        logging.getLogger(name).addHandler(listening)
    return listening


@pytest.fixture(autouse=True)
def _no_secret_in_any_log(_all_logs):
    """No password, token, session or file of any test stands in a log."""
    yield
    found, _all_logs.found = _all_logs.found, []
    assert found == []


@pytest.fixture(autouse=True)
def _language_of_the_test_alone():
    """A page asked for in French leaves the thread in French: begin each test anew."""
    translation.deactivate()
    yield
    translation.deactivate()
