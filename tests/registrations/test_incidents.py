"""The register of confidentiality incidents: kept in versions, for administrators alone (K4)."""

import io
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, IntegrityError, connection, transaction
from django.urls import reverse
from openpyxl import load_workbook

from cec.problems import Refused
from registrations import incidents
from registrations.models import Event, Incident, IncidentAccount
from tests import factories as make
from tests.registrations.kept import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(office):
    return incidents.open_incident(by=office, form_key=uuid4(), **told())


class TestEntering:
    def test_keeps_what_is_known_and_by_whom_and_tells_the_history(self, client, office):
        given = {name: value or "" for name, value in told().items()} | {"form_key": str(uuid4())}

        answers = [client.post(reverse("incident_add"), given) for _click in range(2)]

        row = Incident.objects.get()
        assert [answer.url for answer in answers] == [reverse("incident", args=[row.pk])] * 2
        account = row.accounts.get()
        assert (account.version, account.written_by, account.people) == (1, office, 12)
        assert Event.objects.get(kind="incident_kept").details == {
            "incident": row.pk,
            "version": 1,
        }

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"what": ""}, "what"),
            ({"people_in_quebec": "13"}, "people_in_quebec"),
            ({"risk": "serious", "risk_why": ""}, "risk_why"),
            ({"found_on": "2099-01-01"}, "found_on"),
        ],
    )
    def test_says_what_is_missing_or_does_not_fit(self, client, office, wrong, field):
        given = {name: value or "" for name, value in told().items()} | wrong

        page = client.post(reverse("incident_add"), given)

        assert page.status_code == 422
        assert field in page.context["form"].errors
        assert not Incident.objects.exists()

    def test_says_in_words_of_its_own_what_is_missing(self, client, office):
        given = {"form_key": str(uuid4()), "risk": "unknown"}

        answer = client.post(reverse("incident_add"), given)

        said = [error for errors in answer.context["form"].errors.values() for error in errors]
        assert "Say what happened, as far as is known." in said
        assert "This field is required." not in said

    def test_is_for_administrators_alone(self, client):
        client.force_login(make.steering())

        for name in ("incidents", "incident_add"):
            assert client.get(reverse(name)).status_code == 403
        with pytest.raises(PermissionDenied):
            incidents.open_incident(by=make.steering(), form_key=uuid4(), **told())


class TestTellingAnew:
    def test_makes_another_version_and_keeps_the_former(self, client, office, incident):
        given = {name: value or "" for name, value in told(measures="Passwords changed").items()}

        client.post(reverse("incident", args=[incident.pk]), given | {"seen": 1})

        (newest, changed), (first, _nothing) = incidents.history(incident)
        assert (newest.version, first.version) == (2, 1)
        assert (newest.measures, first.measures) == ("Passwords changed", "")
        assert changed == ["what was done about it"]

    def test_twice_is_once(self, office, incident):
        for _click in range(2):
            incidents.change(incident, by=office, seen=1, **told(measures="More"))

        assert incident.accounts.count() == 2

    def test_is_refused_when_somebody_else_was_first(self, client, office, incident):
        incidents.change(incident, by=office, seen=1, **told(measures="More"))

        with pytest.raises(Refused, match="Somebody changed this"):
            incidents.change(incident, by=office, seen=1, **told(measures="Other"))
        given = {name: value or "" for name, value in told(measures="Other").items()}
        page = client.post(reverse("incident", args=[incident.pk]), given | {"seen": 1})

        assert page.status_code == 409
        assert incident.accounts.count() == 2

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE registrations_incidentaccount SET what = ''",
            "DELETE FROM registrations_incidentaccount",
        ],
    )
    def test_changes_no_version_nor_removes_one(self, incident, statement):
        with (
            pytest.raises(Error, match="history is kept"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [
            ({"people": 1, "people_in_quebec": 2}, "people_in_quebec_are_some_of_all"),
            ({"risk": "serious", "risk_why": ""}, "risk_is_assessed_with_a_reason"),
            ({"version": 1}, "incident_is_told_once_per_version"),
        ],
    )
    def test_what_must_never_be_is_refused_by_the_database(
        self, office, incident, fields, constraint
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            IncidentAccount.objects.create(
                incident=incident, written_by=office, **{"version": 2} | told(**fields)
            )


def test_the_register_lists_each_incident_as_it_is_now(client, office, incident):
    incidents.change(incident, by=office, seen=1, **told(what="Nothing after all"))
    incidents.open_incident(by=office, form_key=uuid4(), **told(what="Another"))

    rows = client.get(reverse("incidents")).context["page"].rows

    assert [row.what for row in rows] == ["Another", "Nothing after all"]


def test_the_register_is_handed_over_whole_and_that_is_noted(client, office, incident):
    incidents.change(incident, by=office, seen=1, **told(what="=1+1"))

    answer = client.post(reverse("incidents_export"))

    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    whats = [row[4] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert whats == ["A list went to a wrong address.", "=1+1"]
    assert sheet.cell(3, 5).data_type == "s"
    assert Event.objects.get(kind="exported").details == {"list": "incidents", "rows": 2}
