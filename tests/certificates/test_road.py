"""The whole road at once: its history, its mails, both languages, and what its pages cost."""

import pytest

from cec import work
from cec.celery import app
from cec.models import OutgoingMail
from certificates import completion, making
from certificates.models import Certificate
from registrations.models import Registration
from tests import factories
from tests.certificates import records
from tests.certificates.pages import address, page, queries_of, signed_in

pytestmark = pytest.mark.django_db


class TestQueries:
    @pytest.mark.parametrize(
        ("name", "stage", "role"),
        [
            ("reviews", records.turned_in, factories.steering),
            ("issuing", records.accepted, factories.administrator),
            ("issued", records.issued, factories.administrator),
        ],
    )
    def test_of_a_list_do_not_grow_with_its_rows(self, client, name, stage, role):
        signed_in(client, role())
        stage()
        one = queries_of(lambda: page(client, name))
        stage(association_code="OLA")
        stage(association_code="SLA")

        assert queries_of(lambda: page(client, name)) == one

    def test_of_a_review_do_not_grow_with_its_entries(self, client):
        short, long = records.turned_in(), records.finished()
        for _ in range(20):
            factories.activity(long, "PUB-I", hours="1", on=long.starts_on)
        completion.turn_in(long, by=long.person)
        signed_in(client, factories.steering())

        many = queries_of(lambda: page(client, "review", long.pk))
        assert many == queries_of(lambda: page(client, "review", short.pk))

    def test_of_the_confirmation_do_not_grow_with_the_names(self, client):
        signed_in(client, factories.administrator())
        one = records.accepted()
        alone = queries_of(lambda: page(client, "issue", registration=one.pk))
        others = [records.accepted(association_code="OLA"), records.accepted()]
        chosen = [one.pk, *(row.pk for row in others)]

        assert queries_of(lambda: page(client, "issue", registration=chosen)) == alone


class TestInFrench:
    """Every page renders in French too, whatever the catalogue holds."""

    def test_the_pages_of_a_participant(self, client):
        certificate = records.issued()
        making.make_document(certificate.pk)
        waiting = records.finished()

        for registration in (certificate.registration, waiting):
            signed_in(client, registration.person)
            response = client.get(address("certificate", registration.pk, language="fr"))
            assert response.status_code == 200
            assert '<html lang="fr"' in response.content.decode()

    def test_the_pages_of_the_desk(self, client):
        registration = records.turned_in()
        records.accepted()
        records.issued()
        who = factories.steering()
        factories.appoint(who, "administrator")
        signed_in(client, who)

        for name, args in (
            ("reviews", ()),
            ("review", (registration.pk,)),
            ("issuing", ()),
            ("issued", ()),
        ):
            response = client.get(address(name, *args, language="fr"))
            assert response.status_code == 200
            assert '<html lang="fr"' in response.content.decode()


def test_the_letters_are_written_in_the_reader_s_language():
    registration = records.issued(factories.person(language="fr")).registration

    languages = OutgoingMail.objects.filter(person=registration.person).values_list("language")

    assert {row[0] for row in languages} == {"fr"}


def test_the_whole_road_leaves_one_event_for_each_step():
    certificate = records.issued()
    making.make_document(certificate.pk)

    events = certificate.registration.events.values_list("kind", flat=True)
    mails = OutgoingMail.objects.order_by("pk").values_list("kind", flat=True)

    assert list(events) == ["turn_in", "accept", "certify"]
    assert list(mails) == ["record_received", "record_accepted", "certificate_issued"]
    assert Registration.objects.get(pk=certificate.registration_id).status == "certified"
    assert not Certificate.objects.without_document().exists()


def test_the_worker_knows_the_task_and_the_sweep_its_stand_in():
    sweepers = work.sweepers()  # imports every app's tasks, as a worker does

    assert "certificates.tasks.make_waiting_documents" in sweepers
    assert "certificates.make_document" in app.tasks
