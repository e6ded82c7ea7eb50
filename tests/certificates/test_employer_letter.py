"""The introductory letter to the employer (E5): optional, in two languages, made again at will."""

from datetime import date
from functools import partial

import pytest
from django.urls import reverse

from certificates import employer_letter
from certificates.models import EmployerLetter
from registrations.models import Program
from tests import factories as make
from tests.certificates.printed import NAMES, read, run, tags_of, text_of
from tests.races import at_once

pytestmark = pytest.mark.django_db

OWN = "I’d like to learn how we describe our local history, for the reading room."


def letter(row=None, language="en", **written):
    row = row or make.registration(make.person("Nadia Kowalchuk"), starts_on=date(2025, 3, 15))
    return employer_letter.write(EmployerLetter(registration=row, language=language, **written))


def printed(*args, **written):
    return text_of(employer_letter.render(letter(*args, **written))).replace("\u00a0", " ")


def test_it_tells_the_programs_facts_and_the_persons_own_words():
    text = printed(recipient="Jo Reid", organisation="Winnipeg Public Library", own_words=OWN)

    for words in (
        "The Partnership",
        "Jo Reid Winnipeg Public Library",
        "Continuing Education Certificate",
        "Dear Jo Reid,",
        OWN,
        "Three years; mine run from 15 March 2025 to 14 March 2028",
        "120 points, about 40 points a year",
        "Professional development – formal; Professional development – informal",
        "$40 in all",
        "Taking part is voluntary.",
        "It does not replace a library technician’s certificate",
        "My association is Manitoba Library Association.",
        "Sincerely, Nadia Kowalchuk",
    ):
        assert words in text


def test_it_is_written_in_french_too():
    text = printed(language="fr", own_words=OWN)

    for words in ("Le Partenariat", "Certificat de formation continue", "du 15 mars 2025", "40 $"):
        assert words in text
    assert OWN in text
    assert "voluntary" not in text


def test_another_program_tells_its_own_facts_without_a_line_of_code():
    row = make.registration(code="CPC", association_code=None)

    text = printed(row)

    assert "Career Professionals of Canada" in text
    assert "CPC webinar" in text
    for words in ("Partnership", "120", "$", "years", "association"):
        assert words not in text


def test_figures_come_from_the_rows():
    Program.objects.filter(code="CEC").update(cycle_years=2)
    row = make.registration(status="submitted")
    row.fee = 55
    row.rules.requirements.filter(per="cycle").update(points=90)

    text = printed(row)

    assert "Two years from the day of approval" in text
    assert "90 points, about 45 points a year" in text
    assert "$55 in all" in text


def test_without_a_name_it_is_to_whom_it_may_concern():
    assert "To whom it may concern," in printed()


def test_paragraphs_stay_and_so_do_words_in_other_scripts():
    text = printed(own_words="First Ḵwa'la.\n\n  Then ᓇᑖᓕᐊ, Łódź.  \r\nΤέλος.")

    assert "First Ḵwa'la. Then ᓇᑖᓕᐊ, Łódź. Τέλος." in text
    assert letter(own_words="a\n\nb").own == ("a", "b")


@pytest.mark.parametrize("name", NAMES)
def test_pypdf_and_pdftotext_read_the_name_as_it_is_written(name):
    pdf = employer_letter.render(letter(make.registration(make.person(name))))

    by_poppler = " ".join(run("pdftotext", "-raw", "-", "-", pdf=pdf).split())
    assert f"Sincerely, {name}" in text_of(pdf)
    assert f"Sincerely, {name}" in by_poppler


@pytest.mark.parametrize(
    "markup",
    [
        "<img src=file:///etc/passwd>",
        "</p></body><script>alert(1)</script>",
        "<style>@import url(http://127.0.0.1:9/b.css);</style>",
        "{{ letter }} {% include 'base.html' %}",
    ],
)
def test_markup_in_any_text_is_printed_and_never_followed(markup):
    row = make.registration(make.person(markup), position=markup)
    written = letter(
        row, recipient=markup, recipient_title=markup, organisation=markup, own_words=markup
    )

    pdf = employer_letter.render(written)

    assert text_of(pdf).replace(" ", "").count(markup.replace(" ", "")) == 7
    assert b"root:" not in pdf
    assert "/EmbeddedFiles" not in str(read(pdf).trailer["/Root"])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_longest_letter_takes_two_pages_and_the_usual_one_a_single(language):
    row = make.registration(make.person("N" * 150), position="P" * 150)
    longest = letter(
        row,
        language,
        recipient="W" * 150,
        recipient_title="M" * 150,
        organisation="W " * 75,
        own_words="W\n" * 300,
    )

    usual = employer_letter.render(letter(language=language, own_words=OWN))

    with_room = employer_letter.render(letter(row, language, own_words="W" * 600))
    assert len(read(usual).pages) == 1
    assert len(read(with_room).pages) <= 2
    assert len(read(employer_letter.render(longest)).pages) <= employer_letter.MOST_PAGES


def test_it_is_tagged_in_its_language_and_equal_letters_are_equal_bytes():
    row = make.registration()

    first = employer_letter.render(letter(row, "fr", own_words=OWN))
    employer_letter.render(letter())
    again = employer_letter.render(letter(row, "fr", own_words=OWN))

    assert first == again
    assert read(first).trailer["/Root"]["/Lang"] == "fr-CA"
    assert len(tags_of(first, "/H1")) == 1
    assert len(first) < 60_000


class TestPages:
    def answers(self, **changed):
        return {
            "language": "en",
            "recipient": "Jo Reid",
            "recipient_title": "",
            "organisation": "",
            "own_words": OWN,
        } | changed

    def test_it_is_ready_before_anything_is_typed(self, client):
        row = make.registration(status="submitted", employer="Winnipeg Public Library")
        client.force_login(row.person)

        page = client.get(reverse("employer_letter", args=[row.pk]))
        pdf = client.get(reverse("employer_letter_download", args=[row.pk]))

        assert "To whom it may concern," in page.text
        assert "Winnipeg Public Library" in text_of(pdf.content)
        assert not EmployerLetter.objects.exists()

    def test_what_is_written_is_kept_and_can_be_made_again_and_changed(self, client):
        row = make.registration()
        client.force_login(row.person)
        url = reverse("employer_letter", args=[row.pk])
        download = reverse("employer_letter_download", args=[row.pk])

        client.post(url, self.answers())
        page = client.get(url)
        pdfs = [client.get(download).content for _ in range(2)]
        client.post(url, self.answers(recipient="Kim", language="fr"))

        assert OWN in page.text
        assert pdfs[0] == pdfs[1]
        assert "Dear Jo Reid," in text_of(pdfs[0])
        kept = EmployerLetter.objects.get()
        assert (kept.recipient, kept.language) == ("Kim", "fr")
        assert "Kim" in text_of(client.get(download).content)
        assert "Dear Kim," in text_of(client.get(f"{download}?language=en").content)

    def test_too_many_words_are_refused_and_line_ends_count_once(self, client):
        row = make.registration()
        client.force_login(row.person)
        url = reverse("employer_letter", args=[row.pk])

        fits = client.post(url, self.answers(own_words="a\r\n" * 299 + "ab"))
        long = client.post(url, self.answers(own_words="a" * 601))

        assert (fits.status_code, long.status_code) == (302, 422)
        assert len(EmployerLetter.objects.get().own_words) == 600

    def test_what_no_font_prints_is_said_beside_its_field(self, client):
        row = make.registration()
        client.force_login(row.person)

        answer = client.post(
            reverse("employer_letter", args=[row.pk]), self.answers(own_words="学 📚")
        )

        assert answer.status_code == 422
        assert "Our fonts can’t print 学 📚." in answer.text
        assert 'href="#id_own_words"' in answer.text
        assert not EmployerLetter.objects.exists()

    def test_a_name_that_no_font_prints_leaves_a_letter_to_read_and_a_plain_word(self, client):
        row = make.registration(make.person("林玥 Lin Yue"))
        client.force_login(row.person)

        page = client.get(reverse("employer_letter", args=[row.pk]))
        pdf = client.get(reverse("employer_letter_download", args=[row.pk]))

        assert "Our fonts can’t print 林 玥." in page.text
        assert reverse("employer_letter_download", args=[row.pk]) not in page.text
        assert pdf.status_code == 409

    def test_markup_is_shown_as_text(self, client):
        row = make.registration()
        client.force_login(row.person)
        url = reverse("employer_letter", args=[row.pk])

        client.post(url, self.answers(own_words="<script>alert(1)</script>"))

        assert "<script>alert" not in client.get(url).text

    @pytest.mark.parametrize("status", ["draft", "declined", "withdrawn", "lapsed"])
    def test_what_is_not_sent_or_given_up_has_none(self, client, status):
        row = make.registration(status=status)
        client.force_login(row.person)

        answers = [
            client.get(reverse("employer_letter", args=[row.pk])),
            client.post(reverse("employer_letter", args=[row.pk]), self.answers()),
            client.get(reverse("employer_letter_download", args=[row.pk])),
        ]

        assert {answer.status_code for answer in answers} == {302}
        assert not EmployerLetter.objects.exists()

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            (make.person, 404),
            (partial(make.representative, "OLA"), 404),
            (partial(make.representative, "MLA"), 403),
            (make.administrator, 403),
        ],
    )
    def test_nobody_else_reads_or_writes_it(self, client, who, status):
        row = make.registration()
        employer_letter.keep(row, language="en", own_words="Mine.")
        client.force_login(who())
        url = reverse("employer_letter", args=[row.pk])

        found = [
            client.get(url).status_code,
            client.post(url, self.answers()).status_code,
            client.get(reverse("employer_letter_download", args=[row.pk])).status_code,
        ]

        assert found == [status] * 3
        assert EmployerLetter.objects.get().own_words == "Mine."

    def test_status_page_and_record_lead_to_it(self, client):
        row = make.registration()
        client.force_login(row.person)

        pages = [
            client.get(reverse(name, args=[row.pk])) for name in ("registration_status", "record")
        ]

        for page in pages:
            assert reverse("employer_letter", args=[row.pk]) in page.text
            assert reverse("changes", args=[row.pk]) in page.text


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once_keep_one_letter():
    row = make.registration()

    outcomes = at_once(
        [partial(employer_letter.keep, row, language="en", own_words=str(n)) for n in range(6)]
    )

    assert outcomes == [None] * 6
    assert EmployerLetter.objects.count() == 1
