"""The pages of the rules: written, tried out, published, read."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from activities import points, publishing, rehearsing
from registrations.models import Rate, Rules
from registrations.rulebook import contents, drafting
from tests import factories as make
from tests.activities.pages import text

pytestmark = pytest.mark.django_db

SLUG = "partnership-cec"


@pytest.fixture
def office():
    return make.administrator()


@pytest.fixture
def client(office):
    browser = Client()
    browser.force_login(office)
    return browser


def url(name, *args):
    return reverse(name, args=args)


def fields(page):
    """What the forms of a page would send as they stand."""
    found = {}
    for form in [page.context["form"], *page.context["forms"]]:
        for field in form:
            value = field.value()
            if value not in (None, False):
                found[field.html_name] = value if value is not True else "on"
    if rows := page.context.get("rows"):
        for field in rows.management_form:
            found[field.html_name] = field.value()
    return found


def lowered(office):
    draft = make.draft(by=office)
    Rate.objects.filter(activity_type__rules=draft, activity_type__key="pd-f").update(per_hour=1)
    return draft


class TestWriting:
    def test_a_type_is_changed_in_a_draft(self, client):
        page = client.get(url("rules_type", SLUG, "pd-f"))
        wanted = fields(page) | {
            "rate-0-per_hour": "1,5",
            "year_cap": "25",
            "year_cap_strictness": "advised",
            "name_fr": "Formation évaluée",
        }

        answer = client.post(url("rules_type", SLUG, "pd-f"), wanted)

        draft = drafting.draft_of(make.program())
        kind = draft.types.get(key="pd-f")
        assert answer["Location"] == url("rules", SLUG)
        assert kind.name_fr == "Formation évaluée"
        assert str(kind.rates.get().per_hour) == "1.50"
        assert (kind.caps.get().points, kind.caps.get().strictness) == (25, "advised")
        shown = client.get(url("rules", SLUG)).text.replace("\u00a0", " ")
        assert "PD-F: 2 points an hour, now 1.5 points an hour" in shown

    def test_saving_what_stands_there_changes_nothing(self, client):
        before = contents.state_of(make.program().current_rules)
        pages = [
            *(url("rules_type", SLUG, key) for key in ("pd-f", "lead", "study")),
            url("rules_needed", SLUG),
        ]

        for page in pages:
            assert client.post(page, fields(client.get(page))).status_code == 302

        assert contents.state_of(drafting.draft_of(make.program())) == before

    def test_rates_are_added_and_removed(self, client):
        page = client.get(url("rules_type", SLUG, "lead"))
        wanted = fields(page) | {
            "rate-0-DELETE": "on",
            "rate-2-per_hour": "3",
            "rate-2-name_en": "chair",
            "rate-2-name_fr": "présidence",
        }

        client.post(url("rules_type", SLUG, "lead"), wanted)

        kind = drafting.draft_of(make.program()).types.get(key="lead")
        assert list(kind.rates.values_list("key", "per_hour")) == [("board", 2), ("chair", 3)]

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"rate-0-fixed": "5"}, "one of the two"),
            ({"rate-0-per_hour": ""}, "one of the two"),
            ({"rate-0-per_hour": "0"}, "above zero"),
            ({"rate-0-per_hour": "", "rate-0-fixed": "5", "rate-0-step": "1"}, "isn’t rounded"),
            ({"rate-0-DELETE": "on"}, "Enter what an activity"),
            ({"code_fr": ""}, "both languages"),
            ({"year_cap": "many"}, "above zero"),
            ({"code_en": "PD-I"}, "Another type has this code"),
        ],
    )
    def test_a_slip_is_said_in_words_and_saves_nothing(self, client, changes, said):
        page = client.get(url("rules_type", SLUG, "pd-f"))

        answer = client.post(url("rules_type", SLUG, "pd-f"), fields(page) | changes)

        assert answer.status_code == 422
        assert said in answer.text
        assert drafting.draft_of(make.program()) is None

    def test_what_somebody_changed_meanwhile_is_told(self, client):
        page = url("rules_type", SLUG, "pd-f")
        mine = fields(client.get(page))
        client.post(page, mine | {"name_en": "First"})

        answer = client.post(page, mine | {"name_en": "Second"})

        assert answer.status_code == 422
        assert "Somebody changed this meanwhile" in answer.text
        assert drafting.draft_of(make.program()).types.get(key="pd-f").name_en == "First"

    def test_years_total_minimum_and_carry_over_are_written(self, client):
        wanted = {
            "cycle_need": "100",
            "cycle_need_strictness": "required",
            "year_need": "20",
            "year_need_strictness": "required",
            "carry": "10",
            "years": "fixed",
            "month": "7",
            "day": "1",
        }
        page = client.get(url("rules_needed", SLUG))

        client.post(url("rules_needed", SLUG), fields(page) | wanted)

        draft = drafting.draft_of(make.program())
        assert draft.year_begins == (7, 1)
        assert (draft.requirement("cycle").points, draft.requirement("year").carry) == (100, 10)

    def test_a_fixed_year_needs_its_day_and_carry_over_a_minimum(self, client):
        page = client.get(url("rules_needed", SLUG))
        wanted = fields(page) | {"years": "fixed", "carry": "5", "year_need": ""}

        answer = client.post(url("rules_needed", SLUG), wanted)

        assert set(answer.context["form"].errors) == {"carry", "month", "day"}

    def test_a_group_is_added_and_a_type_put_into_it_and_removed(self, client):
        page = client.get(url("rules_group_add", SLUG))
        wanted = fields(page) | {"name_en": "Courses", "name_fr": "Cours", "cycle_cap": "50"}
        client.post(url("rules_group_add", SLUG), wanted)
        kind = client.get(url("rules_type", SLUG, "pd-f"))

        client.post(url("rules_type", SLUG, "pd-f"), fields(kind) | {"group": "courses"})
        draft = drafting.draft_of(make.program())
        joined = draft.types.get(key="pd-f").group.key
        seen = drafting.Place(make.program(), "group", "courses").seen()
        client.post(url("rules_remove", SLUG, "group", "courses"), {"seen": seen})

        assert joined == "courses"
        assert not draft.groups.exists()
        assert draft.types.get(key="pd-f").group is None

    def test_subject_areas_are_edited_at_once(self, client):
        page = client.get(url("rules_subjects", SLUG))
        last = len(page.context["rows"].forms) - 1
        wanted = fields(page) | {
            "subject-0-DELETE": "on",
            f"subject-{last}-name_en": "Zines",
            f"subject-{last}-name_fr": "Fanzines",
            f"subject-{last}-place": "1",
        }

        client.post(url("rules_subjects", SLUG), wanted)

        names = list(make.program().subject_areas.values_list("name_en", flat=True))
        assert names[:2] == ["Zines", "Cataloguing and metadata"]
        assert "Collections" not in names


class TestPublishing:
    def test_it_is_rehearsed_published_and_read(self, client, office):
        row = make.registration()
        make.activity(row, "PD-F", hours="4")
        draft = lowered(office)

        client.post(url("rules_rehearse", SLUG))
        rehearsal = client.get(url("rules_rehearsal", SLUG)).text
        form = client.get(url("rules_publish", SLUG)).context["form"]
        answer = client.post(
            url("rules_publish", SLUG),
            {"seen": form["seen"].value(), "whom": "all", "reason": "Decided in May."},
        )

        row.refresh_from_db()
        assert "1 standing changes." in rehearsal
        assert row.person.name in rehearsal
        assert answer["Location"] == url("rules_version", SLUG, 2)
        assert row.rules == draft
        assert points.standing(row).counted == 4
        listed = client.get(url("rules_versions", SLUG)).text
        assert "Decided in May." in listed

    def test_an_edit_makes_the_rehearsal_stale_and_the_page_says_so(self, client, office):
        draft = lowered(office)
        rehearsing.rehearse(make.program(), by=office)
        before = client.get(url("rules", SLUG)).text
        draft.types.get(key="pd-f").rates.update(per_hour=3)

        after = client.get(url("rules", SLUG)).text
        form = client.get(url("rules_publish", SLUG)).context["form"]
        answer = client.post(
            url("rules_publish", SLUG),
            {"seen": form["seen"].value(), "whom": "all", "reason": "Decided."},
        )

        assert "was changed after this rehearsal" not in before
        assert "was changed after this rehearsal" in after
        assert answer.status_code == 409
        assert "Rehearse these rules first" in answer.text
        assert Rules.objects.drafts().filter(pk=draft.pk).exists()

    def test_a_long_rehearsal_is_read_in_pages_with_the_same_queries(self, client, office):
        lowered(office)
        counts = []
        for _round in range(2):
            make.activity(make.registration(), "PD-F")
            rehearsing.rehearse(make.program(), by=office)
            with CaptureQueriesContext(connection) as queries:
                client.get(url("rules_rehearsal", SLUG))
            counts.append(len(queries))

        assert counts[0] == counts[1]

    def test_discarding_asks_nothing_of_anybody(self, client, office):
        draft = lowered(office)

        client.post(url("rules_discard", SLUG), {"seen": contents.state_of(draft)})

        assert drafting.draft_of(make.program()) is None


class TestOne:
    def test_nobody_is_led_to_a_move_to_the_rules_that_they_have(self):
        row = make.registration()
        browser = Client()
        browser.force_login(make.steering())

        assert "move to the current ones" not in text(browser.get(url("desk_registration", row.pk)))

    def test_a_steering_member_sees_what_changes_and_moves_one(self, office):
        row = make.registration()
        make.activity(row, "PD-F", hours="4")
        draft = lowered(office)
        version = publishing.publish(
            make.program(), by=office, seen=contents.state_of(draft), reason="New", for_all=False
        )
        browser = Client()
        browser.force_login(make.steering())

        assert "move to the current ones" in text(browser.get(url("desk_registration", row.pk)))
        page = browser.get(url("rules_move", row.pk))
        answer = browser.post(
            url("rules_move", row.pk),
            {"seen": page.context["form"]["seen"].value(), "reason": "Asked for it."},
        )

        row.refresh_from_db()
        assert "Counted so far: 8, then 4\u00a0points." in page.text
        assert answer["Location"] == url("desk_registration", row.pk)
        assert row.rules == version

    def test_who_cant_be_moved_is_said_with_the_reason(self, client, office):
        row = make.registration()
        make.activity(row, "LEAD", key="board")
        draft = make.draft(by=office)
        draft.types.get(key="lead").rates.filter(key="board").delete()
        version = publishing.publish(
            make.program(), by=office, seen=contents.state_of(draft), reason="New", for_all=False
        )

        page = client.get(url("rules_move", row.pk))
        answer = client.post(url("rules_move", row.pk), {"seen": version.pk, "reason": "Asked."})

        row.refresh_from_db()
        assert "a type or rate that isn’t there any more" in page.text
        assert answer.status_code == 409
        assert row.rules.version == 1


class TestReading:
    @pytest.mark.parametrize(
        ("language", "said"),
        [("en", "2\u00a0points an hour"), ("fr", "2\u00a0points par heure")],
    )
    def test_a_participant_reads_the_rules_they_count_under(self, office, language, said):
        row = make.registration()
        draft = lowered(office)
        publishing.publish(
            make.program(), by=office, seen=contents.state_of(draft), reason="New", for_all=False
        )
        browser = Client()
        browser.force_login(row.person)
        with translation.override(language):
            record, rules = url("record", row.pk), url("own_rules", row.pk)

        page = browser.get(rules)

        assert said in page.text
        assert page.context["registration"].rules.version == 1
        assert rules in browser.get(record).text

    def test_a_rule_is_named_without_its_type_below_the_types_heading(self, client):
        row = make.registration()
        client.force_login(row.person)

        page = client.get(url("own_rules", row.pk)).text

        assert "<dt>At most in a program year</dt>" in page
        assert "<dt>Board member</dt>" in page
        assert "PD-F, at most" not in page

    def test_a_draft_is_nobodys_version(self, client, office):
        draft = lowered(office)

        assert client.get(url("rules_version", SLUG, draft.version)).status_code == 404
