"""The application's role in the database: it works with it, and can't alter the history (J1)."""

from datetime import timedelta

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity
from cec import rights, work
from certificates import making
from certificates.models import Document
from registrations.models import Event
from tests import factories as make
from tests.activities.pages import at, full
from tests.certificates import records

pytestmark = pytest.mark.django_db

NOT_ALLOWED = "42501"  # PostgreSQL's insufficient_privilege; a trigger's refusal is 23001


def as_superuser(*statements: str) -> None:
    """Do what needs the private server's superuser, which the tests' role isn't."""
    where = connection.settings_dict
    with psycopg.connect(
        host=where["HOST"], port=where["PORT"], dbname=where["NAME"], user="postgres"
    ) as server:
        for statement in statements:
            server.execute(statement)


@pytest.fixture
def role():
    """A role that the owner of this database may take on; it lasts, its rights don't."""
    name = f"application_of_{connection.settings_dict['NAME']}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [name]
        )
        owner, exists = cursor.fetchone()
    if not exists:
        as_superuser(f'CREATE ROLE "{name}" LOGIN', f'GRANT "{name}" TO "{owner}"')
    rights.grant(name)
    return name


@pytest.fixture
def _as_application(role):
    """Everything from here on is done as the application's role."""
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{role}"')


def state_of(statement: str) -> str:
    """Return the code of PostgreSQL's refusal, or nothing if it does as it is told."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except Exception as error:
        return error.__cause__.sqlstate
    return ""


def test_what_the_triggers_keep_is_found_in_the_database():
    found = {row.table: row.refused for row in rights.kept()}

    assert found["registrations_event"] == found["registrations_payment"] == "UPDATE, DELETE"
    assert found["activities_entrychange"] == found["certificates_document"] == "UPDATE, DELETE"
    assert found["certificates_certificate"] == "DELETE"  # it is revoked by a change
    assert "registrations_bankline" not in found  # what is done about a line may change


@pytest.mark.usefixtures("_as_application")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registrations_event SET kind = 'another'",
        "DELETE FROM registrations_event",
        "TRUNCATE registrations_event",
        "ALTER TABLE registrations_event DISABLE TRIGGER USER",
        "DROP TRIGGER keep_history ON registrations_event",
        "CREATE OR REPLACE FUNCTION cec_keep_history() RETURNS trigger LANGUAGE sql AS ''",
        "UPDATE activities_entrychange SET id = id",
        "DELETE FROM certificates_certificate",
        "TRUNCATE registrations_person CASCADE",
        "CREATE TABLE mine (id int)",
        "DROP TABLE registrations_seal",
        "DELETE FROM django_migrations",
        "SET session_replication_role = 'replica'",
    ],
)
def test_the_history_and_what_keeps_it_are_out_of_reach(statement):
    assert state_of(statement) == NOT_ALLOWED


@pytest.mark.parametrize(
    "statement",
    ["ALTER TABLE registrations_event DISABLE TRIGGER USER", "CREATE TABLE mine (id int)"],
)
def test_the_owner_is_who_has_these_rights(role, statement):
    assert state_of(statement) == ""


@pytest.mark.usefixtures("_as_application")
def test_an_activity_is_logged_and_deleted_with_its_history(client):
    registration = make.registration()
    client.force_login(registration.person)

    client.post(at("activity_add", registration), full())
    activity = Activity.objects.get()
    client.post(at("activity_delete", registration, activity.pk))

    activity.refresh_from_db()
    assert [change.kind for change in activity.changes.all()] == ["deleted"]


@pytest.mark.usefixtures("_as_application")
def test_a_membership_is_confirmed_by_the_committee(client):
    registration = make.registration(status="submitted")
    client.force_login(make.representative("MLA"))
    until = timezone.localdate() + timedelta(days=200)

    client.post(
        reverse("desk_membership", args=[registration.pk]),
        {"outcome": "confirmed", "good_until": until.isoformat()},
    )

    assert registration.events.filter(kind="confirmed").exists()


@pytest.mark.usefixtures("_as_application")
def test_a_certificate_is_issued_made_and_found():
    certificate = records.issued()

    making.make_document(certificate.pk)

    assert Document.objects.filter(certificate=certificate).exists()
    assert Event.objects.filter(kind="certify").exists()


@pytest.mark.usefixtures("_as_application")
def test_all_that_runs_by_itself_runs():
    failed = {name: said for name, said in work.sweep().items() if isinstance(said, Exception)}

    assert failed == {}


def test_a_table_that_comes_later_is_open_to_the_role(role):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE later (id int)")
        cursor.execute(f'SET LOCAL ROLE "{role}"')

    assert state_of("INSERT INTO later VALUES (1)") == ""


def test_what_erasing_may_write_over_is_open_and_nothing_beside_it(role):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE told (said text, name text, at int);"
            "CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE ON told"
            " FOR EACH ROW EXECUTE FUNCTION cec_keep_history('said', 'name')"
        )
    rights.grant(role)
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{role}"')

    assert state_of("UPDATE told SET said = '', name = ''") == ""
    assert state_of("UPDATE told SET at = 1") == NOT_ALLOWED
    assert state_of("DELETE FROM told") == NOT_ALLOWED


def test_a_role_that_could_help_itself_is_refused(role):
    owner = connection.settings_dict["USER"]

    for mighty in ("postgres", owner, "nobody_of_this_name"):
        with pytest.raises(rights.TooMighty):
            rights.grant(mighty)


def test_the_command_takes_the_role_from_the_address(role, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://{role}:secret@localhost/cec")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://cec@localhost/cec")

    call_command("grant_rights")

    assert f"{role} reads and writes" in capsys.readouterr().out


def test_without_two_roles_the_command_says_what_it_needs(monkeypatch):
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)

    with pytest.raises(CommandError, match="Set DATABASE_URL and DATABASE_OWNER_URL"):
        call_command("grant_rights")
