"""Evidence on the pages: chosen in the form of an entry, listed, handed to those who may see it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities import evidence, log, several
from activities.models import Activity, Evidence
from cec.files import store
from registrations.models import Registration
from tests import factories as make
from tests.activities.pages import at, full, text
from tests.cec.hostile_files import GOOD, HOSTILE, picture, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def registration():
    return make.registration()


@pytest.fixture
def entry(registration):
    return make.activity(registration, title="Copyright update")


@pytest.fixture
def row(registration, entry):
    return add(registration, entry)


@pytest.fixture
def own(client, registration):
    client.force_login(registration.person)
    return client


def add(registration, entry, name="card.pdf"):
    return evidence.add(registration, entry, upload(name, GOOD[name]), by=registration.person)


def chosen(*names):
    """Files of these names as a browser sends them: good ones, or hostile ones."""
    return [SimpleUploadedFile(name, (GOOD | HOSTILE)[name]) for name in names]


def names_of(entry):
    return [row.file.name for row in entry.evidence.select_related("file")]


class TestChoosing:
    def test_several_files_come_with_a_new_entry(self, own, registration):
        said = full() | {"files": chosen("card.pdf", "scan.png")}

        answer = own.post(at("activity_add", registration), said, follow=True)

        assert names_of(Activity.objects.get()) == ["card.pdf", "scan.png"]
        assert "Added." in text(answer)
        assert "2 files are kept." in text(answer)

    def test_files_come_with_an_edit(self, own, registration, entry):
        said = full(title="Changed") | {"files": chosen("card.pdf")}

        answer = own.post(at("activity", registration, entry.pk), said, follow=True)

        assert names_of(entry) == ["card.pdf"]
        assert Activity.objects.get().title == "Changed"
        assert "1 file is kept." in text(answer)

    def test_one_that_is_not_taken_is_named_and_the_others_are_kept(self, own, registration):
        said = full() | {"files": chosen("empty.pdf", "card.pdf", "card.pdf.exe")}

        answer = own.post(at("activity_add", registration), said, follow=True)

        entry = Activity.objects.get()
        assert names_of(entry) == ["card.pdf"]
        assert answer.redirect_chain == [(at("activity", registration, entry.pk), 302)]
        assert "empty.pdf: This file is empty." in text(answer)
        assert "card.pdf.exe: Choose a PDF, a JPEG or a PNG file." in text(answer)

    def test_more_files_than_an_entry_holds_are_named_and_nothing_is_lost(self, own, registration):
        many = [SimpleUploadedFile(f"{n}.png", picture("PNG", size=(n, 9))) for n in range(1, 26)]

        answer = own.post(at("activity_add", registration), full() | {"files": many}, follow=True)

        assert names_of(Activity.objects.get()) == [f"{n}.png" for n in range(1, 11)]
        assert "10 files are kept." in text(answer)
        named = ", ".join(f"{n}.png" for n in range(11, 26))
        assert f"{named}: An activity holds 10 files." in text(answer)

    def test_more_files_than_any_form_takes_are_said_to_be_too_many(self, own, registration):
        many = [SimpleUploadedFile(f"{n}.png", b"x") for n in range(101)]

        answer = own.post(at("activity_add", registration), full() | {"files": many})

        assert answer.status_code == 400
        assert "A form takes up to 100 files. Nothing was changed." in text(answer)
        assert not Activity.objects.exists()

    def test_with_another_mistake_it_says_that_files_must_be_chosen_again(
        self, own, registration, media
    ):
        said = full(title="") | {"files": chosen("card.pdf")}

        answer = own.post(at("activity_add", registration), said)

        assert answer.status_code == 422
        assert "Choose them again before you save." in text(answer)
        assert not any(media.iterdir())
        assert "Choose them again" not in text(own.post(at("activity_add", registration), {}))

    def test_a_second_click_keeps_each_file_once(self, own, registration):
        said = full()

        for _click in range(2):
            own.post(at("activity_add", registration), said | {"files": chosen("card.pdf")})

        assert names_of(Activity.objects.get()) == ["card.pdf"]

    def test_files_are_kept_although_the_same_text_was_saved_before(self, own, registration, entry):
        page = at("activity", registration, entry.pk)
        said = full(title="Changed")
        own.post(page, said)

        own.post(page, said | {"files": chosen("card.pdf")})

        assert names_of(entry) == ["card.pdf"]

    def test_more_than_10_mb_is_said(self, own, registration, entry):
        large = GOOD["card.pdf"] + b"\n" * (13 * 1024 * 1024)
        said = full() | {"files": SimpleUploadedFile("large.pdf", large)}

        answer = own.post(at("activity", registration, entry.pk), said, follow=True)

        assert "large.pdf: This file is larger than 10 MB." in text(answer)
        assert not Evidence.objects.exists()

    def test_markup_in_a_name_stays_text(self, own, registration, entry):
        bad = SimpleUploadedFile("<b>bold</b>.exe", b"x")
        good = SimpleUploadedFile("<i>it</i>.pdf", GOOD["card.pdf"])
        page = at("activity", registration, entry.pk)

        answer = own.post(page, full() | {"files": [bad, good]}, follow=True)

        assert "<b>" not in answer.text
        assert "<i>" not in answer.text

    def test_a_full_entry_says_so_and_offers_no_field(self, own, registration, entry):
        for width in range(1, 11):
            file = upload("photo.png", picture("PNG", size=(width, 9)))
            evidence.add(registration, entry, file, by=registration.person)

        page = own.get(at("activity", registration, entry.pk))

        assert "To add another, remove one first." in text(page)
        assert 'type="file"' not in page.text

    def test_the_form_sends_files_and_takes_several(self, own, registration):
        page = own.get(at("activity_add", registration)).text

        assert 'enctype="multipart/form-data"' in page
        assert 'type="file" name="files" accept=".pdf,.jpg,.jpeg,.png" multiple' in page

    def test_in_a_closed_record_nothing_is_kept(self, own, registration, entry, media):
        Registration.objects.update(status="turned_in")
        said = full() | {"files": chosen("card.pdf")}

        answer = own.post(at("activity", registration, entry.pk), said, follow=True)

        assert "This record is closed for changes." in text(answer)
        assert not any(media.iterdir())


class TestRemoving:
    def test_the_confirm_page_removes_nothing(self, own, registration, entry, row):
        page = own.get(at("evidence_remove", registration, entry.pk, row.pk))

        assert "Remove “card.pdf”?" in text(page)
        assert Evidence.objects.exists()

    def test_the_button_removes_it(self, own, registration, entry, row):
        answer = own.post(at("evidence_remove", registration, entry.pk, row.pk), follow=True)

        assert "“card.pdf” is removed." in text(answer)
        assert not Evidence.objects.exists()

    def test_a_second_click_finds_it_gone(self, own, registration, entry, row):
        page = at("evidence_remove", registration, entry.pk, row.pk)
        never_there = own.post(at("evidence_remove", registration, entry.pk, row.pk + 1))
        own.post(page)

        second = own.post(page)

        assert never_there.status_code == 404
        assert second.url == at("activity", registration, entry.pk)

    def test_a_closed_record_keeps_it(self, own, registration, entry, row):
        Registration.objects.update(status="accepted")
        page = at("evidence_remove", registration, entry.pk, row.pk)

        for answer in (own.get(page, follow=True), own.post(page, follow=True)):
            assert "This record is closed for changes." in text(answer)
        assert Evidence.objects.exists()

    def test_only_the_owner_removes(self, client, registration, entry, row):
        page = at("evidence_remove", registration, entry.pk, row.pk)

        for who, status in (
            (make.person(), 404),
            (make.representative("OLA"), 404),
            (make.representative("MLA"), 403),
            (make.mentorship(registration).mentor, 403),
        ):
            client.force_login(who)
            assert client.get(page).status_code == client.post(page).status_code == status
        assert Evidence.objects.exists()


class TestDownload:
    @pytest.mark.parametrize("who", ["owner", "representative", "steering"])
    @pytest.mark.parametrize("status", ["active", "turned_in", "certified"])
    def test_its_owner_and_who_judges_it_get_it(
        self, client, registration, entry, row, who, status
    ):
        Registration.objects.update(status=status)
        people = {
            "owner": lambda: registration.person,
            "representative": lambda: make.representative("MLA"),
            "steering": make.steering,
        }
        client.force_login(people[who]())

        answer = client.get(at("evidence_file", registration, entry.pk, row.pk))

        assert answer.status_code == 200
        assert b"".join(answer.streaming_content) == store.path_of(row.file).read_bytes()
        assert answer["Content-Disposition"] == 'attachment; filename="card.pdf"'
        assert answer["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
        assert answer["Cache-Control"] == "no-store, private"

    @pytest.mark.parametrize(
        "who", ["elsewhere", "administrator", "neighbour", "mentor", "steering mentor"]
    )
    def test_for_others_it_is_not_there(self, client, registration, entry, row, who):
        committee = make.steering()
        people = {
            "elsewhere": lambda: make.representative("OLA"),
            "administrator": make.administrator,
            "neighbour": lambda: make.registration().person,
            "mentor": lambda: make.mentorship(registration).mentor,
            "steering mentor": lambda: make.mentorship(registration, committee).mentor,
        }
        client.force_login(people[who]())
        page = at("activity", registration, entry.pk)

        assert client.get(at("evidence_file", registration, entry.pk, row.pk)).status_code == 404
        assert "card.pdf" not in client.get(page).text

    def test_no_other_address_leads_to_it(self, client, registration, entry, row):
        client.force_login(make.steering())
        other = make.activity(registration)
        elsewhere = make.activity(make.registration())

        for address in (
            at("evidence_file", registration, other.pk, row.pk),
            at("evidence_file", elsewhere.credits.get().registration, elsewhere.pk, row.pk),
            at("evidence_file", registration, entry.pk, row.pk + 1),
        ):
            assert client.get(address).status_code == 404

    def test_who_judges_a_record_that_the_entry_left_may_see_it_no_more(
        self, registration, entry, row
    ):
        judge = make.representative("MLA")
        assert row in Evidence.objects.visible_to(judge)
        careers = make.careers(registration.person)
        several.count_in(careers, entry, rate=make.rate("1-WEEK", program_code="CPC"))

        log.delete(registration, entry, by=registration.person)

        assert row not in Evidence.objects.visible_to(judge)
        assert row in Evidence.objects.visible_to(registration.person)

    def test_that_of_a_deleted_entry_is_not_there(self, own, registration, entry, row):
        log.delete(registration, entry, by=registration.person)

        assert own.get(at("evidence_file", registration, entry.pk, row.pk)).status_code == 404

    def test_a_visitor_is_asked_to_sign_in(self, registration, entry, row):
        answer = Client().get(at("evidence_file", registration, entry.pk, row.pk))

        assert answer.status_code == 302


class TestFinding:
    def test_the_list_says_how_many_files_an_entry_has(self, own, registration, entry, row):
        page = own.get(at("activities", registration) + "?year=all")

        assert f'href="{at("activity", registration, entry.pk)}#evidence"' in page.text
        assert "1 file Copyright update" in text(page)

    def test_it_does_not_say_so_to_a_mentor_or_an_administrator(
        self, client, registration, entry, row
    ):
        for who in (make.mentorship(registration).mentor, make.administrator()):
            client.force_login(who)

            page = client.get(at("activities", registration) + "?year=all").text

            assert "Copyright update" in page
            assert "#evidence" not in page

    def test_the_committee_finds_the_files_where_it_judges(self, client, registration, entry, row):
        Registration.objects.update(status="turned_in")
        link = at("evidence_file", registration, entry.pk, row.pk)
        found = {}
        for who in (make.representative("MLA"), make.administrator()):
            client.force_login(who)
            found[who] = client.get(reverse("review", args=[registration.pk])).text

        shown, hidden = found.values()
        assert link in shown
        assert "card.pdf" not in hidden

    def test_a_read_only_entry_lists_its_files_without_a_way_to_remove_them(
        self, client, registration, entry, row
    ):
        client.force_login(make.representative("MLA"))

        page = client.get(at("activity", registration, entry.pk)).text

        assert at("evidence_file", registration, entry.pk, row.pk) in page
        assert at("evidence_remove", registration, entry.pk, row.pk) not in page

    def test_the_queries_do_not_grow_with_the_files(self, own, registration, entry, row):
        page = at("activities", registration) + "?year=all"
        own.get(page)
        with CaptureQueriesContext(connection) as one:
            own.get(page)
        for _more in range(2):
            add(registration, make.activity(registration))
        add(registration, entry, "scan.png")

        with CaptureQueriesContext(connection) as three:
            own.get(page)

        assert len(one) == len(three)
