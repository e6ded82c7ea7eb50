"""Migrating a large database: what takes long is let be, and what broke off is begun again (I6)."""

import os
import subprocess
import sys

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.migrations.state import ProjectState

from cec.index_anew import AddIndexAnew

ASK = "import django; django.setup(); from django.conf import settings; "
ASK += "print(settings.DATABASES['default']['OPTIONS']['options'])"


@pytest.mark.django_db(transaction=True)
def test_an_index_that_a_try_before_has_left_is_made_anew():
    state = ProjectState.from_apps(apps)
    index = models.Index(fields=["kind", "at"], name="event_by_kind")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'event_by_kind'::regclass::oid")
        before = cursor.fetchone()

    with connection.schema_editor(atomic=False) as editor:
        AddIndexAnew("event", index).database_forwards("registrations", editor, state, state)

    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_class WHERE relname = 'event_by_kind'")
        assert cursor.fetchone() != before
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("5s",)


@pytest.mark.parametrize(("owner", "limit"), [("", 30000), ("postgresql://cec@localhost/cec", 0)])
def test_what_the_owner_s_role_does_is_not_ended_after_half_a_minute(owner, limit):
    told = {"DJANGO_SETTINGS_MODULE": "cec.settings", "DEBUG": "1"}
    told |= {"DATABASE_URL": "postgresql://cec_app@localhost/cec", "DATABASE_OWNER_URL": owner}

    said = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=settings.BASE_DIR,
        env={**os.environ, "REDIS_URL": "redis://localhost/0", **told},
        capture_output=True,
        check=True,
        text=True,
    )

    assert f"statement_timeout={limit} " in said.stdout
    assert "lock_timeout=5000 " in said.stdout
