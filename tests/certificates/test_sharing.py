"""The holder's choice of what others see of a certificate (F6, K4)."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from activities.models import Activity
from cec.problems import Refused
from certificates import correcting
from certificates.models import Sharing
from certificates.public import sharing
from certificates.transcript import public_rows
from registrations.models import Event
from tests import factories
from tests.certificates import records
from tests.certificates.editions import revoke
from tests.certificates.pages import address, link, page, queries_of, signed_in
from tests.races import at_once

pytestmark = pytest.mark.django_db

NOTHING = {"points": False, "transcript": False, "newest_edition": True}


@pytest.fixture
def certificate():
    return records.issued(factories.person("Nadia Kowalchuk"))


def post(client, certificate, *boxes: str):
    url = address("certificate_sharing", certificate.registration_id)
    return client.post(url, dict.fromkeys(boxes, "on"), follow=True)


def events(certificate):
    return Event.objects.filter(registration=certificate.registration_id, kind="sharing")


class TestTheChoice:
    def test_shows_nothing_before_somebody_makes_it(self, client, certificate):
        title = Activity.objects.filter(credits__registration=certificate.registration_id).first()

        text = client.get(link(certificate)).text

        assert Sharing.of(certificate.registration).chosen == NOTHING | {"badge": False}
        assert "at least 120" in text
        assert title.title not in text
        assert "What it was earned with" not in text

    def test_is_made_by_the_holder_and_noted(self, client, certificate):
        signed_in(client, certificate.registration.person)

        response = post(client, certificate, "points", "newest_edition")

        row = Sharing.objects.get(registration=certificate.registration_id)
        assert row.points
        assert row.newest_edition
        assert not row.transcript
        assert "Saved. Others see what you chose." in response.text
        assert [event.details for event in events(certificate)] == [{"points": True}]
        assert events(certificate).get().actor == certificate.registration.person

    def test_from_a_page_of_before_a_new_name_leads_nobody_to_it(self, client, certificate):
        signed_in(client, certificate.registration.person)
        page_before = page(client, "certificate", certificate.registration_id)
        correcting.correct(
            certificate, by=factories.administrator(), name="Nadia Roy", reason="A new name."
        )

        stale = {"seen": "1", "points": "on", "newest_edition": "on"}
        url = address("certificate_sharing", certificate.registration_id)
        response = client.post(url, stale, follow=True)

        assert 'name="seen" value="1"' in page_before
        assert "Something changed meanwhile. Look at it as it is now." in response.text
        row = Sharing.objects.get(registration=certificate.registration_id)
        assert not any(row.chosen.values())
        client.post(url, stale | {"seen": "2"})
        row.refresh_from_db()
        assert row.newest_edition

    def test_is_taken_back_as_easily(self, client, certificate):
        signed_in(client, certificate.registration.person)
        post(client, certificate, "points", "transcript", "newest_edition")

        post(client, certificate)

        row = Sharing.objects.get(registration=certificate.registration_id)
        assert not any(row.chosen.values())
        assert events(certificate).last().details == {
            "points": False,
            "transcript": False,
            "newest_edition": False,
        }

    def test_that_changes_nothing_is_not_noted(self, client, certificate):
        signed_in(client, certificate.registration.person)

        for _ in range(2):
            post(client, certificate, "newest_edition")
            post(client, certificate, "points", "newest_edition")
            post(client, certificate, "points", "newest_edition")

        assert events(certificate).count() == 3

    def test_is_nobody_else_s(self, client, certificate):
        office = factories.administrator()
        stranger = factories.person()

        answers = [
            post(signed_in(client, who), certificate, "points").status_code
            for who in (office, stranger)
        ]

        assert answers == [403, 404]
        with pytest.raises(PermissionDenied):
            sharing.choose(certificate.registration, by=office, points=True)
        assert not Sharing.objects.exists()

    def test_needs_a_certificate(self, client):
        row = records.accepted()

        with pytest.raises(Refused, match="no certificate to show"):
            sharing.choose(row, by=row.person, points=True)
        text = signed_in(client, row.person).post(
            address("certificate_sharing", row.pk), {"points": "on"}, follow=True
        )

        assert "There is no certificate to show yet." in text.text
        assert not Sharing.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_made_twice_at_once_is_one_row_and_one_line(self):
        row = records.issued().registration
        connection.close()

        answers = at_once(
            [lambda: sharing.choose(row, by=row.person, points=True) for _ in range(8)]
        )

        assert sorted(answers) == [False] * 7 + [True]
        assert Sharing.objects.count() == 1
        assert Event.objects.filter(registration=row, kind="sharing").count() == 1


class TestThePage:
    def test_shows_the_choice_and_what_others_see(self, client, certificate):
        signed_in(client, certificate.registration.person)
        post(client, certificate, "transcript")

        text = page(client, "certificate", certificate.registration_id)

        assert 'name="transcript"' in text
        assert 'id="id_sharing_transcript" checked' in text
        assert 'id="id_sharing_points" checked' not in text
        assert f'href="http://127.0.0.1:8000{link(certificate)}"' in text
        assert "See what others see" in text

    def test_has_a_link_that_fills_linkedin_s_form(self, client, certificate):
        signed_in(client, certificate.registration.person)

        text = page(client, "certificate", certificate.registration_id)
        url = sharing.linkedin_url(certificate)

        query = parse_qs(urlsplit(url).query)
        assert url.startswith("https://www.linkedin.com/profile/add?")
        assert url.replace("&", "&amp;") in text
        assert 'rel="external noopener noreferrer"' in text
        assert query == {
            "startTask": ["CERTIFICATION_NAME"],
            "name": [certificate.facts["title_en"]],
            "organizationName": [certificate.facts["issuer_en"]],
            "issueYear": [str(certificate.issued_on.year)],
            "issueMonth": [str(certificate.issued_on.month)],
            "certUrl": [f"http://127.0.0.1:8000{link(certificate)}"],
            "certId": [certificate.serial],
        }

    def test_of_a_revoked_certificate_leads_to_no_other_site(self, client, certificate):
        revoke(certificate)

        text = page(
            signed_in(client, certificate.registration.person),
            "certificate",
            certificate.registration_id,
        )

        assert "linkedin" not in text.lower()


class TestTheTranscript:
    def test_shows_day_title_type_and_points_of_what_counted(self, client):
        registration = records.finished()
        day = registration.years.first().starts_on
        factories.activity(registration, "PD-F", hours="8", on=day, title="A <b>first</b> course")
        factories.activity(registration, "STUDY", on=day, title="Secret plan", planned=True)
        certificate = records.issued_from(registration)
        Sharing.objects.create(registration=registration, transcript=True)

        registration.refresh_from_db()
        text = client.get(link(certificate), headers={"accept-language": "en"}).text
        rows = [row for year in public_rows(registration) for row in year.rows]

        assert "A &lt;b&gt;first&lt;/b&gt; course" in text
        assert "Secret plan" not in text
        assert "what its holder chose to show" in text
        assert sum(row.counted for row in rows) == 120
        assert [row.day for row in rows] == sorted(row.day for row in rows)
        assert rows[0].counted == 16
        assert {row.counted for row in rows if row.type == rows[0].type} == {16, 4, 20}

    def test_leaves_out_what_counted_nothing(self):
        registration = records.finished()
        day = registration.years.first().ends_on
        factories.activity(registration, "PD-F", hours="8", on=day, title="Over the limit")
        records.issued_from(registration)
        registration.refresh_from_db()

        titles = [row.title for year in public_rows(registration) for row in year.rows]

        assert "Over the limit" not in titles
        assert len(titles) == 6

    def test_goes_with_the_certificate(self, client, certificate):
        Sharing.objects.create(registration=certificate.registration, transcript=True)
        revoke(certificate)

        text = client.get(link(certificate)).text

        assert "What it was earned with" not in text
        assert "what its holder chose to show" not in text

    def test_costs_the_same_queries_for_more_entries(self, client):
        few = records.issued()
        registration = records.finished()
        for _ in range(5):
            factories.activity(registration, "PUB-I", on=registration.starts_on)
        many = records.issued_from(registration)
        for row in (few, many):
            Sharing.objects.create(registration=row.registration, transcript=True)
        client.get(link(few))

        assert queries_of(lambda: client.get(link(many))) == queries_of(
            lambda: client.get(link(few))
        )
