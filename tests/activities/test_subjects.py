"""Subject areas of an entry: suggested and free ones in one text, in the page's language."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from openpyxl import load_workbook

from activities.exporting import record_as_workbook
from activities.models import Activity
from activities.record import Record
from activities.subjects import Areas
from tests import factories as make
from tests.activities.pages import at, full, text

pytestmark = pytest.mark.django_db

CATALOGUING = "Cataloguing and metadata"


@pytest.fixture
def areas():
    return Areas(make.program().subject_areas.all())


@pytest.fixture
def registration():
    return make.registration()


@pytest.fixture
def own(client, registration):
    client.force_login(registration.person)
    return client


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        (" ; ;", ""),
        ("Archives", "Archives"),
        ("Catalogage et métadonnées", CATALOGUING),
        ("catalogage et metadonnees;ARCHIVES", f"{CATALOGUING}; Archives"),
        ("Maps; technology ;  maps", "Technology; maps"),
        ("!!!", "!!!"),
    ],
)
def test_a_text_is_kept_in_one_way_however_it_is_written(areas, written, kept):
    assert areas.canonical(written) == kept
    assert areas.canonical(kept) == kept


def test_suggested_areas_are_shown_in_the_language_of_the_page_and_free_ones_as_they_are(areas):
    with translation.override("fr"):
        shown = areas.shown(f"{CATALOGUING}; Archives; Maps")

    assert shown == "Catalogage et métadonnées; Archives; Maps"
    assert areas.canonical(shown) == f"{CATALOGUING}; Archives; Maps"


def test_several_areas_are_ticked_and_others_written(own, registration):
    said = full(areas=["Archives", CATALOGUING], subject="Maps; technologies")

    own.post(at("activity_add", registration), said)

    assert Activity.objects.get().subject == f"{CATALOGUING}; Technology; Archives; Maps"


def test_an_area_that_the_program_does_not_suggest_is_no_choice(own, registration):
    response = own.post(at("activity_add", registration), full(areas=["Falconry"]))

    assert response.status_code == 422
    assert "Choose subject areas from the list" in text(response)
    assert not Activity.objects.exists()


def test_more_areas_than_fit_are_refused_and_nothing_is_saved(own, registration):
    everything = [row.name_en for row in make.program().subject_areas.all()]

    response = own.post(at("activity_add", registration), full(areas=everything, subject="x" * 200))

    assert response.status_code == 422
    assert text(response).count("That’s more than fits. Choose fewer subject areas") == 2
    assert not Activity.objects.exists()


def test_a_program_without_suggestions_takes_free_words(client):
    registration = make.registration(code="CPC", association_code=None)
    registration.program.subject_areas.all().delete()
    client.force_login(registration.person)
    said = full("CDP", program_code="CPC", hours=None, materials=None, goals=None, subject="Law")

    form = client.get(at("activity_add", registration))
    client.post(at("activity_add", registration), said)

    assert 'name="areas"' not in form.content.decode()
    assert Activity.objects.get().subject == "Law"


def test_the_list_is_narrowed_to_an_area_whatever_the_language(own, registration):
    make.activity(registration, title="Old maps", subject="Archives; Maps")
    make.activity(registration, title="New servers", subject="Technology")
    make.activity(registration, title="No area")

    english = own.get(at("activities", registration) + "?year=all&subject=Technology")
    french = own.get(
        at("activities", registration, language="fr") + "?year=all&subject=technologies"
    )
    free = own.get(at("activities", registration) + "?year=all&subject=MAPS")
    unknown = own.get(at("activities", registration) + "?year=all&subject=Falconry")

    for response in (english, french):
        assert "New servers" in text(response)
        assert "Old maps" not in text(response)
        assert "No area" not in text(response)
    assert '<option value="Technology" selected>Technologies</option>' in french.content.decode()
    assert "Old maps" in text(free)
    assert "No activities match." in text(unknown)


def test_without_any_area_there_is_no_filter(own, registration):
    make.activity(registration)

    assert "find-subject" not in own.get(at("activities", registration)).content.decode()


def test_an_export_says_the_areas_in_its_language_and_comes_home_unchanged(own, registration):
    make.activity(registration, title="Old maps", subject=f"{CATALOGUING}; Maps")

    with translation.override("fr"):
        file = record_as_workbook(Record(registration), language="fr")
    upload = SimpleUploadedFile("record.xlsx", file)
    preview = own.post(at("record_import", registration), {"file": upload}, follow=True)

    cells = [cell.value for row in load_workbook(io.BytesIO(file)).active for cell in row]
    assert "Catalogage et métadonnées; Maps" in cells
    assert "1 row is in your record already" in text(preview)
    assert "There is nothing new in this file." in text(preview)
