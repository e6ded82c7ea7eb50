"""The pages of the draws: who draws, who reads how, and what a participant sees of it (C2)."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities import audit
from activities.models import Audit, AuditDraw
from activities.models.audit import rank
from cec.models import OutgoingMail
from tests import factories as make
from tests.activities import audits
from tests.activities.pages import at, text

pytestmark = pytest.mark.django_db


def turned_in(who=None, **fields):
    row = make.registration(who, status="turned_in", **fields)
    row.note("turn_in", by=row.person)
    return row


def said(**changes):
    """What the form of a draw sends."""
    return {
        "program": make.program().pk,
        "percent": "50",
        "days": "30",
        "exempt_years": "3",
        "form_key": "6f1c1d6e-5a39-4f0c-8b9c-3a4d0f6b0c11",
    } | changes


def signed_in(client, who):
    client.force_login(who)
    return client


class TestDrawing:
    def test_draws_once_and_leads_to_the_draw(self, client):
        rows = [turned_in(), turned_in(), turned_in()]
        signed_in(client, make.steering())

        first = client.post(reverse("audit_draw"), said())
        second = client.post(reverse("audit_draw"), said(), follow=True)

        made = AuditDraw.objects.get()
        drawn = made.audits.filter(state="asked")
        assert first["Location"] == reverse("audit", args=[made.pk])
        assert (made.audits.count(), drawn.count()) == (len(rows), 2)
        assert OutgoingMail.objects.filter(kind="audit_asked").count() == 2
        for row in drawn:
            assert row.registration.person.name in text(second)

    def test_says_how_many_wait_and_proposes_ten_per_cent(self, client):
        turned_in()

        page = signed_in(client, make.steering()).get(reverse("audits"))

        assert "1 record waits for review and was in no draw yet." in text(page)
        assert 'value="10"' in page.content.decode()

    def test_what_cannot_be_is_said_and_nothing_drawn(self, client):
        signed_in(client, make.steering())

        nobody = client.post(reverse("audit_draw"), said())
        turned_in()
        then = client.post(reverse("audit_draw"), said(last_day="2020-01-01"))
        share = client.post(reverse("audit_draw"), said(percent="101"))
        days = client.post(
            reverse("audit_draw"), said(first_day="2026-02-02", last_day="2026-02-01")
        )

        assert (nobody.status_code, then.status_code) == (409, 409)
        assert "No record of this program waits for its first draw." in text(nobody)
        assert "No record waits that wasn’t in a draw before." in text(nobody)
        assert "No record of this program that was sent in these days waits" in text(then)
        assert (share.status_code, days.status_code) == (422, 422)
        assert "Choose a day that isn’t before the first one." in text(days)
        assert not AuditDraw.objects.exists()

    def test_is_the_steering_groups(self, client):
        turned_in()

        for other in (make.representative(), make.administrator(), make.person()):
            signed_in(client, other)
            assert client.post(reverse("audit_draw"), said()).status_code == 403

        page = text(signed_in(client, make.representative()).get(reverse("audits")))
        assert "Draw now" not in page
        assert "No draws yet." in page
        assert not AuditDraw.objects.exists()


class TestReading:
    def test_a_representative_finds_the_records_of_the_own_association(self, client):
        mine = audits.asked()
        other = make.registration(status="turned_in", association_code="OLA")
        Audit.objects.create(draw=mine.draw, registration=other, place=2, state="asked")

        page = text(signed_in(client, make.representative()).get(at_draw("audit", mine)))

        assert mine.registration.person.name in page
        assert "0 of 2" in page
        assert other.person.name not in page

    def test_everybody_who_took_part_reads_how_it_was_made_and_no_names(self, client):
        found = audits.asked()
        spared = make.registration(make.person("Spared one"), status="turned_in")
        Audit.objects.create(draw=found.draw, registration=spared, place=2, state="spared")

        page = text(signed_in(client, spared.person).get(at_draw("audit_how", found)))

        assert "Your record is number 2 in the order below, so it wasn’t drawn." in page
        assert found.draw.seed in page
        for row in (found.registration, spared):
            assert row.reference in page
            assert rank(found.draw.seed, row.reference) in page
        assert found.registration.person.name not in page

    def test_who_took_part_goes_back_to_the_certificate_page(self, client):
        found = audits.asked()
        back = f'href="{at("certificate", found.registration)}"'

        own = signed_in(client, found.registration.person).get(at_draw("audit_how", found))
        committee = signed_in(client, make.representative()).get(at_draw("audit_how", found))

        assert 'class="back"' in own.content.decode()
        assert back in own.content.decode()
        assert 'class="back"' not in committee.content.decode()

    def test_nobody_else_does(self, client):
        found = audits.asked()
        exempt = make.registration(status="turned_in")
        Audit.objects.create(draw=found.draw, registration=exempt, state="exempt")

        for other in (make.person(), exempt.person):
            signed_in(client, other)
            for name in ("audit_how", "audit_list"):
                assert client.get(at_draw(name, found)).status_code == 404
            assert client.get(at_draw("audit", found)).status_code == 403

    def test_the_list_is_what_was_drawn(self, client):
        found = audits.asked()
        spared = make.registration(status="turned_in")
        Audit.objects.create(draw=found.draw, registration=spared, place=2, state="spared")
        exempt = make.registration(status="turned_in")
        Audit.objects.create(draw=found.draw, registration=exempt, state="exempt")

        answer = signed_in(client, make.representative("OLA")).get(at_draw("audit_list", found))

        rows = list(csv.reader(io.StringIO(answer.content.decode())))
        references = [found.registration.reference, spared.reference]
        digests = [rank(found.draw.seed, reference) for reference in references]
        assert rows == [
            ["place", "reference", "sha256", "drawn"],
            ["1", references[0], digests[0], "yes"],
            ["2", references[1], digests[1], "no"],
        ]
        assert "attachment" in answer["Content-Disposition"]

    @pytest.mark.parametrize("name", ["audits", "audit", "audit_how", "audit_list"])
    def test_the_queries_do_not_grow_with_the_rows(self, client, name):
        found = audits.asked()
        signed_in(client, make.steering())
        url = reverse(name, args=[] if name == "audits" else [found.draw_id])

        def count():
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            return len(captured)

        count()  # what is read once, such as the program in the footer
        with_one = count()
        for place in (2, 3):
            row = audits.asked()
            Audit.objects.filter(pk=row.pk).update(draw=found.draw, place=place)

        assert count() == with_one


class TestTheParticipant:
    def test_finds_what_is_asked_for_by_when(self, client):
        found = audits.asked()
        row = found.registration
        entry = row.person.activities.get(title="First talk")
        signed_in(client, row.person)

        todo = text(client.get(at("record", row)))
        listed = text(client.get(at("activities", row) + "?year=all&status=evidence"))
        page = text(client.get(at("activity", row, entry.pk)))

        assert "Add evidence for the audit 2 activities, by" in todo
        assert "First talk" in listed
        assert "Second talk" in listed
        assert "Planned talk" not in listed
        assert "The audit asks for evidence on this activity" in page

    def test_has_a_mentor_who_reads_of_none_of_it(self, client):
        row = audits.asked().registration
        entry = row.person.activities.get(title="First talk")
        signed_in(client, make.mentorship(row).mentor)

        listed = text(client.get(at("activities", row) + "?year=all&status=evidence"))
        page = text(client.get(at("activity", row, entry.pk)))

        assert "First talk" not in listed
        assert "The audit asks for evidence" not in page

    def test_reads_a_disallowed_entry_with_its_reason_and_can_answer(self, client):
        row = audits.asked().registration
        entry = row.person.activities.get(title="First talk")
        audit.disallow(row, entry, by=make.representative(), reason="Staff training.")
        signed_in(client, row.person)

        listed = text(client.get(at("activities", row) + "?year=all&status=disallowed"))
        page = text(client.get(at("activity", row, entry.pk)))

        assert "The committee disallowed it: Staff training." in listed
        assert " Disallowed " in listed
        assert "Answer the committee" in page
        assert "The audit asks for evidence" not in page

    def test_of_a_record_that_was_spared_reads_that_on_the_certificates_page(self, client):
        found = audits.asked()
        Audit.objects.filter(pk=found.pk).update(state="spared")
        signed_in(client, found.registration.person)

        page = text(client.get(at("certificate", found.registration)))

        assert "took part in a draw for audits and wasn’t drawn" in page
        assert "How this draw was made" in page


def at_draw(name, found):
    return reverse(name, args=[found.draw_id])
