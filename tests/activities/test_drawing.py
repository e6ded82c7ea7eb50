"""The audit draw: who takes part, who is drawn, and that nobody steers it (C2)."""

import subprocess
import sys
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from activities import drawing
from activities.drawing import Plan
from activities.models import Audit, AuditDraw
from cec.models import OutgoingMail
from cec.problems import Refused
from registrations.calendar import today_in
from registrations.models import Registration
from tests import factories as make
from tests.activities import audits
from tests.races import at_once, wait_for_a_lock

ROOT = Path(__file__).resolve().parents[2]


def turned_in(who=None, **fields):
    """A record in review, by its state and its event alone."""
    row = make.registration(who, status="turned_in", **fields)
    row.note("turn_in", by=row.person)
    return row


def draw(plan=None, *, by=None, **fields):
    return drawing.draw(make.program(), plan or Plan(), by=by or make.steering(), **fields)


def states(made):
    return sorted(made.audits.values_list("state", flat=True))


@pytest.mark.django_db
class TestWhoIsDrawn:
    @pytest.mark.parametrize(
        ("records", "percent", "drawn"),
        [(1, 1, 1), (10, 10, 1), (11, 10, 2), (20, 10, 2), (3, 100, 3), (7, 50, 4), (0, 50, 0)],
    )
    def test_the_share_is_rounded_up(self, records, percent, drawn):
        assert drawing.number_drawn(records, percent) == drawn

    def test_the_first_ones_by_sha_256_of_seed_line_feed_and_reference(self):
        rows = [turned_in() for _number in range(7)]

        made = draw(Plan(percent=30))

        order = sorted(
            (row.reference for row in rows),
            key=lambda text: sha256(f"{made.seed}\n{text}".encode()).hexdigest(),
        )
        audits = list(made.audits.order_by("place"))
        assert [audit.registration.reference for audit in audits] == order
        assert [audit.state for audit in audits] == ["asked"] * 3 + ["spared"] * 4
        assert [audit.place for audit in audits] == [1, 2, 3, 4, 5, 6, 7]

    def test_only_records_of_the_program_that_are_in_review_take_part(self):
        wanted = turned_in()
        for status in ("active", "accepted", "certified", "lapsed", "submitted"):
            make.registration(status=status)
        make.registration(status="turned_in", code="CPC")

        made = draw()

        assert [audit.registration for audit in made.audits.all()] == [wanted]

    def test_the_days_of_turning_in_are_the_programs_and_both_belong_to_it(self):
        row = turned_in()
        today = today_in(row.program)
        day = timedelta(days=1)

        for plan in (Plan(first_day=today + day), Plan(last_day=today - day)):
            with pytest.raises(Refused) as refused:
                draw(plan)
            assert refused.value.problems[0].code == "nobody"
        made = draw(Plan(first_day=today, last_day=today))

        assert made.audits.get().registration == row
        assert (made.first_day, made.last_day) == (today, today)

    def test_who_passed_is_exempt_until_the_last_day_and_not_a_day_longer(self):
        today = today_in(make.program())
        passed_until = {"yesterday": today - timedelta(days=1), "today": today}
        people = {name: make.person(name) for name in passed_until}
        former = draw_of(*(make.registration(who, status="certified") for who in people.values()))
        for audit in former:
            passed(audit, until=passed_until[audit.registration.person.name])
        for who in people.values():
            turned_in(who)

        made = draw(Plan(percent=100))

        found = {audit.registration.person.name: audit.state for audit in made.audits.all()}
        assert found == {"yesterday": "asked", "today": "exempt"}

    def test_those_drawn_get_a_mail_with_the_date_and_a_line_in_their_history(self):
        rows = [turned_in(), turned_in()]

        made = draw(Plan(percent=50, days=21))

        drawn = made.audits.get(state="asked").registration
        spared = next(row for row in rows if row != drawn)
        mail = OutgoingMail.objects.get(kind="audit_asked")
        assert made.evidence_until == today_in(made.program) + timedelta(days=21)
        assert mail.person == drawn.person
        assert drawn.events.get(kind="audit_asked").details["seed"] == made.seed
        assert not spared.events.filter(kind="audit_asked").exists()


def draw_of(*registrations):
    """Audits of an earlier draw, as rows alone."""
    earlier = audits.made()
    return [
        Audit.objects.create(draw=earlier, registration=row, place=place, state="asked")
        for place, row in enumerate(registrations, start=1)
    ]


def passed(audit, *, until):
    audit.state, audit.passed_at, audit.passed_by = "passed", timezone.now(), make.steering()
    audit.exempt_until = until
    audit.save()


@pytest.mark.django_db
class TestWhoDraws:
    def test_only_the_steering_group(self):
        turned_in()

        for other in (make.representative(), make.administrator(), make.person()):
            with pytest.raises(PermissionDenied):
                draw(by=other)

        assert not AuditDraw.objects.exists()

    def test_not_when_the_own_record_takes_part(self):
        who = make.steering()
        turned_in(who)

        with pytest.raises(Refused) as refused:
            draw(by=who)

        assert refused.value.problems[0].code == "own_record"
        assert not AuditDraw.objects.exists()

    def test_not_when_a_mentees_record_takes_part(self):
        who = make.confirmed_address(make.steering())
        row = turned_in()
        make.mentorship(row, who)

        with pytest.raises(Refused) as refused:
            draw(by=who)

        assert refused.value.problems[0].code == "own_record"
        assert draw().audits.get().registration == row


@pytest.mark.django_db
class TestOnce:
    def test_a_second_draw_finds_nobody_and_takes_only_what_came_since(self):
        first = turned_in()
        draw()

        with pytest.raises(Refused) as refused:
            draw()
        later = turned_in()
        made = draw()

        assert refused.value.problems[0].code == "nobody"
        assert [audit.registration for audit in made.audits.all()] == [later]
        assert first.audit.draw != made

    def test_the_same_form_twice_is_one_draw(self):
        turned_in()
        key, who = "6f1c1d6e-5a39-4f0c-8b9c-3a4d0f6b0c11", make.steering()

        made = [draw(by=who, form_key=key), draw(by=who, form_key=key)]

        assert made[0] == made[1]
        assert AuditDraw.objects.count() == 1
        assert OutgoingMail.objects.filter(kind="audit_asked").count() == 1

    def test_the_database_keeps_a_record_out_of_a_second_draw(self):
        audit = draw_of(turned_in())[0]

        with pytest.raises(IntegrityError), transaction.atomic():
            Audit.objects.create(
                draw=audit.draw, registration=audit.registration, place=2, state="spared"
            )

    def test_the_database_keeps_the_seed_as_it_is(self):
        turned_in()
        made = draw()

        rows = AuditDraw.objects.filter(pk=made.pk)
        for deed in (lambda: rows.update(seed="chosen"), lambda: rows._raw_delete("default")):
            with pytest.raises(DatabaseError, match="history is kept"), transaction.atomic():
                deed()

        assert rows.get().seed == made.seed

    def test_seeds_are_long_and_differ(self):
        seeds = []
        for _number in range(3):
            turned_in()
            seeds.append(draw().seed)

        assert len(set(seeds)) == 3
        assert {len(seed) for seed in seeds} == {32}

    def test_what_the_last_draw_was_made_with_is_proposed(self):
        turned_in()
        draw(Plan(percent=25, days=14, exempt_years=5))

        assert drawing.usual(make.program()) == Plan(percent=25, days=14, exempt_years=5)
        assert drawing.usual(make.program("CPC")) == Plan(percent=10, days=30, exempt_years=3)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_make_one_draw():
    for _number in range(5):
        turned_in()
    people = [make.steering(), make.steering(), make.steering()]

    outcomes = at_once([lambda who=who: draw(by=who) for who in people])

    refused = [found for found in outcomes if isinstance(found, Refused)]
    assert len(refused) == 2
    assert AuditDraw.objects.count() == 1
    assert Audit.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_a_record_that_is_accepted_meanwhile_takes_no_part():
    row, other = turned_in(), turned_in()
    who, locked = make.steering(), Event()

    def accept():
        with transaction.atomic():
            Registration.objects.select_for_update().get(pk=row.pk)
            locked.set()
            wait_for_a_lock()
            Registration.objects.filter(pk=row.pk).update(status="accepted")

    def draw_meanwhile():
        locked.wait(20)
        return draw(by=who)

    _accepted, made = at_once([accept, draw_meanwhile])

    assert [audit.registration for audit in made.audits.all()] == [other]


@pytest.mark.django_db
def test_the_recipe_of_the_documentation_repeats_a_draw(client, tmp_path):
    for _number in range(6):
        turned_in()
    made = draw(Plan(percent=40))
    client.force_login(made.drawn_by)
    listed = tmp_path / "draw.csv"
    listed.write_bytes(client.get(f"/en/audits/{made.pk}/list/").content)
    text = (ROOT / "docs" / "audit-draw.md").read_text(encoding="utf-8")
    recipe = tmp_path / "repeat.py"
    recipe.write_text(text.split("```python\n")[1].split("```")[0], encoding="utf-8")

    forged = tmp_path / "forged.csv"
    swapped = listed.read_text().replace(",yes", ",?").replace(",no", ",yes").replace(",?", ",no")
    forged.write_text(swapped)

    answers = [
        subprocess.run(
            [sys.executable, recipe, name, made.seed, str(made.percent)],
            capture_output=True,
            text=True,
            check=False,
        )
        for name in (listed, forged)
    ]

    drawn = made.audits.filter(state="asked").order_by("place")
    assert len(drawn) == 3
    assert answers[0].stdout.split() == [audit.registration.reference for audit in drawn]
    assert [answer.returncode for answer in answers] == [0, 1]
    assert "not what was published" in answers[1].stderr
