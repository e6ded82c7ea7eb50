"""What erasing somebody leaves alone: whatever is somebody else's (reliability K2).

People write their own name, their number and a new address, and whoever likes may ask to be erased.
"""

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from cec.models import OutgoingMail
from registrations import erasing
from registrations.models import (
    BankExport,
    BankLine,
    CycleChange,
    MembershipCheck,
    Mentorship,
    Person,
    RosterMember,
)
from tests import factories as make
from tests.registrations import lists

pytestmark = pytest.mark.django_db


def erase(person: Person) -> None:
    erasing.erase(person, by=None, reason="")


class TestTextsOfOthers:
    @pytest.mark.parametrize(
        "name", ["because", "https", "late: see https://cec.example.org", "Workshop 2026 fee"]
    )
    def test_lose_no_words_that_somebody_chose_as_a_name(self, name):
        text = f"Waived {name} was late: see https://cec.example.org of the Workshop 2026 fee"
        event = make.registration().note("remark", by=None, reason=text)
        letter = make.failed_mail(person=make.person(), text=text)

        erase(make.person(name))

        event.refresh_from_db()
        letter.refresh_from_db()
        assert (event.reason, letter.text) == (text, text)

    @pytest.mark.parametrize("number", ["cec1.example.org", "120 points", "/en/1042/"])
    def test_nor_words_that_somebody_chose_as_a_number(self, number):
        text = f"120 points: https://cec1.example.org/en/1042/ {number}"
        letter = make.failed_mail(person=make.person(), text=text)

        erase(make.registration(member_number=number).person)

        letter.refresh_from_db()
        assert letter.text == text

    def test_keep_a_name_that_somebody_else_has_too(self):
        namesake = make.person("Marie Tremblay")
        letter = make.failed_mail(person=namesake, text="Dear Marie Tremblay")

        erase(make.person("Marie Tremblay"))

        letter.refresh_from_db()
        assert letter.text == "Dear Marie Tremblay"

    def test_lose_a_name_in_whatever_letters_it_is_written(self):
        letter = make.failed_mail(person=make.person(), text="Ask O’Neil-Roy, Zoé (Zo) O’Neil-Roy")

        erase(make.person("Zoé (Zo) O’Neil-Roy"))

        letter.refresh_from_db()
        assert letter.text == "Ask O’Neil-Roy, —"


class TestReasonsInRecordsOfOthers:
    """A reason stands in the history, and in the row that it is the reason of."""

    def test_lose_a_name_in_both(self):
        row, office, said = make.registration(), make.administrator(), "As Mallory Fox wrote"
        now = timezone.now()
        export = BankExport.objects.create(file_name="a.csv", sha256="a" * 64, uploaded_by=office)
        rows = [
            CycleChange.objects.create(
                registration=row, kind="extension", days=1, recorded_by=office, reason=said
            ),
            make.pay(row, reason=said),
            MembershipCheck.objects.create(
                registration=row, outcome="confirmed", good_until=now, checked_by=office, note=said
            ),
            make.mentorship(row, state="declined"),
            BankLine.objects.create(
                export=export,
                number=1,
                received_on=now.date(),
                amount=5,
                fingerprint="b" * 64,
                set_aside_by=office,
                set_aside_at=now,
                set_aside_because=said,
            ),
        ]
        Mentorship.objects.update(reason=said)

        erase(make.person("Mallory Fox"))

        for kept, name in zip(
            rows, ("reason", "reason", "note", "reason", "set_aside_because"), strict=True
        ):
            kept.refresh_from_db()
            assert getattr(kept, name) == "As — wrote", kept


class TestAddressesOfOthers:
    def test_that_somebody_gave_as_their_new_one_lose_no_mail(self):
        victim, who = make.person(email="victim@example.org"), make.person()
        letter = make.failed_mail(
            person=victim, to=victim.email, text="Write to victim@example.org"
        )
        EmailAddress.objects.create(user=who, email=victim.email, verified=False)
        make.failed_mail(person=who, to=victim.email)

        erase(who)

        assert OutgoingMail.objects.get().pk == letter.pk
        letter.refresh_from_db()
        assert letter.text == "Write to victim@example.org"


class TestListsOfMembers:
    def left(self):
        return set(RosterMember.objects.values_list("pk", flat=True))

    @pytest.mark.parametrize("email", ["ruth@example.org", ""])
    def test_keep_whoever_has_the_number_that_somebody_gave(self, email):
        victim = lists.member(lists.roster(), "Ruth Akande", number="1042", email=email)

        erase(make.registration(make.person("Mallory Fox"), member_number="1042").person)

        assert self.left() == {victim.pk}

    def test_keep_whoever_has_the_address_that_somebody_gave_as_their_new_one(self):
        victim = lists.member(lists.roster(), "Ruth Akande", email="ruth@example.org")
        who = make.person("Mallory Fox")
        EmailAddress.objects.create(user=who, email="ruth@example.org", verified=False)

        erase(who)

        assert self.left() == {victim.pk}

    @pytest.mark.parametrize(
        "said",
        [
            {"number": "1042"},
            {"number": "1042", "name": "Mallory Anne Fox", "email": "other@example.org"},
            {"number": "1042", "name": "Somebody", "email": "mallory@example.org"},
            {"email": "mallory@example.org", "name": "Somebody"},
            {"name": "Mallory Fox"},
        ],
    )
    def test_lose_whoever_it_is_by_what_else_stands_there(self, said):
        lists.member(lists.roster(), **said)
        who = make.person("Mallory Fox", email="mallory@example.org")
        make.registration(who, member_number="1042")

        erase(who)

        assert not self.left()
