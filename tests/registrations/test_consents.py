"""What people agree to: in which words, when, how, and how it ends (K4)."""

from datetime import date
from hashlib import sha256

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from registrations import consents, registering
from registrations.mentoring import asking, assigning, inviting
from registrations.models import Consent, RemindersOff
from registrations.notices import choices
from tests import factories as make

pytestmark = pytest.mark.django_db

Kind = consents.Kind
How = consents.How

# A text that people agreed to is never changed: another wording is another version.
LANDED = {
    "mentor-1.en": "ebcfeb99354bd860786b7351b2749f5ce710ad619353cb5616d61a930512bad1",
    "mentor-1.fr": "8f6b2484b0e039bbffe320052649fb0066294094a27d72ca9f6080475ad03bca",
    "program-0.en": "5873c6012727f1191c37b5a9b1f4fa169cd84a732cad57811dcd9b24ef52b072",
    "program-0.fr": "f80eee0905292742707ad691fd98ee4d19c44e8d992e83e738d9fa6f9ebd2f55",
    "program-1.en": "af295ea21b2c4d45c96fa897e25265646ac6fa0ccf12cb3b445b789e212d711b",
    "program-1.fr": "58463a7e6d07a51ccc6f56f5efab818551c99167f3bf4ce29dbeecb83e25cb02",
    "reminders-1.en": "3ba139c2d1a4affd01911adb0234aad5459c32d519aa85dc86cb3c35eb9472f5",
    "reminders-1.fr": "f69af08016a745cabfdaed27f4f29c3bd408f3ba3b111c515a3a6e53c1887187",
    "sharing-1.en": "d690e39d4026edd070e0fadeb2924292ae35588d9eed87f4b032a37d425a6d0e",
    "sharing-1.fr": "d355421e7acb70db07ba7c4925fa8283c5a158528d9ade3c408f49cc14abcfe2",
}


def agreed(person):
    return {row.kind: row.version for row in Consent.objects.in_force().filter(person=person)}


class TestTexts:
    def test_that_landed_say_what_they_said(self):
        found = {
            path.stem: sha256(path.read_bytes()).hexdigest()
            for path in consents.FOLDER.glob("*.txt")
        }

        assert {name: found.get(name) for name in LANDED} == LANDED

    def test_are_there_in_both_languages_for_every_version_of_every_kind(self):
        wanted = {
            f"{kind}-{version.number}.{language}"
            for kind, versions in consents.VERSIONS.items()
            for version in versions
            for language in ("en", "fr")
        }

        assert {path.stem for path in consents.FOLDER.glob("*.txt")} == wanted
        assert set(consents.VERSIONS) == set(Kind.values)


class TestAgreeing:
    def test_keeps_version_language_and_digest_of_the_text(self):
        who = make.person()

        with translation.override("fr"):
            consents.give(who, Kind.PROGRAM, how=How.PAGE)

        row = Consent.objects.get()
        assert (row.version, row.language) == (1, "fr")
        assert row.sha256 == LANDED["program-1.fr"]
        assert who.events_about.get().details == {"consent": "program", "version": 1}

    def test_twice_is_once(self):
        who = make.person()

        said = [consents.give(who, Kind.PROGRAM, how=How.PAGE) for _click in range(2)]

        assert said == [True, False]
        assert Consent.objects.count() == 1

    def test_can_be_in_force_once_for_each_kind(self):
        who = make.person()
        consents.give(who, Kind.PROGRAM, how=How.PAGE)
        row = Consent.objects.get()
        row.pk = None

        with (
            pytest.raises(IntegrityError, match="one_consent_of_a_kind_is_in_force"),
            transaction.atomic(),
        ):
            row.save(force_insert=True)

    def test_can_be_withdrawn_and_given_again_and_all_of_it_is_kept(self):
        who = make.person()
        consents.give(who, Kind.SHARING, how=How.PAGE)

        withdrawn = [consents.withdraw(who, Kind.SHARING, how=How.PAGE) for _click in range(2)]
        consents.give(who, Kind.SHARING, how=How.PAGE)

        assert withdrawn == [True, False]
        assert [row.withdrawn_how for row in Consent.objects.order_by("pk")] == ["page", ""]


class TestRegistering:
    def test_asks_and_refuses_without_the_tick(self, client):
        row = make.registration(status="draft")
        client.force_login(row.person)

        page = client.post(reverse("check_answers", args=[row.pk]))

        row.refresh_from_db()
        assert page.status_code == 422
        assert row.status == "draft"
        assert agreed(row.person) == {}

    def test_keeps_what_was_agreed_to_and_switches_off_reminders_that_were_not_wanted(self, client):
        row = make.registration(status="draft")
        client.force_login(row.person)

        client.post(reverse("check_answers", args=[row.pk]), {"program": "on"})

        row.refresh_from_db()
        assert row.status == "submitted"
        assert agreed(row.person) == {"program": 1}
        off = {kind.name for kind in choices.offered_to(row.person)}
        assert choices.switched_off(row.person) == off

    def test_records_express_consent_to_reminders(self, client):
        row = make.registration(status="draft", wants_mentor=True)
        client.force_login(row.person)

        client.post(reverse("check_answers", args=[row.pk]), {"program": "on", "reminders": "on"})

        assert agreed(row.person) == {"program": 1, "reminders": 1, "mentor": 1}
        assert not RemindersOff.objects.exists()
        assert Consent.objects.get(kind="reminders").given_how == "registering"

    def test_does_not_ask_again_for_what_was_agreed_to(self, client):
        row = make.registration(status="draft")
        consents.give(row.person, Kind.PROGRAM, how=How.REGISTERING)
        consents.give(row.person, Kind.REMINDERS, how=How.PAGE)
        client.force_login(row.person)

        client.post(reverse("check_answers", args=[row.pk]))

        row.refresh_from_db()
        assert row.status == "submitted"
        assert not RemindersOff.objects.exists()


class TestReminders:
    def test_that_are_wanted_on_the_page_are_consent_and_none_is_its_end(self):
        who = make.person()
        names = [kind.name for kind in choices.offered_to(who)]

        choices.choose(who, among=names, wanted=names[:1], by=who)
        given = agreed(who)
        choices.choose(who, among=names, wanted=[], by=who)

        assert given == {"reminders": 1}
        assert agreed(who) == {}


class TestThePage:
    def test_shows_the_words_that_were_agreed_to_and_when(self, client):
        row = make.registration(status="draft")
        registering.send(row, by=row.person)
        client.force_login(row.person)

        said = client.get(reverse("consents")).content.decode()

        assert consents.text("program", 1, "en").words in said
        assert "on registering" in said
        assert "withdraw your registration first" in said

    def test_withdraws_reminders_and_switches_them_off(self, client):
        who = make.person()
        choices.want_all(who, by=who, how=How.PAGE)
        client.force_login(who)

        client.post(reverse("consents"), {"kind": "reminders", "deed": "withdraw"})

        assert agreed(who) == {}
        assert choices.switched_off(who) == {kind.name for kind in choices.offered_to(who)}

    def test_keeps_the_program_as_long_as_a_registration_goes_on(self, client):
        row = make.registration()
        consents.give(row.person, Kind.PROGRAM, how=How.PAGE)
        client.force_login(row.person)

        client.post(reverse("consents"), {"kind": "program", "deed": "withdraw"})
        still = agreed(row.person)
        type(row).objects.filter(pk=row.pk).update(status="withdrawn")
        client.post(reverse("consents"), {"kind": "program", "deed": "withdraw"})

        assert still == {"program": 1}
        assert agreed(row.person) == {}

    @pytest.mark.parametrize(
        "given", [{"kind": "x", "deed": "agree"}, {"kind": "program", "deed": "x"}, {}]
    )
    def test_knows_no_other_deed(self, client, given):
        client.force_login(make.person())

        assert client.post(reverse("consents"), given).status_code == 404


class TestATextThatChanged:
    @pytest.fixture
    def earlier(self):
        """Somebody who registered before texts had versions."""
        row = make.registration()
        text = consents.text("program", 0, "en")
        Consent.objects.create(
            person=row.person,
            kind="program",
            version=0,
            language="en",
            sha256=text.sha256,
            given_at=timezone.now(),
            given_how="earlier",
        )
        return row

    def test_is_asked_about_on_every_page_until_it_is_agreed_to(self, client, earlier):
        client.force_login(earlier.person)
        address = reverse("registration_status", args=[earlier.pk])

        before = client.get(address).content.decode()
        client.post(reverse("consents"), {"kind": "program", "deed": "agree"})
        after = client.get(address).content.decode()

        assert "A text that you agreed to has changed" in before
        assert "A text that you agreed to has changed" not in after
        assert agreed(earlier.person) == {"program": 1}
        former = Consent.objects.get(version=0)
        assert former.withdrawn_how == "replaced"

    def test_of_the_same_substance_is_not_asked_about(self, monkeypatch):
        who = make.person()
        consents.give(who, Kind.PROGRAM, how=How.PAGE)
        versions = (*consents.VERSIONS["program"], consents.Version(2, date(2027, 1, 1)))
        monkeypatch.setitem(consents.VERSIONS, Kind.PROGRAM, versions)

        assert consents.asked_again(who) == []
        assert consents.current(Kind.PROGRAM) == 2

    def test_is_not_asked_of_whoever_never_agreed(self, client):
        row = make.registration()
        client.force_login(row.person)

        said = client.get(reverse("registration_status", args=[row.pk])).content.decode()

        assert "A text that you agreed to has changed" not in said


class TestAMentor:
    def test_is_agreed_to_by_asking_and_no_longer_by_taking_the_wish_back(self):
        row = make.registration()

        asking.ask(row, by=row.person)
        given = agreed(row.person)
        asking.take_back(row, by=row.person)

        assert given == {"mentor": 1}
        assert agreed(row.person) == {}

    def test_who_is_invited_is_agreed_to_until_the_participant_ends_it(self):
        row = make.registration()
        inviting.invite(row, by=row.person, email="supervisor@example.org")
        given = agreed(row.person)
        mentorship = make.mentorship(row)

        assigning.end(mentorship, by=row.person)

        assert given == {"mentor": 1}
        assert agreed(row.person) == {}
