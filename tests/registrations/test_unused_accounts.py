"""Accounts that nobody uses: told, then ended; signing in once keeps them (K3)."""

from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone

from cec import retention
from cec.models import OutgoingMail, Retention
from registrations import unused_accounts
from registrations.models import Erasure, Person, UnusedAccountNotice
from tests import factories as make

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)


def erased():
    """Who was erased, and who asked for it."""
    return list(Erasure.objects.filter(done_at__isnull=False).values_list("person", "asked_by"))


def unused(*, months=36, more=A_DAY, told_days_ago=None, language="en"):
    at = timezone.now() - relativedelta(months=months) - more
    who = make.person(last_login=at, date_joined=at, language=language)
    if told_days_ago is not None:
        sent = timezone.now() - timedelta(days=told_days_ago, minutes=1)
        UnusedAccountNotice.objects.create(person=who, sent_at=sent)
    return who


def mails():
    return list(OutgoingMail.objects.filter(kind="account_ends").values_list("person", flat=True))


class TestTelling:
    def test_comes_30_days_before_the_time_is_over_and_once(self):
        who = unused(more=-timedelta(days=30) + A_DAY)
        unused(more=-timedelta(days=30) - A_DAY)

        told = [unused_accounts.tell(), unused_accounts.tell()]

        assert told == [1, 0]
        assert mails() == [who.pk]
        assert who.events_about.get().kind == "unused_notice"

    def test_is_in_the_persons_language(self):
        who = unused(language="fr")

        unused_accounts.tell()

        assert OutgoingMail.objects.get(person=who).language == "fr"

    def test_leaves_out_whoever_is_needed(self):
        make.registration(unused())
        make.appoint(unused(), "steering")
        make.mentor_offer(unused())
        make.mentorship(make.registration(), unused())

        assert unused_accounts.tell() == 0

    def test_counts_from_the_opening_where_nobody_ever_signed_in(self):
        who = unused()
        Person.objects.filter(pk=who.pk).update(last_login=None)

        assert unused_accounts.tell() == 1

    def test_begins_anew_for_whoever_came_back(self):
        who = unused(told_days_ago=5)
        Person.objects.filter(pk=who.pk).update(last_login=timezone.now())

        unused_accounts.tell()

        assert not UnusedAccountNotice.objects.exists()


class TestEnding:
    def clear(self):
        return retention.rules()["unused_accounts"].clear()

    def test_erases_30_days_after_telling_and_no_day_earlier(self):
        who = unused(told_days_ago=30)
        unused(told_days_ago=29)

        assert self.clear() == 1
        assert self.clear() == 0

        assert erased() == [(who.pk, None)]

    def test_waits_for_the_three_years(self):
        unused(more=-A_DAY, told_days_ago=40)

        assert self.clear() == 0

    def test_does_not_happen_without_telling(self):
        unused(months=60)

        assert self.clear() == 0

    def test_does_not_happen_to_whoever_signed_in_or_registered_since(self):
        back, registered = unused(told_days_ago=40), unused(told_days_ago=40)
        Person.objects.filter(pk=back.pk).update(last_login=timezone.now())
        make.registration(registered, status="submitted")

        assert self.clear() == 0

    def test_takes_somebody_whose_certificate_is_all_that_is_left(self):
        who = unused(told_days_ago=31)
        make.registration(who, status="certified", starts_on=date(2016, 3, 15))

        assert self.clear() == 1

    def test_leaves_whoever_had_a_cycle_until_lately(self):
        make.registration(unused(told_days_ago=31), status="certified", starts_on=date(2024, 1, 1))

        assert self.clear() == 0

    def test_of_one_that_fails_keeps_no_other_and_is_told(self, monkeypatch, caplog):
        broken, others = unused(told_days_ago=40), [unused(told_days_ago=40) for _n in range(11)]
        erase = unused_accounts.erasing.erase

        def fail(person, **said):
            erase(person, **said)
            if person == broken:
                raise RuntimeError("Something in their record")

        monkeypatch.setattr(unused_accounts.erasing, "erase", fail)
        with pytest.raises(retention.SomeStay):
            retention.clear_all()

        noted = Retention.objects.get(rule="unused_accounts")
        broken.refresh_from_db()
        assert {who for who, _by in erased()} == {who.pk for who in others}
        assert broken.is_active
        assert UnusedAccountNotice.objects.get().person == broken
        assert (noted.removed, noted.error) == (11, "1 × RuntimeError")
        assert f"unused_accounts {broken.pk} couldn’t be removed" in caplog.messages
