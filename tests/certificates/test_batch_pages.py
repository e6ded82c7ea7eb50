"""The administrators' way from the ready list over the proof sheet to the batch."""

import re
import uuid

import pytest
from django.utils import timezone

from cec import claims
from cec.health import Heartbeat
from certificates import batches, issuing, making
from certificates.models import Batch, Certificate
from certificates.wordings.preview import SPECIMEN
from registrations.models import Program, Registration
from tests import factories
from tests.certificates import editions, records
from tests.certificates.batching import confirmed, progress, what_became
from tests.certificates.pages import address, page, queries_of, signed_in
from tests.certificates.printed import read

pytestmark = pytest.mark.django_db

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def form_of(text: str) -> dict[str, str]:
    """What the proof sheet's form holds."""
    fields = dict(HIDDEN.findall(text))
    return {name: fields[name] for name in ("form_key", "seen", "registrations")}


@pytest.fixture
def administrator(client):
    who = factories.administrator()
    signed_in(client, who)
    return who


@pytest.mark.usefixtures("administrator")
class TestTheProofSheet:
    def test_shows_the_names_before_anything_is_issued(self, client):
        one, other = records.accepted(), records.accepted()

        single = page(client, "issue", registration=one.pk)
        whole = page(client, "issue", all=1)

        assert one.person.name in single
        assert other.person.name not in single
        assert one.person.name in whole
        assert other.person.name in whole
        assert "120 points" in single.replace("\xa0", " ")
        assert one.association.name in single
        assert not Batch.objects.exists()

    def test_all_that_are_ready_can_be_those_of_an_association_or_a_program(self, client):
        ours, theirs = records.accepted(), records.accepted(association_code="OLA")

        listed = page(client, "issuing", association="OLA")
        sheet = page(client, "issue", all=1, association="OLA")
        of_program = page(client, "issue", all=1, program="partnership-cec")
        nonsense = page(client, "issue", all=1, association="NOWHERE")

        assert "all=1" in listed
        assert "association=OLA" in listed
        assert ours.person.name not in listed
        assert form_of(sheet)["registrations"] == str(theirs.pk)
        assert form_of(of_program)["registrations"] == f"{ours.pk}.{theirs.pk}"
        assert form_of(nonsense)["registrations"] == f"{ours.pk}.{theirs.pk}"

    def test_confirming_makes_a_batch_and_answers_at_once(self, client):
        one, other, unasked = records.accepted(), records.accepted(), records.accepted()
        sheet = page(client, "issue", registration=[one.pk, other.pk])

        response = client.post(address("issue"), form_of(sheet), follow=True)

        batch = Batch.objects.get()
        assert response.request["PATH_INFO"] == address("batch", batch.pk)
        assert "2 certificates" in response.text
        assert set(what_became(batch)) == {one.pk, other.pk}
        assert not Certificate.objects.exists()
        batches.issue_waiting()
        unasked.refresh_from_db()
        assert Certificate.objects.count() == 2
        assert unasked.status == "accepted"

    def test_a_second_click_is_the_same_batch(self, client):
        row = records.accepted()
        form = form_of(page(client, "issue", registration=row.pk))
        first = client.post(address("issue"), form)
        batches.issue_waiting()

        second = client.post(address("issue"), form)

        assert first.url == second.url
        assert Batch.objects.count() == 1
        assert Certificate.objects.count() == 1

    def test_whoever_is_ticked_is_left_out_and_said_to_be(self, client):
        one, other = records.accepted(), records.accepted()
        form = form_of(page(client, "issue", all=1))

        client.post(address("issue"), form | {"leave_out": [other.pk, "x", "9" * 30]})

        batch = Batch.objects.get()
        assert what_became(batch) == {
            one.pk: ("waiting", ""),
            other.pk: ("left_out", ""),
        }
        assert "Left out on the proof sheet." in page(client, "batch", batch.pk)

    def test_leaving_everybody_out_makes_no_batch(self, client):
        row = records.accepted()
        form = form_of(page(client, "issue", all=1))

        response = client.post(address("issue"), form | {"leave_out": [row.pk]})

        assert response.status_code == 422
        assert "Choose whose certificates" in response.text
        assert not Batch.objects.exists()

    def test_a_sheet_that_is_no_longer_true_is_shown_anew(self, client):
        row = records.accepted(factories.person("Nadia Kowalchuk"))
        form = form_of(page(client, "issue", all=1))
        row.person.name = "Nadia Somebody"
        row.person.save()

        response = client.post(address("issue"), form)

        assert response.status_code == 409
        assert "Something changed meanwhile" in response.text
        assert "Nadia Somebody" in response.text
        assert not Batch.objects.exists()

    def test_a_name_that_can_not_be_printed_is_left_out_with_the_character(self, client):
        row = records.accepted()
        row.person.name = "Mei 李"
        row.person.save()

        listed = page(client, "issuing")
        sheet = page(client, "issue", all=1)

        assert "李" in listed
        assert "1 person is left out" in sheet
        assert "李" in sheet
        assert 'name="registrations"' not in sheet

    def test_one_whose_membership_ended_meanwhile_is_left_out(self, client):
        row = records.accepted()
        row.membership_checks.create(outcome="lapsed", checked_by=factories.person())

        sheet = page(client, "issue", registration=row.pk)

        assert "good standing" in sheet
        assert 'name="registrations"' not in sheet

    @pytest.mark.parametrize("ids", [[], ["x"], ["-1"], ["9" * 30], ["0"], ["١"]])
    def test_nonsense_chooses_nobody(self, client, ids):
        records.accepted()
        form = {"form_key": str(uuid.uuid4()), "seen": "x", "registrations": ".".join(ids)}

        asked = client.get(address("issue"), {"registration": ids})
        posted = client.post(address("issue"), form)

        assert (asked.status_code, posted.status_code) == (302, 302)
        assert not Batch.objects.exists()

    def test_who_is_being_issued_is_not_offered_again(self, client, administrator):
        row = records.accepted()
        batch = confirmed(row, by=administrator)

        listed = page(client, "issuing")

        assert "Being issued" in listed
        assert address("batch", batch.pk) in listed
        assert f'value="{row.pk}"' not in listed
        assert "that is ready" not in listed

    def test_its_queries_do_not_grow_with_the_rows(self, client):
        records.accepted()
        one = queries_of(lambda: page(client, "issue", all=1))
        for _ in range(2):
            records.accepted(association_code="OLA")

        three = queries_of(lambda: page(client, "issue", all=1))

        assert one == three


class TestOnesOwn:
    def test_an_administrators_own_is_left_to_another(self, client, administrator):
        own, other = records.accepted(administrator), records.accepted()

        listed = page(client, "issuing")
        everyone = page(client, "issue", all=1)
        chosen = page(client, "issue", registration=[own.pk, other.pk])

        assert "Yours: somebody else issues it" in listed
        assert form_of(everyone)["registrations"] == str(other.pk)
        assert form_of(chosen)["registrations"] == str(other.pk)
        assert "Somebody else has to issue this one." in chosen

    def test_a_form_that_names_it_nevertheless_is_refused(self, client, administrator):
        own, other = records.accepted(administrator), records.accepted()
        form = form_of(page(client, "issue", all=1))

        response = client.post(address("issue"), form | {"registrations": f"{own.pk}.{other.pk}"})

        assert response.status_code == 403
        assert not Batch.objects.exists()


class TestASpecimen:
    def test_is_a_pdf_that_is_kept_nowhere(self, client, administrator):
        row = records.accepted()

        response = client.get(address("issue_specimen", row.pk))

        row.refresh_from_db()
        assert response["Content-Type"] == "application/pdf"
        assert SPECIMEN in read(response.content).metadata.title
        assert row.status == "accepted"
        assert not Certificate.objects.exists()

    def test_of_a_record_that_is_not_accepted_there_is_none(self, client, administrator):
        row = records.turned_in()

        response = client.get(address("issue_specimen", row.pk))

        assert response.url == address("issuing")

    def test_what_the_paper_has_no_room_for_is_said(self, client, administrator):
        row = records.accepted()
        Program.objects.update(certificate_en="W" * 150)

        response = client.get(address("issue_specimen", row.pk), follow=True)

        assert "It can’t be printed" in response.text

    def test_is_for_administrators_and_not_of_their_own(self, client, administrator):
        row, own = records.accepted(), records.accepted(administrator)

        statuses = [client.get(address("issue_specimen", own.pk)).status_code]
        for who in (factories.steering(), row.person, factories.person()):
            signed_in(client, who)
            statuses.append(client.get(address("issue_specimen", row.pk)).status_code)

        assert statuses == [403, 403, 403, 404]


class TestTheBatch:
    def test_says_how_far_it_is_and_why_something_is_not(self, client, administrator):
        rows = {name: records.accepted() for name in ("sound", "missing", "again")}
        batch = confirmed(*rows.values(), by=administrator)
        rows["missing"].membership_checks.create(outcome="lapsed", checked_by=administrator)
        batch.items.filter(registration=rows["again"]).update(
            why="OperationalError: lost", claimed_at=timezone.now()
        )
        batches.issue_waiting()
        making.make_waiting()

        text = page(client, "batch", batch.pk)
        trouble = page(client, "batch", batch.pk, view="trouble")

        assert "1 of 3" in text
        certificate = Certificate.objects.get()
        link = address("desk_certificate", certificate.pk)
        assert f'<a href="{link}">{certificate.serial}</a>' in text
        assert "The membership isn’t in good standing." in text
        assert "OperationalError: lost" in text
        assert "It’s tried again by itself." in text
        assert rows["missing"].person.name in trouble
        assert rows["sound"].person.name not in trouble

    def test_looks_again_by_itself_until_nothing_happens_any_more(self, client, administrator):
        batch = confirmed(records.accepted(), by=administrator)
        waiting = page(client, "batch", batch.pk)
        batches.issue_waiting()
        making_it = page(client, "batch", batch.pk)
        making.make_waiting()

        done = page(client, "batch", batch.pk)

        assert 'hx-trigger="every 3s"' in waiting
        assert "Look again" in waiting
        assert 'hx-trigger="every 3s"' in making_it
        assert "hx-trigger" not in done
        assert "All certificates of this batch are issued and made." in done

    def test_a_pdf_that_can_not_be_made_is_said_and_ends_the_looking(self, client, administrator):
        batch = confirmed(records.accepted(), by=administrator)
        batches.issue_waiting()
        Certificate.objects.update(tries=1, tried_at=timezone.now(), error="No ink.")

        text = page(client, "batch", batch.pk)
        trouble = page(client, "batch", batch.pk, view="trouble")

        assert "No ink." in text
        assert "hx-trigger" not in text
        assert "No ink." in trouble
        assert (progress(batch).unmade, progress(batch).making) == (1, 0)

    def test_one_that_ended_before_it_was_made_is_no_trouble_and_said(self, client, administrator):
        batch = confirmed(records.accepted(), records.accepted(), by=administrator)
        batches.issue_some(batch.pk)
        first, second = Certificate.objects.order_by("pk")
        Certificate.objects.filter(pk=first.pk).update(tries=1, error="It was too dark.")
        for one in (first, second):
            editions.revoke(one)

        text = page(client, "batch", batch.pk)

        assert (progress(batch).unmade, progress(batch).making) == (0, 0)
        assert text.count("Revoked on") == 2
        assert "Couldn’t be made" not in text
        assert "Being made" not in text
        assert first.holder not in page(client, "batch", batch.pk, view="trouble")

    def test_says_when_nobody_comes(self, client, administrator):
        batch = confirmed(records.accepted(), by=administrator)
        before = page(client, "batch", batch.pk)
        Heartbeat.objects.all().delete()
        Batch.objects.update(confirmed_at=timezone.now() - claims.LEASE)

        late = page(client, "batch", batch.pk)

        assert "isn’t running" not in before
        assert "isn’t running" in late

    def test_is_stopped_and_goes_on_by_its_buttons(self, client, administrator):
        batch = confirmed(records.accepted(), by=administrator)

        stopped = client.post(address("batch_stop", batch.pk), follow=True).text
        batches.issue_waiting()
        resting = Certificate.objects.count()
        going = client.post(address("batch_go_on", batch.pk), follow=True).text
        batches.issue_waiting()

        assert f"{administrator.name} stopped this batch" in stopped
        assert "Go on" in stopped
        assert resting == 0
        assert "Stop after this one" in going
        assert Certificate.objects.count() == 1

    def test_says_that_it_stopped_as_a_right_ended(self, client, administrator):
        batch = confirmed(records.accepted(), by=administrator)
        Batch.objects.update(stopped_at=timezone.now())

        text = page(client, "batch", batch.pk)

        assert "stopped by itself" in text
        assert "may no longer issue certificates" in text

    def test_the_list_has_each_with_its_result(self, client, administrator):
        done = confirmed(records.accepted(), by=administrator)
        batches.issue_waiting()
        making.make_waiting()
        stopped = confirmed(records.accepted(), by=administrator)
        batches.stop(stopped, by=administrator)

        text = page(client, "batches")

        assert address("batch", done.pk) in text
        assert address("batch", stopped.pk) in text
        assert text.index("Stopped") < text.index("Done")
        assert "1 of 1" in text

    def test_is_the_administrators_alone(self, client, administrator):
        row = records.accepted()
        batch = confirmed(row, by=administrator)

        for who in (factories.steering(), factories.representative(), row.person):
            signed_in(client, who)
            statuses = [
                client.get(address("batch", batch.pk)).status_code,
                client.post(address("batch_stop", batch.pk)).status_code,
                client.post(address("batch_go_on", batch.pk)).status_code,
                client.get(address("batches")).status_code,
                client.get(address("issue"), {"all": 1}).status_code,
            ]
            assert statuses == [404, 404, 404, 403, 403]

        batch.refresh_from_db()
        assert batch.stopped_at is None

    def test_queries_do_not_grow_with_its_rows(self, client, administrator):
        records.accepted()  # the count beside “Certificates” is asked for when something waits
        small = confirmed(records.accepted(), by=administrator)
        large = confirmed(
            *(records.accepted(association_code=code) for code in ("MLA", "OLA", "MLA")),
            by=administrator,
        )
        batches.issue_waiting()
        making.make_waiting()
        page(client, "batch", small.pk)

        one = queries_of(lambda: page(client, "batch", small.pk))
        three = queries_of(lambda: page(client, "batch", large.pk))
        batches_of_two = queries_of(lambda: page(client, "batches"))
        issuing.issue(records.accepted(), by=administrator)
        confirmed(records.accepted(), by=administrator)

        assert one == three
        assert queries_of(lambda: page(client, "batches")) == batches_of_two
        assert Registration.objects.filter(status="certified").count() == 5
