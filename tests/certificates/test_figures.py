"""The committee's figures against plain sums in Python, their scope, filters, pages and exports."""

import csv
import io
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook

from activities import pace, points
from activities.record import Record
from certificates import figures
from certificates.figures import Asked, by_type, fees, flow, funnel, paces, waits
from certificates.figures.asked import DATES, EVER, THIS_YEAR
from registrations.models import Event, Program, Registration
from tests import factories as make
from tests.certificates import records

pytestmark = pytest.mark.django_db

ASSOCIATIONS = ("MLA", "OLA")


def asked(who=None, **fields):
    return Asked(who or make.steering(), make.program(), **{"period": EVER, **fields})


def event(row, kind, at):
    """A line of the history at a moment of the past, as it was written then."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO registrations_event (registration_id, at, kind, from_status, to_status,
                                             reason, details)
            VALUES (%s, %s, %s, '', '', '', '{}')
            """,
            [row.pk, at, kind],
        )


@pytest.fixture
def crowd():
    """Registrations of every state, with activities and days by chance."""
    chance = random.Random(7)
    rows = []
    for number in range(24):
        status = chance.choice(["submitted", "active", "active", "active", "withdrawn", "declined"])
        starts_on = timezone.localdate() - timedelta(days=chance.randrange(30, 1000))
        row = make.registration(
            status=status,
            starts_on=starts_on if status == "active" else None,
            submitted_on=starts_on,
            association_code=ASSOCIATIONS[number % 2],
            paid=status == "active" or chance.random() < 0.5,
        )
        for _entry in range(chance.randrange(0, 7) if status == "active" else 0):
            day = starts_on + timedelta(
                days=chance.randrange((timezone.localdate() - starts_on).days)
            )
            code = chance.choice(["PD-F", "PD-I", "LEAD"])
            make.activity(row, code, hours=str(chance.randrange(1, 30)), on=day)
        rows.append(row)
    return rows


class TestAgainstPlainSums:
    def test_registrations_and_certificates_by_month(self, crowd):
        records.issued()
        everybody = Registration.objects.exclude(status="draft")

        found = flow.months(asked())

        sent = Counter(row.submitted_on.replace(day=1) for row in everybody)
        assert {month: each[0] for month, each in found.items() if each[0]} == sent
        assert sum(each[1] for each in found.values()) == 1

    def test_the_funnel(self, crowd):
        active = [row for row in crowd if row.status == "active"]
        logged = [row for row in active if row.credits.exists()]
        settled = [row for row in crowd if row.status == "active" or row.payments.exists()]

        found = [step.count for step in funnel.steps(asked())]

        assert found == [len(crowd), len(settled), len(active), len(active), len(logged), 0, 0]

    def test_who_reached_a_later_step_has_passed_those_before(self):
        records.issued()
        records.turned_in()
        make.registration(status="lapsed", paid=False)

        found = [(step.count, step.lost) for step in funnel.steps(asked())]

        assert found == [(3, 0), (3, 0), (3, 0), (2, 1), (2, 0), (2, 0), (1, 1)]

    def test_points_by_type_are_what_each_record_counts(self, crowd):
        counted, raw = Counter(), Counter()
        for row in crowd:
            for total in points.standing(row).types:
                counted[total.activity_type_id] += total.counted
                raw[total.activity_type_id] += total.raw

        found = by_type.sums(asked())

        assert sum(row.counted for row in found) == sum(counted.values())
        assert sum(row.raw for row in found) == sum(raw.values())
        assert sum(row.parked for row in found) > 0

    def test_points_of_one_program_year(self, crowd):
        first = sum(points.standing(row).in_year(1).counted for row in crowd)

        found = by_type.sums(asked(year=1))

        assert 0 < sum(row.counted for row in found) == first

    def test_the_pace_of_everybody_is_what_each_dashboard_says(self, crowd):
        active = Registration.objects.filter(status="active").select_related("program", "rules")
        each = Counter(pace.of(Record(row)).band for row in active)

        assert paces.counts(asked()) == each
        assert len(each) > 1

    def test_fees_are_the_ledgers(self, crowd):
        paid = sum(line.amount for row in crowd for line in row.payments.all())
        waiting = [row for row in crowd if row.status == "submitted" and not row.payments.exists()]

        found = fees.sums(asked())

        assert found.together.received == paid
        assert sum(found.owed) == 40 * len(waiting)


class TestWaits:
    def test_half_nine_in_ten_and_the_oldest(self):
        start = datetime(2026, 1, 5, 12, tzinfo=UTC)
        for days in (1, 2, 3, 4, 20):
            row = make.registration()
            event(row, "send", start)
            event(row, "approve", start + timedelta(days=days, hours=3))
        now = timezone.now()
        for days in (2, 19):
            make.registration(status="submitted", submitted_at=now - timedelta(days=days, hours=1))

        found = waits.waits(asked())[0]

        assert (found.answered, found.median, found.most) == (5, 3, 20)
        assert (found.open, found.oldest) == (2, 19)
        assert "Half have a decision within 3\N{NO-BREAK SPACE}days" in waits._point(found).replace(
            "3 days", "3\N{NO-BREAK SPACE}days"
        )

    def test_a_record_that_was_sent_back_waits_anew(self):
        row = records.turned_in()
        start = datetime(2026, 1, 5, tzinfo=UTC)
        other = make.registration()
        for kind, day in (("turn_in", 0), ("return", 4), ("turn_in", 30), ("accept", 36)):
            event(other, kind, start + timedelta(days=day))

        review = next(each for each in waits.waits(asked()) if each.kind == "review")

        assert (review.answered, review.median, review.most) == (2, 4, 6)
        assert (review.open, review.oldest) == (1, 0)
        assert row.status == "turned_in"

    def test_answers_of_another_program_are_not_counted(self):
        start = datetime(2026, 1, 5, tzinfo=UTC)
        other = make.registration()
        event(other, "send", start)
        event(other, "approve", start + timedelta(days=4))
        program = Program.objects.exclude(pk=other.program_id).first()

        found = waits.waits(Asked(make.steering(), program, period=EVER))

        assert [row.answered for row in found] == [0, 0]

    def test_an_answer_belongs_to_the_day_on_which_it_was_given(self):
        row = make.registration()
        event(row, "send", datetime(2025, 12, 30, 12, tzinfo=UTC))
        event(row, "decline", datetime(2026, 1, 2, 12, tzinfo=UTC))
        of = {"period": DATES}

        before = waits.waits(asked(first=date(2025, 1, 1), last=date(2025, 12, 31), **of))
        after = waits.waits(asked(first=date(2026, 1, 1), last=date(2026, 1, 2), **of))

        assert before[0].answered == 0
        assert after[0].answered == 1


class TestScope:
    def test_a_representative_has_the_figures_of_their_association_alone(self, crowd):
        theirs = [row for row in crowd if row.association.code == "MLA"]
        who = asked(make.representative("MLA"))

        assert sum(each[0] for each in flow.months(who).values()) == len(theirs)
        assert funnel.steps(who)[0].count == len(theirs)
        assert sum(paces.counts(who).values()) == sum(row.status == "active" for row in theirs)
        assert fees.sums(who).together.lines == sum(row.payments.count() for row in theirs)
        assert sum(row.counted for row in by_type.sums(who)) == sum(
            points.standing(row).counted for row in theirs
        )
        waiting = sum(row.status == "submitted" for row in theirs)
        assert waits.waits(who)[0].open == waiting

    def test_an_association_narrows_what_the_steering_group_sees(self, crowd):
        narrowed = asked(association=make.association("OLA"))

        assert funnel.steps(narrowed)[0].count == 12

    def test_the_people_behind_are_those_in_ones_care(self, crowd):
        who = asked(make.representative("OLA"))

        shown, total = paces.listed(who, list(paces.BANDS), at=0, most=50)

        assert total == len(shown) > 0
        assert {each.registration.association.code for each in shown} == {"OLA"}
        gaps = [each.counted - each.expected for each in shown]
        assert gaps == sorted(gaps)

    def test_an_association_of_others_is_left_out_of_the_address(self):
        who = make.representative("MLA")

        read = figures.choices(who).read(who, {"association": "OLA", "period": "nonsense"})

        assert read.association is None
        assert read.period == "12"


class TestTime:
    def test_days_in_the_wrong_order_are_turned_round(self):
        who = make.steering()
        query = {"period": DATES, "first": "2026-05-01", "last": "2026-02-01"}

        read = figures.choices(who).read(who, query)

        assert read.bounds == (date(2026, 2, 1), date(2026, 5, 1))

    @pytest.mark.parametrize(
        ("shown", "chosen", "expected"),
        [("12", "12", DATES), ("year", "year", DATES), (DATES, DATES, DATES), (DATES, "12", "12")],
    )
    def test_days_count_unless_another_time_is_chosen_in_their_place(self, shown, chosen, expected):
        who = make.steering()
        query = {"shown": shown, "period": chosen, "first": "2026-02-01", "last": "2026-05-01"}

        read = figures.choices(who).read(who, query)

        assert read.period == expected

    def test_the_address_keeps_what_was_asked(self):
        who = make.steering()
        given = {"period": THIS_YEAR, "association": "OLA", "year": "2"}

        read = figures.choices(who).read(who, given)

        assert read.query() == "program=partnership-cec&association=OLA&period=year&year=2"

    @pytest.mark.parametrize(
        ("days", "unit", "columns"), [(40, "Month", 2), (900, "Quarter", 11), (12_000, "Year", 34)]
    )
    def test_months_become_quarters_and_years(self, days, unit, columns):
        first = timezone.localdate() - timedelta(days=days)
        make.registration(status="submitted", submitted_on=first)

        found = flow.count(asked()).spans

        assert found.heading == unit
        assert abs(len(found.starts) - columns) <= 1


class TestPages:
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_a_new_installation_has_a_warm_sentence_and_no_empty_axes(self, client, language):
        Registration.objects.all().delete()
        with override(language):
            address = reverse("figures")
        client.force_login(make.steering())

        page = client.get(address).content.decode()

        assert '<svg class="columns"' not in page
        assert ("Nobody has registered in this time." in page) == (language == "en")

    def test_every_figure_says_its_point_and_shows_its_table(self, client, crowd):
        client.force_login(make.steering())

        for key in figures.FIGURES:
            page = client.get(reverse("figure", args=[key]), {"period": "all"})
            figure = page.context["figure"]
            assert figure.picture
            for row in figure.table.written:
                assert all(text in page.content.decode() for _column, text in row[:1])

    def test_a_page_asks_the_same_number_of_queries_however_many_there_are(self, client):
        client.force_login(make.steering())
        addresses = [reverse("figures"), reverse("figure_people")]
        addresses += [reverse("figure", args=[key]) for key in figures.FIGURES]

        def ask():
            found = []
            for address in addresses:
                with CaptureQueriesContext(connection) as queries:
                    assert client.get(address, {"period": "all"}).status_code == 200
                found.append(len(queries))
            return found

        make.registration()
        few = ask()
        for _each in range(3):
            make.activity(make.registration(starts_on=date(2025, 6, 1)), on="2025-07-01")

        assert ask() == few

    def test_there_is_no_other_figure(self, client):
        client.force_login(make.steering())

        assert client.get(reverse("figure", args=["nothing"])).status_code == 404
        assert client.post(reverse("figure_export"), {"figure": "x"}).status_code == 404

    def test_a_program_without_an_end_has_no_pace(self):
        program = Program.objects.exclude(code="CEC").first()

        assert paces.figure(Asked(make.steering(), program)).picture is None


class TestExport:
    @pytest.mark.parametrize("key", list(figures.FIGURES))
    def test_a_workbook_and_a_text_hold_the_table_of_the_page(self, client, crowd, key):
        client.force_login(make.administrator())
        figure = client.get(reverse("figure", args=[key]), {"period": "all"}).context["figure"]
        given = {"figure": key, "period": "all"}

        book = client.post(reverse("figure_export"), {**given, "format": "xlsx"})
        text = client.post(reverse("figure_export"), {**given, "format": "csv"})

        (sheet,) = load_workbook(io.BytesIO(book.getvalue())).worksheets
        rows = [list(row) for row in sheet.iter_rows(min_row=3, values_only=True)]
        assert [list(map(plain, row)) for row in rows] == [
            list(map(plain, row)) for row in figure.table.rows
        ]
        written = text.getvalue().decode("utf-8-sig")
        assert ".0000" not in written
        lines = list(csv.reader(io.StringIO(written)))
        assert [list(map(plain, row)) for row in lines[2:]] == [
            list(map(plain, row)) for row in figure.table.rows
        ]

    def test_a_table_says_whose_figures_it_has(self, client, crowd):
        given = {"figure": "flow", "format": "csv", "period": "all"}
        steering, theirs = make.steering(), make.representative("MLA")
        found = []
        for who, code in ((steering, ""), (steering, "OLA"), (theirs, "")):
            client.force_login(who)
            answer = client.post(reverse("figure_export"), given | {"association": code})
            found.append(answer.getvalue().decode("utf-8-sig").splitlines()[0].split('"')[1])

        ends = ("All associations", "OLA", "MLA")
        assert found == [f"CEC, {end}. All the time" for end in ends]

    def test_all_of_them_are_taken_at_once_and_the_history_says_so(self, client):
        who = make.representative("MLA")
        client.force_login(who)

        book = client.post(reverse("figure_export"), {"format": "xlsx"})

        sheets = load_workbook(io.BytesIO(book.getvalue())).worksheets
        assert len(sheets) == len(figures.FIGURES)
        line = Event.objects.get(kind="exported", person=who)
        assert line.details["list"] == "figures"
        assert line.details["rows"] == sum(sheet.max_row - 2 for sheet in sheets)

    def test_a_name_that_looks_like_a_formula_stays_a_text(self, client):
        kind = make.rate("PD-I").activity_type
        kind.name_en = "=HYPERLINK(1)"
        kind.save()
        client.force_login(make.administrator())

        text = client.post(reverse("figure_export"), {"figure": "types", "format": "csv"})

        assert b"'=HYPERLINK(1)" in text.getvalue()
        assert b"\n=HYPERLINK" not in text.getvalue()


def plain(value):
    """A cell as text, numbers without needless zeros, nothing as nothing."""
    if value is None or value == "":
        return ""
    try:
        return f"{Decimal(str(value)).normalize():f}"
    except ArithmeticError:
        return str(value)
