"""Who looked at whose record is noted, shown to the person and kept from changes (K4)."""

from datetime import timedelta

import pytest
from django.db import Error, connection, transaction
from django.urls import reverse
from django.utils import timezone

from registrations import viewing
from registrations.models import RecordView
from tests import factories as make

pytestmark = pytest.mark.django_db

Page = RecordView.Page


def looked(row):
    return [(view.viewer, view.page) for view in RecordView.objects.filter(registration=row)]


class TestALook:
    def test_of_the_committee_at_a_registration_says_who_as_what_and_when(self, client):
        row, who = make.registration(), make.representative("MLA")
        client.force_login(who)

        client.get(reverse("desk_registration", args=[row.pk]))

        view = RecordView.objects.get()
        assert (view.registration, view.person, view.viewer) == (row, row.person, who)
        assert (view.role, view.association.code) == ("representative", "MLA")
        assert view.page == Page.REGISTRATION
        assert view.hour <= view.at <= timezone.now()
        assert view.hour.minute == 0

    @pytest.mark.parametrize(
        ("address", "page"),
        [("record", Page.RECORD), ("activities", Page.RECORD), ("review", Page.REVIEW)],
    )
    def test_at_a_page_of_the_record_is_noted(self, client, address, page):
        row, who = make.registration(), make.steering()
        client.force_login(who)

        client.get(reverse(address, args=[row.pk]))

        assert looked(row) == [(who, page)]

    def test_of_a_mentor_is_a_mentors(self, client):
        row, mentor = make.registration(), make.confirmed_address(make.person())
        make.mentorship(row, mentor)
        client.force_login(mentor)

        client.get(reverse("record", args=[row.pk]))

        view = RecordView.objects.get()
        assert (view.viewer, view.role, view.association) == (mentor, "mentor", None)

    def test_at_ones_own_record_is_none(self, client):
        row = make.registration()
        client.force_login(row.person)

        client.get(reverse("record", args=[row.pk]))

        assert looked(row) == []

    def test_at_what_is_not_theirs_to_see_or_do_is_none(self, client):
        row = make.registration()
        client.force_login(make.representative("OLA"))
        assert client.get(reverse("desk_registration", args=[row.pk])).status_code == 404
        client.force_login(make.steering())
        assert client.get(reverse("activity_add", args=[row.pk])).status_code == 403

        assert looked(row) == []

    def test_again_within_the_hour_is_the_same_and_later_another(self):
        row, who = make.registration(), make.steering()
        viewing.note(row, Page.RECORD, by=who)

        viewing.note(row, Page.RECORD, by=who)
        viewing.note(row, Page.PROOF, by=who)
        viewing.note(row, Page.RECORD, by=make.steering())

        assert len(looked(row)) == 3

    def test_costs_one_statement(self, django_assert_num_queries):
        row, who = make.registration(), make.steering()
        viewing.note(row, Page.PROOF, by=who)  # the roles are read

        with django_assert_num_queries(1):
            viewing.note(row, Page.RECORD, by=who)


class TestTheRows:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE registrations_recordview SET page = 'proof'",
            "DELETE FROM registrations_recordview",
        ],
    )
    def test_are_neither_changed_nor_removed_before_their_time(self, statement):
        viewing.note(make.registration(), Page.RECORD, by=make.steering())

        with (
            pytest.raises(Error, match="history is kept"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


class TestThePersonsPage:
    def test_says_role_association_and_day_and_no_name(self, client):
        row, who = make.registration(), make.representative("MLA")
        viewing.note(row, Page.EVIDENCE, by=who)
        client.force_login(row.person)

        page = client.get(reverse("who_looked"))

        said = page.content.decode()
        assert "association representative" in said.lower()
        assert make.association("MLA").name in said
        assert "A file that shows an activity" in said
        assert who.name not in said
        assert who.email not in said

    def test_has_nothing_of_somebody_else(self, client):
        viewing.note(make.registration(), Page.RECORD, by=make.steering())
        client.force_login(make.registration().person)

        page = client.get(reverse("who_looked"))

        assert "Nobody has looked" in page.content.decode()

    @pytest.mark.parametrize("rows", [1, 3])
    def test_asks_as_much_for_many_rows_as_for_one(
        self, client, django_assert_max_num_queries, rows
    ):
        row = make.registration()
        for _number in range(rows):
            viewing.note(row, Page.RECORD, by=make.representative("MLA"))
        client.force_login(row.person)

        with django_assert_max_num_queries(6):
            client.get(reverse("who_looked"))


class TestTheOfficesPage:
    def test_names_who_looked_and_at_whom_to_administrators(self, client):
        row, who = make.registration(), make.representative("MLA")
        viewing.note(row, Page.RECORD, by=who)
        viewing.note(make.registration(), Page.RECORD, by=make.steering())
        client.force_login(make.administrator())

        found = client.get(reverse("record_views"), {"about": row.reference})

        said = found.content.decode()
        assert who.name in said
        assert row.person.name in said
        assert "Steering member" not in said

    def test_finds_by_who_looked(self, client):
        row, who = make.registration(), make.representative("MLA")
        viewing.note(row, Page.RECORD, by=who)
        viewing.note(row, Page.RECORD, by=make.steering())
        client.force_login(make.administrator())

        found = client.get(reverse("record_views"), {"by": who.email.upper()})

        assert who.name in found.content.decode()
        assert "Steering member" not in found.content.decode()

    def test_is_not_for_the_rest_of_the_committee(self, client):
        client.force_login(make.steering())

        assert client.get(reverse("record_views")).status_code == 403

    def test_pages_step_by_time(self, client):
        row = make.registration()
        start = timezone.now() - timedelta(days=3)
        RecordView.objects.bulk_create(
            RecordView(
                registration=row,
                person=row.person,
                viewer=make.person("Looker"),
                role="steering",
                page=Page.RECORD,
                hour=start + timedelta(hours=number),
                at=start + timedelta(hours=number),
            )
            for number in range(51)
        )
        client.force_login(make.administrator())

        first = client.get(reverse("record_views"))

        assert len(first.context["page"].rows) == 50
        assert first.context["page"].after
