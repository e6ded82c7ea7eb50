import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from cec import broker
from tests import factories as make


@pytest.fixture(autouse=True)
def _cheap_hashing(monkeypatch):
    """Passwords are hashed as ever, but for milliseconds: these tests sign in hundreds of times."""
    for name, value in (("time_cost", 1), ("memory_cost", 64), ("parallelism", 1)):
        monkeypatch.setattr(Argon2PasswordHasher, name, value)


@pytest.fixture
def office(client):
    """An administrator, who signed in a moment ago."""
    who = make.administrator()
    client.force_login(who)
    return who


@pytest.fixture
def broker_answers(monkeypatch):
    """The broker is there; no test asks a real one."""
    monkeypatch.setattr(broker, "answers", lambda: True)
