"""The part "Counts in" of an entry's page: where it counts, as what, and how one changes that."""

import re
import uuid
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities import log, several
from activities.models import Activity, Credit
from registrations.models import Registration
from tests import factories as make
from tests.activities.pages import at, full, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def library():
    return make.registration(make.person("Joanne"))


@pytest.fixture
def careers(library):
    return make.registration(
        library.person, code="CPC", association_code=None, starts_on=date(2025, 6, 1)
    )


@pytest.fixture
def own(client, library, careers):
    client.force_login(library.person)
    return client


@pytest.fixture
def entry(library):
    return make.activity(library, "PD-F", hours="10", on="2025-07-01", title="Ethics")


def fixed(code="1-WEEK"):
    return make.rate(code, program_code="CPC")


def share(careers, entry):
    several.count_in(careers, entry, rate=fixed())


def close(registration, status="turned_in"):
    Registration.objects.filter(pk=registration.pk).update(status=status)


def codes(entry):
    return set(entry.credits.kept().values_list("registration__program__code", flat=True))


def test_a_person_with_one_record_sees_nothing_of_it(client, library, entry):
    client.force_login(library.person)

    for page in (
        at("activity", library, entry.pk),
        at("activity_add", library),
        at("activities", library),
    ):
        assert "counts-in" not in client.get(page).content.decode()


def test_the_quick_card_points_to_the_full_form_where_another_record_waits(own, library):
    markup = own.get(at("activities", library)).content.decode()

    assert f'href="{at("activity_add", library)}#counts-in"' in markup
    assert "also_" not in markup


def test_a_new_entry_counts_nowhere_else_unless_it_is_chosen(own, library, careers):
    page = own.get(at("activity_add", library)).content.decode()

    own.post(at("activity_add", library), full("PD-F"))

    field = page.split(f'name="also_{careers.pk}"')[1].split("</select>")[0]
    assert careers.program.name in page
    assert re.findall(r'value="(\d*)" selected', field) == [""]
    assert codes(Activity.objects.get()) == {"CEC"}


def test_a_new_entry_is_saved_in_both_and_told_for_each(own, library, careers):
    said = full("PD-F", completed_on="2025-07-01") | {f"also_{careers.pk}": fixed().pk}

    response = own.post(at("activity_add", library), said, follow=True)

    assert codes(Activity.objects.get()) == {"CEC", "CPC"}
    page = text(response)
    assert "Added. 8 points count. Year 1 is at 8." in page
    assert f"{careers.program.name}: 10 credits count." in page


def test_a_form_that_arrives_twice_is_saved_once_in_both(own, library, careers):
    said = full("PD-F", completed_on="2025-07-01") | {f"also_{careers.pk}": fixed().pk}

    own.post(at("activity_add", library), said)
    own.post(at("activity_add", library), said)

    assert Activity.objects.count() == 1
    assert Credit.objects.count() == 2


def test_going_back_and_choosing_another_program_is_another_entry_to_look_at(own, library, careers):
    said = full("PD-F", completed_on="2025-07-01")
    own.post(at("activity_add", library), said)

    again = own.post(at("activity_add", library), said | {f"also_{careers.pk}": fixed().pk})

    assert "This looks like a repeat." in text(again)
    assert Activity.objects.count() == 1


def test_what_one_program_refuses_stands_at_its_field_with_its_name(own, library, careers):
    said = full("PD-F", completed_on="2025-05-31")

    refused = own.post(at("activity_add", library), said | {f"also_{careers.pk}": fixed().pk})
    alone = own.post(at("activity_add", library), said)

    assert refused.status_code == 422
    assert text(refused).count(f"{careers.program.name}: This was before 1 June 2025") >= 2
    assert alone.status_code == 302


def test_a_form_of_fixed_numbers_asks_for_hours_where_another_program_counts_them(
    own, library, careers
):
    said = full("1-WEEK", program_code="CPC", completed_on="2025-07-01") | {
        f"also_{library.pk}": make.rate("PD-F").pk
    }

    without = own.post(at("activity_add", careers), said | {"hours": ""})
    own.post(at("activity_add", careers), said | {"hours": "10"})

    assert without.status_code == 422
    assert f"{library.program.name}: This type counts by the hour" in text(without)
    points = dict(Credit.objects.values_list("registration__program__code", "points"))
    assert points == {"CPC": 10, "CEC": 20}


def test_an_edit_in_a_record_without_hours_loses_none(own, library, careers, entry):
    share(careers, entry)
    page = at("activity", careers, entry.pk)
    said = full("1-WEEK", program_code="CPC", completed_on="2025-07-01", hours="10")

    shown = own.get(page).content.decode()
    own.post(page, said)

    entry.refresh_from_db()
    assert 'name="hours" value="10"' in shown
    assert (entry.hours, entry.version) == (10, 2)


def test_the_entry_says_what_it_is_worth_in_each_and_why_that_differs(own, library, careers, entry):
    share(careers, entry)

    page = text(own.get(at("activity", library, entry.pk)))

    assert "20 points as PD-F (2 points an hour). Counts in full." in page
    assert "10 credits as 1-WEEK (a fixed number). Counts in full." in page
    assert f"in {careers.program.name} the number is fixed." in page


def test_it_is_counted_in_another_record_and_a_second_click_says_nothing_new(
    own, library, careers, entry
):
    page = at("activity_count_in", library, entry.pk, careers.pk)

    first = own.post(page, {"rate": fixed().pk}, follow=True)
    second = own.post(page, {"rate": fixed().pk}, follow=True)

    assert f"{careers.program.name}: 10 credits count." in text(first)
    assert f"{careers.program.name}: 10 credits count." not in text(second)
    assert codes(entry) == {"CEC", "CPC"}


@pytest.mark.parametrize("rate", ["", "x", "0", "9" * 30, "foreign"])
def test_only_a_type_of_that_program_is_taken(own, library, careers, entry, rate):
    given = make.rate("PD-I").pk if rate == "foreign" else rate

    response = own.post(
        at("activity_count_in", library, entry.pk, careers.pk), {"rate": given}, follow=True
    )

    assert "Choose" in text(response)
    assert codes(entry) == {"CEC"}


def test_what_can_not_count_there_says_why_and_offers_nothing(own, library, careers):
    entry = make.activity(library, "PD-F", hours="10", on="2025-05-31")
    page = at("activity", library, entry.pk)

    shown = own.get(page)
    response = own.post(
        at("activity_count_in", library, entry.pk, careers.pk), {"rate": fixed().pk}, follow=True
    )

    assert "It can’t count there. This was before 1 June 2025" in text(shown)
    assert f'action="{at("activity_count_in", library, entry.pk, careers.pk)}"' not in (
        shown.content.decode()
    )
    assert "This was before 1 June 2025" in text(response)
    assert codes(entry) == {"CEC"}


def test_an_entry_without_hours_says_that_a_type_by_the_hour_needs_them(own, library, careers):
    course = make.activity(careers, "1-WEEK", hours=None, on="2025-07-01")
    hint = "A type that counts by the hour needs the hours: write them above and save first."

    before = text(own.get(at("activity", careers, course.pk)))
    Activity.objects.filter(pk=course.pk).update(hours=1)
    after = text(own.get(at("activity", careers, course.pk)))

    assert hint in before
    assert hint not in after


def test_where_it_counts_stands_before_its_history(own, library, careers, entry):
    page = text(own.get(at("activity", library, entry.pk)))

    assert page.index("Counts in") < page.index("History")


def test_taking_it_out_there_keeps_it_here_and_can_be_undone(own, library, careers, entry):
    share(careers, entry)
    page = at("activity_take_out", library, entry.pk, careers.pk)

    taken = own.post(page, follow=True)
    again = own.post(page, follow=True)
    undo = own.post(at("activity_restore", careers, entry.pk), follow=True)

    said = (
        f"“Ethics” no longer counts in {careers.program.name}. It stays in {library.program.name}."
    )
    assert said in text(taken)
    assert f'href="{at("activity_restore", careers, entry.pk)}"' in taken.content.decode()
    assert said not in text(again)
    assert "It’s back in your record. 10 credits count." in text(undo)
    assert codes(entry) == {"CEC", "CPC"}


def test_the_delete_page_says_where_it_stays(own, library, careers, entry):
    share(careers, entry)
    page = at("activity_delete", library, entry.pk)

    asked = text(own.get(page))
    deleted = text(own.post(page, follow=True))

    assert f"It stays in {careers.program.name}." in asked
    assert f"It stays in {careers.program.name}." in deleted
    assert codes(entry) == {"CPC"}
    assert own.get(at("activity", library, entry.pk)).status_code == 404
    assert own.get(at("activity", careers, entry.pk)).status_code == 200


def test_a_closed_record_fixes_the_form_but_for_the_type(own, library, careers, entry):
    share(careers, entry)
    close(library, "certified")
    page = at("activity", careers, entry.pk)
    said = full("4-WEEK", program_code="CPC", title="Another", hours="1")

    markup = own.get(page).content.decode()
    response = own.post(page, said)

    entry.refresh_from_db()
    assert "That record is closed, so the details stay as they are." in text(own.get(page))
    assert 'name="title" value="Ethics"' in markup
    assert markup.count(" disabled") >= 5
    assert response.status_code == 302
    assert (entry.title, entry.hours) == ("Ethics", 10)
    assert Credit.objects.get(registration=careers).points == 40


def test_from_a_closed_record_it_can_still_be_counted_in_an_open_one(own, library, careers, entry):
    close(library)
    page = at("activity", library, entry.pk)

    shown = own.get(page)
    own.post(at("activity_count_in", library, entry.pk, careers.pk), {"rate": fixed().pk})

    assert "Count it there too" in text(shown)
    assert codes(entry) == {"CEC", "CPC"}


@pytest.mark.parametrize("name", ["activity_count_in", "activity_take_out"])
def test_a_closed_record_neither_takes_nor_gives(own, library, careers, entry, name):
    if name == "activity_take_out":
        share(careers, entry)
    close(careers)
    before = codes(entry)

    response = own.post(at(name, library, entry.pk, careers.pk), {"rate": fixed().pk}, follow=True)

    assert "This record is closed for changes." in text(response)
    assert codes(entry) == before


@pytest.mark.parametrize("name", ["activity_count_in", "activity_take_out"])
def test_only_ones_own_records_and_entries_are_touched(own, library, careers, entry, name):
    stranger = make.registration(code="CPC", association_code=None)
    theirs = make.activity(stranger, "WEBINAR", hours=None)
    share(careers, entry)

    for registration, activity, other in (
        (library, entry.pk, stranger.pk),
        (library, theirs.pk, careers.pk),
        (stranger, theirs.pk, library.pk),
        (library, entry.pk, library.pk),
        (library, entry.pk, 2**63),
    ):
        page = at(name, registration, activity, other)
        assert own.post(page, {"rate": fixed().pk}).status_code == 404
        assert own.get(page).status_code in (404, 405)
    assert codes(entry) == {"CEC", "CPC"}
    assert codes(theirs) == {"CPC"}


def test_readers_of_one_record_learn_nothing_of_the_other(client, library, careers, entry):
    share(careers, entry)
    mentor = make.confirmed_address(make.person("Mentor"))
    make.mentorship(library, mentor)
    for reader in (make.representative("MLA"), mentor):
        client.force_login(reader)
        for page in (
            at("activity", library, entry.pk),
            at("activities", library) + "?year=all",
            at("record", library),
        ):
            said = client.get(page)

            assert said.status_code == 200
            assert careers.program.name not in said.content.decode()
            assert "1-WEEK" not in said.content.decode()
        assert client.get(at("activity", careers, entry.pk)).status_code == 404
        page = at("activity_count_in", library, entry.pk, careers.pk)
        assert client.post(page, {"rate": fixed().pk}).status_code == 403


def test_each_list_shows_what_belongs_to_its_record(own, library, careers, entry):
    share(careers, entry)
    make.activity(library, "PD-I", on="2025-07-02", title="Library only")
    log.delete(library, entry, by=library.person)

    library_page = text(own.get(at("activities", library) + "?year=all"))
    careers_page = text(own.get(at("activities", careers)))

    assert "Library only" in library_page
    assert "Ethics" not in library_page.split("Activities: what counts and why")[-1]
    assert "Ethics" in careers_page
    assert "Library only" not in careers_page


def test_a_list_brings_back_what_only_its_own_record_gave_up(own, library, careers, entry):
    share(careers, entry)
    log.delete(library, entry, by=library.person)

    page = own.get(at("activities", library) + "?year=all&status=deleted").text

    assert at("activity_restore", library, entry.pk) in page
    assert at("activity", library, entry.pk) + '"' not in page


def test_the_pages_ask_the_same_however_much_is_in_the_records(own, library, careers, entry):
    share(careers, entry)
    page = at("activity", library, entry.pk)
    own.get(page)

    with CaptureQueriesContext(connection) as few:
        own.get(page)
    for number in range(3):
        more = make.activity(library, "PD-I", on="2025-07-02", title=f"Webinar {number}")
        several.count_in(careers, more, rate=fixed("WEBINAR"))
    with CaptureQueriesContext(connection) as many:
        own.get(page)

    assert len(many) == len(few)


def test_a_second_window_does_not_overwrite_the_first_across_records(own, library, careers, entry):
    share(careers, entry)
    said = full("PD-F", completed_on="2025-07-01", title="From the library", hours="10")
    late = full("1-WEEK", program_code="CPC", completed_on="2025-07-01", title="From careers")

    own.post(at("activity", library, entry.pk), said)
    clash = own.post(at("activity", careers, entry.pk), late | {"token": str(uuid.uuid4())})

    assert clash.status_code == 409
    assert "This activity was changed meanwhile" in text(clash)
    assert Activity.objects.get().title == "From the library"
