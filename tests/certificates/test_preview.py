"""A specimen: any version of the texts, whoever signs on a day, and nothing of it is kept."""

from datetime import date

import pytest
from pypdf.generic import ContentStream

from certificates import serial, wordings
from certificates.models import Certificate, CertificateWording, Document
from certificates.printing import pdf
from certificates.wordings import preview
from tests import factories
from tests.certificates import signing
from tests.certificates.printed import read, text_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 1)


def specimen(wording=None, **chosen):
    """The facts of a specimen of the Partnership's certificate."""
    usual = {"on": DAY, "association": None, "holder": "short", "french_first": False}
    wording = wording or wordings.in_force(factories.program())
    return preview.facts_of_specimen(wording, **{**usual, "with_pictures": True, **chosen})


@pytest.mark.parametrize("holder", preview.HOLDERS)
def test_says_that_it_is_one_and_prints_every_kind_of_name(holder):
    printed = preview.render(specimen(holder=holder))

    file = read(printed)
    assert file.metadata.title.startswith("SPECIMEN / SPÉCIMEN – ")
    assert preview.HOLDERS[holder].replace(" ", "") in text_of(printed).replace(" ", "")
    assert "CEC-0000-0000-00" in text_of(printed)
    assert len(file.pages) == 1


def test_the_long_name_is_as_long_as_the_design_asks():
    assert len(preview.HOLDERS["long"]) == 46


def test_the_word_is_drawn_across_the_page_and_not_on_a_certificate():
    facts = specimen()

    assert drawn_behind(preview.render(facts)) > drawn_behind(pdf.render(facts))


def drawn_behind(document):
    """How much is drawn behind the text of the page."""
    found = read(document).pages[0]["/Resources"]["/XObject"]
    behind = found.get("/specimen") or found["/sheet"]
    return len(ContentStream(behind.get_object(), None).operations)


def test_its_serial_is_one_that_no_certificate_can_have():
    assert serial.normalise(specimen().serial) is None


def test_shows_a_draft_and_an_older_version():
    scheme = factories.program()
    first = wordings.kept(scheme)
    draft = signing.draft(scheme, title_en="Diploma of Curiosity")

    assert "Diploma of Curiosity" in text_of(preview.render(specimen(draft)))
    assert "Diploma of Curiosity" not in text_of(preview.render(specimen(first)))


def test_is_signed_by_those_of_the_day_and_the_association():
    signing.signatory("Chair", picture=signing.ink())
    signing.signatory("Of the MLA", code="MLA", position=1)
    signing.signatory("Later", first_day=date(2026, 5, 2))

    everybody = specimen()
    member = specimen(association=factories.association("MLA"))

    assert [row.name for row in everybody.signatories] == ["Chair"]
    assert [row.name for row in member.signatories] == ["Chair", "Of the MLA"]
    assert everybody.signatories[0].image


def test_has_no_picture_for_those_who_may_only_look():
    signing.signatory("Chair", picture=signing.ink())

    facts = specimen(with_pictures=False)

    assert [(row.name, row.image) for row in facts.signatories] == [("Chair", None)]
    assert not list(read(preview.render(facts)).pages[0].images)


def test_keeps_nothing():
    preview.render(specimen())

    assert not Certificate.objects.exists()
    assert not Document.objects.exists()
    assert not CertificateWording.objects.exists()


def test_a_program_without_a_total_or_an_end_has_one_too():
    text = text_of(preview.render(specimen(wordings.in_force(factories.program("CPC")))))

    assert "CPC-0000-0000-00" in text
    assert "It does not replace" in text


def test_french_stands_on_the_left_when_it_is_asked_for():
    file = read(preview.render(specimen(french_first=True)))

    assert file.trailer["/Root"]["/Lang"] == "fr-CA"


def test_markup_in_a_text_prints_as_text():
    draft = signing.draft(factories.program(), title_en="<b>Bold</b> & <img src=x>")

    assert "<b>Bold</b> & <img src=x>" in text_of(preview.render(specimen(draft)))
