"""The desk: who on the list is it, and the memberships to look at."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cec.models import OutgoingMail
from registrations import membership, rechecking, watch
from registrations.models import MembershipDoubt, Registration, Roster, RosterMember
from tests import factories as make
from tests.registrations.lists import in_days, member, roster, row_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def representative(client):
    who = make.representative("MLA")
    client.force_login(who)
    return who


def waiting(**fields):
    return make.registration(status="submitted", paid=True, member_number="77", **fields)


def page_of(client, row):
    return client.get(reverse("desk_registration", args=[row.pk]))


def choose(client, row, theirs, **data):
    return client.post(reverse("desk_member", args=[row.pk]), {"member": theirs.pk} | data)


class TestThePersonOnTheList:
    def test_the_page_proposes_rows_and_says_why(self, client, representative):
        row = waiting()
        theirs = member(roster(), "Somebody Else", number="77", email="else@example.org")

        page = page_of(client, row).text

        assert "Somebody Else" in page
        assert "The member number is on the list under another name and e-mail." in page
        assert f'name="member" value="{theirs.pk}"' in page

    def test_a_click_records_it_and_leads_back(self, client, representative):
        row = waiting()
        theirs = member(roster(), "Somebody Else", number="77")
        form = page_of(client, row).context["proposals"][0]["form"]

        answer = choose(
            client, row, theirs, seen=form["seen"].value(), form_key=form["form_key"].value()
        )

        check = row.membership_checks.get()
        assert answer.url == reverse("desk_registration", args=[row.pk])
        assert (check.outcome, check.good_until) == ("confirmed", in_days(100))
        assert (check.source, check.checked_by) == ("roster", representative)
        assert row.events.get(kind="confirmed").actor == representative

    def test_a_second_click_records_nothing_more(self, client, representative):
        row = waiting()
        theirs = member(roster(), number="77")
        form = page_of(client, row).context["proposals"][0]["form"]
        data = {"seen": form["seen"].value(), "form_key": str(form["form_key"].value())}

        for _click in range(2):
            choose(client, row, theirs, **data)

        assert row.membership_checks.count() == 1

    def test_who_was_slower_is_told(self, client, representative):
        row = waiting()
        theirs = member(roster(), number="77")
        seen = page_of(client, row).context["proposals"][0]["form"]["seen"].value()
        membership.record_check(row, by=make.steering(), outcome="proof")

        answer = choose(client, row, theirs, seen=seen)

        assert "Steering member has looked meanwhile" in client.get(answer.url).text
        assert row.membership_checks.count() == 1

    @pytest.mark.parametrize("fields", [{"suspended": True}, {"until": in_days(-9)}])
    def test_who_is_not_in_good_standing_is_proposed_as_such_and_not_told_yet(
        self, client, representative, fields
    ):
        row = waiting()
        row_of(roster(), row, **fields)

        page = page_of(client, row).text

        assert "This is the person: not in good standing" in page
        assert not row.membership_checks.exists()
        assert not OutgoingMail.objects.exists()

    def test_what_leaves_nothing_to_decide_goes_on_to_the_next_of_the_same_list(
        self, client, representative
    ):
        other, row = waiting(), waiting()
        theirs = row_of(roster(), row, suspended=True)
        address = f"{reverse('desk_member', args=[row.pk])}?view=waiting&q=77"

        answer = client.post(address, {"member": theirs.pk})

        assert answer.url == f"{reverse('desk_registration', args=[other.pk])}?q=77"
        assert "The membership check is recorded. 1 left." in client.get(answer.url).text

    def test_a_check_of_somebody_active_stays_with_them(self, client, representative):
        waiting()
        row = make.registration(status="active", member_number="77")
        theirs = row_of(roster(), row, suspended=True)

        answer = choose(client, row, theirs)

        assert answer.url == reverse("desk_registration", args=[row.pk])

    def test_the_button_of_a_certain_row_is_the_main_one(self, client, representative):
        row = waiting()
        row_of(roster(), row)

        page = page_of(client, row).text

        assert (page.count('class="btn s"'), page.count('class="btn"')) == (1, 0)

    @pytest.mark.parametrize("fields", [{"no_date": True}, {"number": "77"}])
    def test_what_is_not_settled_by_a_click_leaves_the_form_the_main_one(
        self, client, representative, fields
    ):
        row = waiting()
        if "number" in fields:
            member(roster(), "Somebody Else", **fields)
        else:
            row_of(roster(), row, **fields)

        page = page_of(client, row).text

        assert (page.count('class="btn s"'), page.count('class="btn"')) == (0, 1)

    def test_a_row_without_a_date_has_no_button(self, client, representative):
        row = waiting()
        row_of(roster(), row, no_date=True)

        page = page_of(client, row).text

        assert "The list says no date." in page
        assert reverse("desk_member", args=[row.pk]) not in page

    def test_a_row_that_was_recorded_has_no_button(self, client, representative):
        row = waiting()
        choose(client, row, row_of(roster(), row, suspended=True))

        page = page_of(client, row).text

        assert "The latest check rests on this row." in page
        assert reverse("desk_member", args=[row.pk]) not in page

    def test_that_nobody_is_on_the_list_is_said(self, client, representative):
        roster()

        assert "Nobody on it has this number" in page_of(client, waiting()).text

    def test_without_a_list_nothing_is_said(self, client, representative):
        assert "On the association’s list" not in page_of(client, waiting()).text

    @pytest.mark.parametrize("which", ["another association", "another list", "none"])
    def test_a_row_of_elsewhere_is_not_taken(self, client, representative, which):
        row = waiting()
        theirs = member(roster("OLA" if which == "another association" else "MLA"), number="77")
        if which == "another list":
            roster()
        if which == "none":
            theirs.pk = 10**9

        answer = choose(client, row, theirs)

        assert answer.status_code == (302 if which == "another list" else 404)
        assert not row.membership_checks.exists()

    @pytest.mark.parametrize("member_id", ["", "x", "0", "-1", "9" * 30])
    def test_a_number_that_is_none_is_refused(self, client, representative, member_id):
        row = waiting()

        answer = client.post(reverse("desk_member", args=[row.pk]), {"member": member_id})

        assert answer.status_code == 422
        assert not row.membership_checks.exists()

    @pytest.mark.parametrize("status", ["declined", "withdrawn"])
    def test_a_closed_registration_is_checked_no_more(self, client, representative, status):
        row = make.registration(status=status)

        answer = choose(client, row, member(roster()))

        assert "This registration is closed." in client.get(answer.url).text
        assert not row.membership_checks.exists()

    def test_another_associations_registration_is_not_there(self, client, representative):
        row = waiting(association_code="OLA")

        assert choose(client, row, member(roster("OLA"))).status_code == 404
        assert not row.membership_checks.exists()

    def test_an_administrator_may_not(self, client):
        row = waiting()
        theirs = member(roster())
        client.force_login(make.administrator())

        assert choose(client, row, theirs).status_code == 403
        assert not row.membership_checks.exists()

    def test_nobody_finds_themselves(self, client):
        who = make.representative("MLA")
        row = waiting(who=who)
        theirs = row_of(roster(), row)
        client.force_login(who)

        page = page_of(client, row).text

        assert choose(client, row, theirs).status_code == 403
        assert reverse("desk_member", args=[row.pk]) not in page

    def test_looking_changes_nothing(self, client, representative):
        assert client.get(reverse("desk_member", args=[waiting().pk])).status_code == 405

    def test_extra_fields_change_nothing(self, client, representative):
        row = waiting()
        theirs = member(roster(), suspended=True)

        choose(client, row, theirs, outcome="confirmed", good_until="2099-01-01", source="hand")

        assert row.membership_checks.get().outcome == "lapsed"

    def test_the_page_asks_the_same_number_of_queries_for_one_row_and_for_five(
        self, client, representative
    ):
        row, current = waiting(), roster()
        member(current, row.person.name)
        page_of(client, row)
        with CaptureQueriesContext(connection) as one:
            page_of(client, row)
        for _namesake in range(4):
            member(current, row.person.name)
        with CaptureQueriesContext(connection) as five:
            page_of(client, row)

        assert len(one) == len(five)


def test_a_form_that_was_overtaken_is_refused(client, representative):
    row = waiting()
    seen = page_of(client, row).context["membership_form"]["seen"].value()
    membership.record_check(row, by=make.steering(), outcome="proof")

    answer = client.post(
        reverse("desk_membership", args=[row.pk]), {"outcome": "lapsed", "seen": seen}
    )

    assert "has looked meanwhile: Asked for proof" in client.get(answer.url).text
    assert row.membership_checks.count() == 1


def listed(client, **query):
    answer = client.get(reverse("desk_memberships"), query)
    assert answer.status_code == 200
    return [row.pk for row in answer.context["page"].object_list]


class TestTheList:
    def test_each_view_holds_its_own_the_most_urgent_first(self, client, representative):
        lapsed, over = make.registration(), make.registration(member_until=in_days(-1))
        membership.record_check(lapsed, by=representative, outcome="lapsed")
        later = make.registration(member_until=in_days(30))
        sooner = make.registration(member_until=in_days(0))
        doubted = make.registration()
        MembershipDoubt.objects.create(registration=doubted, kind="vanished", roster=roster())
        shown = waiting()
        make.proof(membership.record_check(shown, by=representative, outcome="proof"))
        make.registration(member_until=in_days(31))
        anew = make.registration(member_until=in_days(100))
        membership.take_back(anew.membership_check(), by=representative)

        found = {view: listed(client, view=view) for view in watch.VIEWS}

        assert found == {
            "lapsed": [over.pk, lapsed.pk],
            "doubt": [doubted.pk],
            "soon": [sooner.pk, later.pk],
            "proof": [shown.pk],
            "anew": [anew.pk],
        }
        assert watch.counts(representative) == {name: len(rows) for name, rows in found.items()}

    def test_what_is_over_or_needs_no_membership_is_not_in_it(self, client, representative):
        for status in ("declined", "withdrawn", "certified", "lapsed"):
            row = make.registration(status=status, member_until=in_days(5))
            make.confirm(row, until=in_days(5))
        make.confirm(make.registration(code="CPC"), until=in_days(5))

        assert listed(client, view="soon") == []

    def test_a_representative_sees_their_own_association(self, client, representative):
        foreign = make.registration(association_code="OLA", member_until=in_days(5))

        page = client.get(reverse("desk_memberships"), {"view": "soon"}).text

        assert foreign.reference not in page
        assert "OLA" not in page

    def test_the_steering_group_filters_by_association(self, client):
        client.force_login(make.steering())
        rows = {
            code: make.registration(association_code=code, member_until=in_days(5))
            for code in ("MLA", "OLA")
        }

        assert listed(client, view="soon", association="OLA") == [rows["OLA"].pk]
        assert set(listed(client, view="soon")) == {row.pk for row in rows.values()}

    def test_a_search_goes_along_to_the_other_tabs(self, client, representative):
        row = make.registration(member_until=in_days(5))
        answer = client.get(reverse("desk_memberships"), {"q": row.person.email})
        tabs = {tab.key: tab.url for tab in answer.context["views"]}

        assert row.reference not in answer.text
        assert row.reference in client.get(tabs["soon"]).text

    def test_a_row_leads_to_its_page_and_a_check_there_back_to_the_list(
        self, client, representative
    ):
        row = make.registration(member_until=in_days(5))
        there = reverse("desk_memberships") + "?view=soon"
        page = reverse("desk_registration", args=[row.pk]) + "?memberships=soon"
        check = reverse("desk_membership", args=[row.pk]) + "?memberships=soon"

        shown = client.get(there).text
        opened = client.get(page).text
        said = {"outcome": "confirmed", "good_until": in_days(400).isoformat()}
        answer = client.post(check, said)

        assert f'href="{page}"' in shown
        assert f'href="{there}"' in opened
        assert f'action="{check}"' in opened
        assert "Next in line" not in opened
        assert answer.url == there
        assert "The membership check is recorded." in client.get(there).text

    @pytest.mark.parametrize(
        "query", ["?view=nonsense", "?page=99", "?page=x", "?q=%00", "?association=%00"]
    )
    def test_it_survives_any_address(self, client, representative, query):
        assert client.get(reverse("desk_memberships") + query).status_code == 200

    def test_an_administrator_and_a_participant_have_none(self, client):
        for who in (make.administrator(), make.registration().person):
            client.force_login(who)
            assert client.get(reverse("desk_memberships")).status_code == 403

    @pytest.mark.parametrize("role", ["representative", "steering"])
    def test_it_asks_the_same_number_of_queries_for_one_row_and_for_three(self, client, role):
        who = make.representative("MLA") if role == "representative" else make.steering()
        client.force_login(who)
        url = reverse("desk_memberships") + "?view=soon"
        make.registration(member_until=in_days(5))
        client.get(url)
        with CaptureQueriesContext(connection) as one:
            client.get(url)
        for _more in range(2):
            make.registration(member_until=in_days(5))
        with CaptureQueriesContext(connection) as three:
            client.get(url)

        assert len(one) == len(three)
        assert len(three) <= 10


class TestTheFlag:
    @pytest.mark.parametrize("how", ["by hand", "by its date"])
    def test_stands_where_the_person_and_their_committee_look(self, client, how):
        by = make.representative("MLA")
        row = make.registration(member_until=in_days(-1))
        if how == "by hand":
            membership.record_check(row, by=by, outcome="lapsed")
        client.force_login(row.person)
        own = [
            client.get(reverse(name, args=[row.pk])).text
            for name in ("record", "registration_status")
        ]
        client.force_login(by)
        desk = page_of(client, row).text
        record = client.get(reverse("record", args=[row.pk])).text

        assert all("Nothing in your record is lost" in page for page in own)
        assert "Membership not in good standing" in desk
        assert "It is needed again when the record is turned in." in record

    def test_is_gone_with_the_renewal(self, client):
        row = make.registration(member_until=in_days(-1))
        make.confirm(row, until=in_days(0))
        client.force_login(row.person)

        assert "isn’t current" not in client.get(reverse("record", args=[row.pk])).text

    @pytest.mark.parametrize("status", ["submitted", "turned_in", "accepted"])
    def test_is_for_those_who_take_part_now(self, status):
        row = make.registration(status=status, member_until=in_days(-1))

        assert not membership.not_current(row)

    def test_a_doubt_stands_at_the_desk_alone(self, client):
        by = make.representative("MLA")
        row = make.registration(member_number="77")
        membership.append(
            membership.from_roster(row, row_of(roster(), row), on=in_days(0), by=None)
        )
        rechecking.recheck(roster().pk)
        client.force_login(by)
        desk = page_of(client, row).text
        client.force_login(row.person)
        own = client.get(reverse("registration_status", args=[row.pk])).text

        assert "Not found for certain on the new list" in desk
        assert "Not found" not in own


def test_a_person_s_timeline_keeps_the_committees_notes_out(client, representative):
    row = waiting()
    membership.record_check(
        row, by=representative, outcome="confirmed", good_until=in_days(9), note="Between us."
    )
    membership.take_back(row.membership_check(), by=representative)
    desk = page_of(client, row).text
    client.force_login(row.person)

    own = client.get(reverse("registration_status", args=[row.pk])).text

    assert "Between us." in desk
    assert "Between us." not in own
    assert "Membership check taken back" in own


def test_rows_of_a_list_may_go_while_the_check_stays(client, representative):
    row = waiting()
    theirs = row_of(roster(), row)
    membership.record_member(row, theirs, by=representative)
    RosterMember.objects.all().delete()

    page = page_of(client, row).text

    assert f"members.csv, row {theirs.number}" in page
    assert Roster.objects.filter(checks__registration=row).exists()
    assert Registration.objects.with_membership().get(pk=row.pk).membership == "confirmed"
