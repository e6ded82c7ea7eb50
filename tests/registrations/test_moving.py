"""Moving to another association: sight, membership and history."""

from datetime import date
from functools import partial
from threading import Event

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cec.models import OutgoingMail
from cec.problems import Refused
from registrations import membership, moving, registering, watch
from registrations.mentoring import assigning
from registrations.models import Registration
from registrations.permissions import require
from tests import factories as make
from tests.races import at_once
from tests.registrations import lists

pytestmark = pytest.mark.django_db


def moved(row=None, to="OLA"):
    row = row or make.registration()
    moving.move(row, by=row.person, association=make.association(to), member_number="OLA-7")
    return Registration.objects.get(pk=row.pk)


class TestAMentorOfTheFormerAssociation:
    @pytest.mark.parametrize(("anywhere", "state"), [(True, "proposed"), (False, "ended")])
    def test_who_takes_its_members_alone_is_asked_no_more(self, anywhere, state):
        row, offer = make.registration(wants_mentor=True), make.mentor_offer(anywhere=anywhere)
        asked = assigning.propose(row, offer, by=make.representative("MLA"))

        moved(row)

        asked.refresh_from_db()
        assert asked.state == state

    def test_who_mentors_goes_on(self):
        row = make.registration()
        goes_on = make.mentorship(row, anywhere=False)

        moved(row)

        goes_on.refresh_from_db()
        assert goes_on.state == "active"

    def test_a_no_is_told_to_whom_it_concerns_now(self):
        former, now = make.representative("MLA"), make.representative("OLA")
        row, offer = make.registration(wants_mentor=True), make.mentor_offer(anywhere=True)
        asked = assigning.propose(row, offer, by=former)
        moved(row)

        assigning.decline(asked, by=offer.person)

        assert OutgoingMail.objects.get(kind="mentor_declined").to == now.email

    def test_a_stale_page_of_the_former_one_asks_nobody(self):
        by, row, offer = make.representative("MLA"), make.registration(), make.mentor_offer()
        moved(Registration.objects.get(pk=row.pk))

        for verb in (assigning.propose, partial(assigning.replace, reason="Because.")):
            with pytest.raises(PermissionDenied):
                verb(row, offer, by=by)

        assert not row.mentorships.exists()


@pytest.mark.parametrize("status", ["submitted", "active"])
def test_the_membership_is_unchecked_again_and_the_past_stays(status):
    row = make.registration(status=status, paid=True, member_until=date(2099, 1, 1))

    row = moved(row)

    assert (row.association.code, row.member_number) == ("OLA", "OLA-7")
    assert row.membership_check() is None
    assert Registration.objects.with_membership().get(pk=row.pk).membership is None
    assert [p.code for p in membership.check_membership(row, on=timezone.localdate())] == [
        "membership_unchecked"
    ]
    assert row.membership_checks.count() == 2
    assert row.payments.count() == 1
    assert row.events.get(kind="moved").details == {"from": "MLA", "to": "OLA"}
    assert OutgoingMail.objects.get(kind="association_changed").to == row.person.email


def test_the_new_association_checks_anew_and_that_holds():
    row = moved()

    membership.record_check(
        row, by=make.representative("OLA"), outcome="confirmed", good_until=date(2099, 1, 1)
    )

    assert membership.check_membership(row, on=timezone.localdate()) == []
    assert Registration.objects.with_membership().get(pk=row.pk).membership == "confirmed"


def test_moving_back_does_not_bring_the_old_check_back():
    row = moved()

    row = moved(row, to="MLA")

    assert row.membership_check() is None


def test_the_former_representative_loses_sight_at_once_and_the_new_one_gets_it():
    former, new = make.representative("MLA"), make.representative("OLA")
    row = make.registration()
    seen_before = Registration.objects.worked_on_by(new).filter(pk=row.pk).exists()

    moved(row)

    assert not seen_before
    assert not Registration.objects.visible_to(former).filter(pk=row.pk).exists()
    assert Registration.objects.visible_to(new).filter(pk=row.pk).exists()


def test_an_active_one_waits_among_the_memberships_to_look_at_until_its_check():
    new = make.representative("OLA")
    make.registration(association_code="OLA")
    row = moved()

    before = watch.counts(new)["anew"]
    membership.record_check(row, by=new, outcome="confirmed", good_until=date(2099, 1, 1))

    assert before == 1
    assert watch.counts(new)["anew"] == 0


def test_the_list_of_the_new_association_may_know_the_person_at_once():
    row = make.registration()
    lists.member(lists.roster("OLA"), row.person.name, number="OLA-7", until=date(2099, 6, 30))

    row = moved(row)

    check = row.membership_check()
    assert (check.outcome, check.source, check.good_until) == (
        "confirmed",
        "roster",
        date(2099, 6, 30),
    )


@pytest.mark.parametrize(
    "status", ["draft", "turned_in", "accepted", "certified", "declined", "withdrawn", "lapsed"]
)
def test_in_other_states_nothing_moves(status):
    row = make.registration(status=status)

    with pytest.raises(Refused, match="can’t move"):
        moving.move(row, by=row.person, association=make.association("OLA"))

    row.refresh_from_db()
    assert row.association.code == "MLA"
    assert not row.events.exists()


def test_a_program_without_associations_has_nothing_to_move():
    row = make.registration(code="CPC", association_code=None)

    with pytest.raises(Refused):
        moving.move(row, by=row.person, association=make.association("OLA"))


def test_the_second_click_finds_it_there():
    row = moved()

    with pytest.raises(Refused, match="already"):
        moving.move(row, by=row.person, association=make.association("OLA"))

    assert row.events.filter(kind="moved").count() == 1


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (partial(make.representative, "MLA"), True),
        (make.steering, True),
        (make.administrator, True),
        (partial(make.representative, "OLA"), False),
        (make.person, False),
    ],
)
def test_the_committee_moves_with_a_reason_and_others_do_not(who, may):
    row, by = make.registration(), who()
    move = partial(moving.move, row, by=by, association=make.association("OLA"))

    if may:
        with pytest.raises(Refused, match="why"):
            move()
        move(reason="By mail of 3 May.")
        assert row.events.get(kind="moved").reason == "By mail of 3 May."
    else:
        with pytest.raises(PermissionDenied):
            move(reason="I want it.")
        assert not row.events.exists()


def test_a_representative_who_took_part_does_not_move_themselves_for_the_committee():
    who = make.representative("MLA")
    row = make.registration(who)

    moving.move(row, by=who, association=make.association("OLA"))

    assert row.events.get(kind="moved").role == "participant"


@pytest.mark.django_db(transaction=True)
def test_moving_while_the_former_representative_decides_never_decides_for_the_new_one():
    for _round in range(4):
        row = make.registration(status="submitted", paid=True, member_until=date(2099, 1, 1))
        former = make.representative("MLA")

        at_once(
            [
                partial(moving.move, row, by=row.person, association=make.association("OLA")),
                partial(registering.decline, row, by=former, reason="No."),
            ]
        )

        row.refresh_from_db()
        kinds = list(row.events.values_list("kind", flat=True))
        assert (kinds, row.status) in [(["moved"], "submitted"), (["decline"], "declined")]


@pytest.mark.django_db(transaction=True)
def test_approving_while_moving_leaves_a_checked_membership_or_a_refusal():
    for _round in range(4):
        row = make.registration(status="submitted", paid=True, member_until=date(2099, 1, 1))
        by = make.steering()

        moving_, approving = at_once(
            [
                partial(moving.move, row, by=row.person, association=make.association("OLA")),
                partial(registering.approve, row, by=by),
            ]
        )

        kinds = list(row.events.values_list("kind", flat=True))
        assert moving_ is None  # an active one moves too
        assert kinds in (["approve", "moved"], ["moved"])
        if kinds == ["moved"]:
            assert isinstance(approving, Refused)
            assert approving.problems[0].code == "membership_unchecked"


@pytest.mark.django_db(transaction=True)
def test_a_permission_that_is_looked_at_before_the_lock_decides_for_another_association():
    """The twin: the row that a page showed isn't the row that is decided on."""
    row = make.registration(status="submitted")
    former = make.representative("MLA")
    shown, moved_already = Registration.objects.get(pk=row.pk), Event()

    def naive():
        with transaction.atomic():
            require(former, "decide_registration", shown)
            moved_already.wait(timeout=20)
            locked = Registration.objects.select_for_update().get(pk=row.pk)
            locked.move("decline", by=former, reason="No.")

    def move_on():
        moving.move(row, by=row.person, association=make.association("OLA"))
        moved_already.set()

    assert at_once([naive, move_on]) == [None, None]
    assert list(row.events.values_list("kind", flat=True)) == ["moved", "decline"]


class TestPages:
    def test_the_participant_moves_and_is_told(self, client):
        row = make.registration()
        client.force_login(row.person)
        ola = make.association("OLA")

        page = client.get(reverse("move", args=[row.pk]))
        answer = client.post(
            reverse("move", args=[row.pk]),
            {"association": ola.pk, "member_number": " OLA-1 "},
            follow=True,
        )

        row.refresh_from_db()
        assert f'value="{ola.pk}"' in page.text
        assert (row.association, row.member_number) == (ola, "OLA-1")
        assert f"You’re with {ola.name} now" in answer.text

    def test_its_own_association_or_none_is_not_taken(self, client):
        row = make.registration()
        client.force_login(row.person)

        own = client.post(reverse("move", args=[row.pk]), {"association": row.association_id})
        none = client.post(reverse("move", args=[row.pk]), {"association": ""})

        assert (own.status_code, none.status_code) == (422, 422)
        assert not row.events.exists()

    def test_fields_that_are_not_on_the_form_change_nothing(self, client):
        row, other = make.registration(), make.registration()
        client.force_login(row.person)

        client.post(
            reverse("move", args=[row.pk]),
            {
                "association": make.association("OLA").pk,
                "registration": other.pk,
                "person": other.person_id,
                "status": "certified",
                "fee": "0",
            },
        )

        row.refresh_from_db()
        other.refresh_from_db()
        assert (row.status, row.fee, row.person_id) == ("active", 40, row.person.pk)
        assert row.membership_check() is None
        assert other.association.code == "MLA"

    def test_an_association_that_is_no_member_any_more_is_not_taken(self, client):
        row, gone = make.registration(), make.association("OLA")
        gone.is_active = False
        gone.save()
        client.force_login(row.person)

        answer = client.post(reverse("move", args=[row.pk]), {"association": gone.pk})

        assert answer.status_code == 422
        assert not row.events.exists()

    @pytest.mark.parametrize("name", ["move", "changes"])
    def test_somebody_elses_is_not_there(self, client, name):
        row = make.registration()
        client.force_login(make.person())

        answer = client.post(reverse("move", args=[row.pk]), {"association": 1})

        assert client.get(reverse(name, args=[row.pk])).status_code == 404
        assert answer.status_code == 404
        assert not row.events.exists()

    def test_a_record_in_review_stays_where_it_is(self, client):
        row = make.registration(status="turned_in")
        client.force_login(row.person)

        answer = client.post(
            reverse("move", args=[row.pk]), {"association": make.association("OLA").pk}
        )

        row.refresh_from_db()
        assert answer.url == reverse("registration_status", args=[row.pk])
        assert row.association.code == "MLA"

    def test_a_representative_moves_somebody_away_and_lands_in_the_queue(self, client):
        row = make.registration()
        client.force_login(make.representative("MLA"))
        url = reverse("desk_move", args=[row.pk])
        data = {"association": make.association("OLA").pk, "reason": "By mail."}

        answer = client.post(url, data)
        again = client.post(url, data)

        assert answer.url == reverse("queue")
        assert again.status_code == 404
        assert client.get(url).status_code == 405
        assert row.events.filter(kind="moved").count() == 1

    def test_the_desk_wants_a_reason(self, client):
        row = make.registration()
        client.force_login(make.steering())

        answer = client.post(
            reverse("desk_move", args=[row.pk]), {"association": make.association("OLA").pk}
        )

        assert answer.status_code == 422
        assert "Say why, in a few words." in answer.text
        assert not row.events.exists()

    def test_another_associations_representative_finds_nothing(self, client):
        row = make.registration()
        client.force_login(make.representative("OLA"))

        answer = client.post(
            reverse("desk_move", args=[row.pk]),
            {"association": make.association("OLA").pk, "reason": "Mine."},
        )

        row.refresh_from_db()
        assert answer.status_code == 404
        assert row.association.code == "MLA"
