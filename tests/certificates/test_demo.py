"""The demo data: what `make run` shows is alive, believable and true to the rules."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db.models import F, Q
from django.test import TestCase
from django.utils import timezone

from activities import points
from activities.audit import unsettled
from activities.models import Activity, Audit, Credit, CreditRequest, YearResult
from activities.yearend import results
from cec.models import OutgoingMail
from certificates import completion, demo
from certificates.demo.signins import PASSWORD, SIGNINS
from certificates.models import BatchItem, Certificate, CorrectionRequest, Document
from registrations import queue, watch
from registrations.bank import matching
from registrations.calendar import today_in
from registrations.mentoring import asking, fit
from registrations.models import (
    BankExport,
    BankLine,
    Event,
    MentorOffer,
    Mentorship,
    Notice,
    Payment,
    Person,
    Program,
    Registration,
    Roster,
)
from tests import factories

Status = Registration.Status


def signed_in(name):
    return Person.objects.get(email=f"{name}@example.org")


def registration_of(name):
    return signed_in(name).registrations.select_related("program", "rules", "person").get()


class LoadedDemo(TestCase):
    """Loaded once for all of these."""

    @classmethod
    def setUpTestData(cls):
        out = StringIO()
        call_command("load_demo", even_in_production=True, stdout=out)
        cls.said = out.getvalue()

    def test_it_says_how_many_registrations_it_loaded(self):
        count = Registration.objects.count()

        assert count > 80
        assert self.said == f"Loaded {count} registrations of the demo.\n"

    def test_every_status_and_every_view_of_the_queue_has_somebody(self):
        steering = signed_in("marguerite")

        assert {row.status for row in Registration.objects.all()} == set(Status.values)
        assert all(queue.counts(steering).values())

    def test_the_two_gates_are_there_in_every_combination(self):
        waiting = Registration.objects.filter(status=Status.SUBMITTED, program__code="CEC")
        found = set()
        for row in waiting.with_balance().with_membership():
            waived = row.payments.filter(kind=Payment.Kind.WAIVER).exists()
            fee = "waived" if waived else {Decimal(0): "paid", row.fee: "unpaid"}.get(row.balance)
            found.add((fee or "part paid", row.membership))

        fees = ("paid", "part paid", "unpaid", "waived")
        assert found == {
            (fee, outcome) for fee in fees for outcome in (None, "confirmed", "lapsed", "proof")
        }

    def test_years_are_closed_below_reached_changed_since_and_opened_again(self):
        found = {
            view: results.listed(signed_in("marguerite"), results.Asked(view=view)).count()
            for view in ("below", "reached", "drift", "reopened")
        }

        assert all(found.values()), found
        assert YearResult.objects.filter(edition=2).count() == 1

    def test_a_bank_export_waits_with_something_of_everything(self):
        administrator = signed_in("sunita")
        export = BankExport.objects.get(file_name="account-2.csv")
        lines = list(export.lines.open().order_by("received_on", "number"))

        proposals = matching.propose(lines, by=administrator)

        assert (export.known, export.left_out) == (1, 2)
        assert BankLine.objects.set_aside().get().set_aside_because == "A donation, no fee."
        found = {
            (
                proposal.marked,
                sum(candidate.can_record for candidate in proposal.candidates),
                len(proposal.candidates),
            )
            for proposal in proposals
        }
        assert found == {(True, 1, 1), (False, 1, 1), (False, 2, 2), (False, 0, 1)}

    def test_applicants_have_waited_from_no_day_to_twelve_unless_they_were_asked_to_pay(self):
        waiting = Registration.objects.filter(status=Status.SUBMITTED)
        days = {self._days_since_sent(row) for row in waiting.filter(notices=None)}
        asked = {self._days_since_sent(row) for row in waiting.exclude(notices=None)}

        assert {0, 12} <= days
        assert max(days) == 12
        assert asked == {16, 18, 34}

    @staticmethod
    def _days_since_sent(row):
        """By the calendar: they sent at eight, and the tests run at any hour."""
        return (today_in(row.program) - row.submitted_on).days

    def test_of_those_asked_to_pay_one_is_held_back_and_one_wasnt_reached(self):
        standings = Notice.objects.with_standing().values_list("standing", flat=True)

        assert sorted(standings) == ["failed", "paused", "sent"]

    def test_manitoba_and_quebec_have_a_list_in_use_and_one_in_the_history(self):
        for code in ("MLA", "ABQLA"):
            current, former = Roster.objects.filter(association__code=code)
            assert (current.state, former.state) == ("current", "former")
            assert current.members.filter(name_key__gt="", email_key__gt="").count() > 60
            assert current.counts["new"] >= 9

    def test_what_a_new_list_changed_is_there_to_be_looked_at(self):
        joanne = signed_in("joanne")

        counts = watch.counts(joanne)

        assert counts["doubt"] >= 1
        assert counts["proof"] == 1
        assert Registration.objects.filter(membership_checks__source="roster").exists()

    def test_a_course_counts_in_two_programs_of_one_person(self):
        priya = signed_in("priya.raman")

        (shared,) = (
            activity for activity in priya.activities.all() if activity.credits.count() == 2
        )

        worths = dict(shared.credits.values_list("registration__program__code", "points"))
        assert worths == {"CEC": 20, "CPC": 10}

    def test_nadia_is_at_73_of_120_in_her_second_year_with_7_parked(self):
        standing = points.standing(registration_of("nadia"))

        assert (standing.counted, standing.parked) == (73, 7)
        assert standing.in_year(1).counted == 42
        assert standing.in_year(2).counted == 31

    def test_dylan_starts_today_with_an_empty_record(self):
        dylan = registration_of("dylan")

        assert dylan.status == Status.ACTIVE
        assert dylan.starts_on == today_in(dylan.program)
        assert not dylan.credits.exists()

    def test_nothing_stands_between_tomasz_and_turning_in(self):
        tomasz = registration_of("tomasz")

        assert tomasz.status == Status.ACTIVE
        assert completion.check_turn_in(tomasz) == []

    def test_accepted_records_are_ready_to_be_issued(self):
        accepted = Registration.objects.filter(status=Status.ACCEPTED)

        assert accepted.count() >= 3
        assert all(completion.check_completion(row) == [] for row in accepted)

    def test_a_certificate_was_corrected_one_revoked_and_a_request_waits(self):
        replaced = Certificate.objects.get(state="replaced")
        revoked = Certificate.objects.get(state="revoked")
        waiting = CorrectionRequest.objects.open().get()

        assert replaced.next_edition.holder == "Stanisława Łoś-Okafor"
        assert replaced.holder == "Stanisława Łoś"
        assert revoked.registration.status == Status.CERTIFIED
        assert waiting.name == waiting.registration.person.name != waiting.certificate.holder

    def test_certificates_are_numbered_without_gaps_and_their_documents_are_made(self):
        certificates = Certificate.objects.order_by("year", "sequence")
        numbers = {}
        for certificate in certificates:
            numbers.setdefault(certificate.year, []).append(certificate.sequence)

        assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
        assert Document.objects.count() == certificates.count() >= 5
        assert all(bytes(row.pdf).startswith(b"%PDF") for row in Document.objects.all())
        first = certificates.filter(edition=1)
        assert BatchItem.objects.filter(state="issued").count() == first.count()

    def test_history_lies_in_the_past_and_in_order(self):
        now = timezone.now()

        assert Event.objects.filter(at__gt=now).count() == 0
        assert Event.objects.filter(at__lt=now - timedelta(days=1000)).exists()
        for row in Registration.objects.all():
            moments = list(row.events.values_list("at", flat=True))
            assert moments == sorted(moments)
            assert row.created_at <= min(moments, default=now)

    def test_life_went_on_for_some(self):
        moved = registration_of("heath.stlatlimx")
        cycles = signed_in("walter.bjornson").registrations.order_by("pk")

        assert registration_of("bernadette.cardinal").cycle_changes.get().length == 91
        assert (moved.association.code, moved.membership_check()) == ("LAA", None)
        assert [row.status for row in cycles] == [Status.CERTIFIED, Status.ACTIVE]
        assert cycles[0].ends_on < cycles[1].starts_on
        assert cycles[1].employer_letter.own_words

    def test_nobody_decided_on_their_own_registration(self):
        own = Event.objects.filter(actor_id=F("registration__person_id")).values_list("kind")

        allowed = {"send", "turn_in", "withdraw", "moved", "proof_sent"}
        allowed |= {"mentor_wanted", "mentor_invited", "question_answered"}
        allowed |= {"credits_asked", "credits_answer", "credits_withdrawn"}
        allowed |= {"sharing", "correction_asked"}
        assert {kind for (kind,) in own} <= allowed

    def test_organizations_have_requests_in_every_state(self):
        states = set(CreditRequest.objects.values_list("state", flat=True))

        assert states == set(CreditRequest.State.values)

    def test_every_activity_lies_in_its_program_year_and_was_written_down_after_approval(self):
        done = Q(planned=False)

        assert Credit.objects.count() > 1000
        assert set(Credit.objects.values_list("state", flat=True)) == set(Credit.State.values)
        assert not Activity.objects.filter(done, completed_on__gt=timezone.localdate()).exists()
        for credit in Credit.objects.select_related("registration", "activity"):
            registration = credit.registration
            approved = registration.events.get(kind="approve")
            year = registration.years.get(number=credit.year)
            assert year.holds(credit.completed_on)
            assert credit.activity.created_at >= approved.at

    def test_an_audit_is_under_way_with_an_entry_disallowed_and_one_left_to_decide(self):
        drawn = Audit.objects.filter(state="asked")
        first = drawn.get(place=1)

        assert {audit.registration.status for audit in drawn} == {Status.TURNED_IN}
        assert first.registration.credits.filter(state="disallowed").count() == 1
        assert unsettled(first.registration).count() == 1

    def test_mentors_are_there_in_every_state_and_one_of_them_mentors_nadia(self):
        nadia = registration_of("nadia")

        assert set(MentorOffer.objects.values_list("state", flat=True)) == {
            "offered",
            "confirmed",
            "paused",
        }
        assert set(Mentorship.objects.values_list("state", "kind")) == {
            ("active", "volunteer"),
            ("proposed", "volunteer"),
            ("active", "supervisor"),
        }
        assert nadia.mentorships.get().mentor == signed_in("beatrice")
        assert nadia.mentorships.get().notes.count() == 4
        assert nadia.goals.filter(met_at__isnull=False).count() == 2
        assert asking.waiting(signed_in("joanne")).count() >= 3
        assert any(one.is_full for one in fit.candidates(registration_of("vikram.singh")))

    def test_no_mail_is_left_to_be_sent(self):
        assert OutgoingMail.objects.exists()
        assert not OutgoingMail.objects.waiting().exists()

    def test_every_sign_in_works_and_is_printed(self):
        out = StringIO()

        call_command("demo_signins", stdout=out)

        for signin in SIGNINS:
            person = Person.objects.get(email=signin.email)
            assert person.check_password(PASSWORD)
            assert EmailAddress.objects.filter(user=person, verified=True, primary=True).exists()
            assert f"{signin.email}  " in out.getvalue()
        assert out.getvalue().count(PASSWORD) == len(SIGNINS)

    def test_nobody_else_has_a_password(self):
        emails = [signin.email for signin in SIGNINS]

        others = Person.objects.exclude(email__in=emails)
        assert others.count() > 80
        assert not any(person.has_usable_password() for person in others)

    def test_a_second_load_changes_nothing(self):
        before = (Registration.objects.count(), Person.objects.count(), Event.objects.count())
        out = StringIO()

        call_command("load_demo", even_in_production=True, stdout=out)

        assert "already" in out.getvalue()
        after = (Registration.objects.count(), Person.objects.count(), Event.objects.count())
        assert before == after


@pytest.mark.django_db
def test_on_no_day_of_four_years_is_anything_done_before_the_registration_is_sent():
    """What is planned depends on the day by leap years and by chance."""
    call_command("load_programs", verbosity=0)
    program = Program.objects.get(code=demo.LIBRARIES)
    cast = demo.Cast()
    committee = demo.Committee(cast, timezone.localdate())
    noon = datetime(2026, 1, 1, 17, tzinfo=UTC)

    early = {
        (noon + timedelta(days=number)).date()
        for number in range(0, 4 * 365, 31)
        if not begins_with_the_form(
            planned(noon + timedelta(days=number), program, cast, committee)
        )
    }

    assert early == set()


def planned(now, program, cast, committee):
    """The deeds of all participants on that day, in the order in which they would be played."""
    script = demo.Script(now, ZoneInfo(program.time_zone))
    plot = demo.Plot(script, cast, committee, program)
    plot.participants()
    plot.waiting()
    plot.closed()
    return [do for _moment, _number, do in sorted(script._deeds, key=lambda deed: deed[:2])]


def begins_with_the_form(deeds):
    sent = set()
    for do in deeds:
        method = do.func if isinstance(do, partial) else do
        story = getattr(method, "__self__", None)
        if method.__name__ == "send":
            sent.add(id(story))
        elif story is not None and id(story) not in sent:
            return False
    return True


@pytest.mark.django_db
def test_it_is_refused_in_production(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="isn't loaded while DEBUG is off"):
        call_command("load_demo")

    assert demo.is_wanted()
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_it_leaves_a_database_with_registrations_alone(settings):
    settings.DEBUG = True
    factories.registration()
    out = StringIO()

    call_command("load_demo", stdout=out)

    assert out.getvalue() == "There are registrations already; nothing was changed.\n"
    assert Registration.objects.count() == 1


@pytest.mark.django_db
def test_without_demo_data_no_sign_ins_are_printed():
    out = StringIO()

    call_command("demo_signins", stdout=out)

    assert PASSWORD not in out.getvalue()
