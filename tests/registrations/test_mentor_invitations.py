"""Inviting a supervisor: bound to the address, once, for seven days, revocable, never by GET."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cec.models import OutgoingMail
from cec.problems import Refused
from registrations.mentoring import inviting
from registrations.models import MentorInvitation, Mentorship, Registration
from tests import factories as make
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    return make.registration()


@pytest.fixture
def boss():
    return make.confirmed_address(make.person("The Boss", email="boss@example.org"))


def link(row, email="boss@example.org"):
    """Invite, and return the address that the mail leads to."""
    inviting.invite(row, by=row.person, email=email)
    text = OutgoingMail.objects.filter(kind="mentor_invitation").last().text
    return re.search(r"/en/mentoring/invitation/\S+", text)[0]


def age(**fields):
    MentorInvitation.objects.update(**fields)


def codes(refusal):
    return [problem.code for problem in refusal.value.problems]


def test_the_mail_goes_to_the_address_and_only_a_digest_of_the_secret_is_kept(row):
    address = link(row, "Boss@Example.org ")

    secret = address.rstrip("/").rpartition("/")[2]
    kept = MentorInvitation.objects.values().get()
    letter = OutgoingMail.objects.get(kind="mentor_invitation")
    assert (letter.to, kept["email"]) == ("boss@example.org", "boss@example.org")
    assert row.person.name in letter.subject
    assert len(secret) >= 43
    assert secret not in str(kept)
    assert inviting.find(secret).pk == kept["id"]


def test_opening_the_link_changes_nothing_and_accepting_makes_the_mentor(client, row, boss):
    representative = make.representative("MLA")
    address = link(row)
    client.force_login(boss)

    page = client.get(address)
    opened = Mentorship.objects.count()
    answer = client.post(address)

    mentorship = Mentorship.objects.get()
    assert (page.status_code, opened) == (200, 0)
    assert answer.url == reverse("mentee", args=[mentorship.pk])
    assert (mentorship.kind, mentorship.state, mentorship.mentor) == ("supervisor", "active", boss)
    assert Registration.objects.visible_to(boss).get() == row
    told = set(OutgoingMail.objects.values_list("kind", "to"))
    assert ("mentor_found", row.person.email) in told
    assert ("supervisor_mentors", representative.email) in told
    kinds = list(row.events.values_list("kind", flat=True))
    assert kinds == ["mentor_invited", "mentor_accepted"]


def test_somebody_without_an_account_is_led_to_one_and_back(client, row):
    address = link(row)

    page = client.get(address)
    answer = client.post(address)

    assert page.status_code == 200
    assert f"{reverse('account_signup')}?next=" in page.text
    assert answer.url.startswith(reverse("account_login"))
    assert not Mentorship.objects.exists()


def test_the_link_works_once(client, row, boss):
    address = link(row)
    client.force_login(boss)
    client.post(address)

    again = client.post(address)
    page = client.get(address)

    assert (again.status_code, page.status_code) == (409, 410)
    assert Mentorship.objects.count() == 1


def test_another_account_cannot_use_it(client, row):
    address = link(row)
    thief = make.confirmed_address(make.person("Thief"))
    client.force_login(thief)

    page = client.get(address)
    answer = client.post(address)

    assert "another address" in page.text
    assert "boss@example.org" not in page.text
    assert answer.status_code == 403
    assert not Mentorship.objects.exists()


def test_an_address_that_is_not_confirmed_is_not_enough(client, row):
    address = link(row)
    client.force_login(make.person(email="boss@example.org"))

    answer = client.post(address)

    assert answer.status_code == 403
    assert not Mentorship.objects.exists()


def test_after_seven_days_it_is_too_old(client, row, boss):
    address = link(row)
    invitation = MentorInvitation.objects.get()
    assert invitation.expires_at - invitation.invited_at <= timedelta(days=7, seconds=5)
    age(
        invited_at=timezone.now() - timedelta(days=8),
        expires_at=timezone.now() - timedelta(seconds=1),
    )
    client.force_login(boss)

    assert client.get(address).status_code == 410
    assert client.post(address).status_code == 409
    assert not Mentorship.objects.exists()


def test_it_can_be_taken_back(client, row, boss):
    address = link(row)
    invitation = MentorInvitation.objects.get()

    inviting.revoke(invitation, by=row.person)
    inviting.revoke(invitation, by=row.person)

    client.force_login(boss)
    assert client.post(address).status_code == 409
    assert row.events.filter(kind="invitation_revoked").count() == 1
    with pytest.raises(PermissionDenied):
        inviting.revoke(invitation, by=make.person())


def test_a_new_invitation_replaces_the_former_one(client, row, boss):
    first = link(row)
    link(row, "other@example.org")

    client.force_login(boss)
    answer = client.post(first)

    assert answer.status_code == 409
    assert inviting.open_invitation(row).email == "other@example.org"


def test_a_second_click_sends_one_mail(row):
    link(row)

    again = inviting.invite(row, by=row.person, email="boss@example.org")

    assert again is None
    assert OutgoingMail.objects.filter(kind="mentor_invitation").count() == 1


def test_five_a_day_are_enough(row):
    for number in range(inviting.MOST_A_DAY):
        link(row, f"boss{number}@example.org")

    with pytest.raises(Refused) as refusal:
        link(row, "one.more@example.org")
    age(invited_at=timezone.now() - timedelta(days=1, hours=1))
    link(row, "tomorrow@example.org")

    assert codes(refusal) == ["too_many"]
    assert OutgoingMail.objects.filter(kind="mentor_invitation").count() == 6


def test_nobody_invites_themselves_or_for_another(row):
    with pytest.raises(Refused) as refusal:
        link(row, row.person.email.upper())
    with pytest.raises(PermissionDenied):
        inviting.invite(row, by=make.person(), email="boss@example.org")

    assert codes(refusal) == ["self"]
    assert not MentorInvitation.objects.exists()


def test_with_a_mentor_nobody_else_is_invited_and_an_old_link_makes_no_second_one(
    client, row, boss
):
    address = link(row)
    make.mentorship(row)

    with pytest.raises(Refused) as refusal:
        link(row, "other@example.org")
    client.force_login(boss)
    answer = client.post(address)

    assert codes(refusal) == ["has_mentor"]
    assert answer.status_code == 409
    assert Mentorship.objects.count() == 1


def test_when_the_registration_is_over_the_link_is_of_no_use(client, row, boss):
    address = link(row)
    Registration.objects.filter(pk=row.pk).update(status="withdrawn")
    client.force_login(boss)

    assert client.post(address).status_code == 409
    assert not Mentorship.objects.exists()


def test_what_was_never_sent_is_not_found(client):
    for secret in ("nonsense", "%00", "%ED%A0%80"):
        assert client.get(f"/en/mentoring/invitation/{secret}/").status_code == 404


def test_a_name_with_markup_or_lines_stays_text(client, row):
    row.person.name = "<b>Bold</b>\r\nBcc: spy@example.org"
    row.person.save()

    address = link(row)

    letter = OutgoingMail.objects.get(kind="mentor_invitation")
    assert "\n" not in letter.subject
    assert "<b>" not in letter.html
    assert "<b>" not in client.get(address).text


def test_the_database_keeps_one_open_invitation(row):
    link(row)

    with pytest.raises(IntegrityError), transaction.atomic():
        row.mentor_invitations.create(
            email="a@example.org", digest="x", expires_at=timezone.now() + timedelta(days=1)
        )


@pytest.mark.django_db(transaction=True)
def test_accepting_twice_at_once_makes_one_mentor():
    row = make.registration()
    boss = make.confirmed_address(make.person(email="boss@example.org"))
    invitation = inviting.invite(row, by=row.person, email=boss.email)

    outcomes = at_once([lambda: inviting.accept(invitation, by=boss)] * 4)

    refused = [error for error in outcomes if isinstance(error, Refused)]
    assert len(refused) == 3
    assert row.mentorships.count() == 1
