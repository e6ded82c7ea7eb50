"""The credit statement (K4): what it lists, for which use, in two languages."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from activities import crediting, log
from certificates import statement
from tests import factories as make
from tests.certificates.printed import NAMES, read, text_of

pytestmark = pytest.mark.django_db

USE = "Maintaining the M-Level certification MCRS"
FIRST, LAST = date(2025, 3, 15), date(2026, 3, 14)


def careers(name="Denise Falconer", **fields):
    return make.careers(make.person(name), **fields)


def written(row, language="en", first=FIRST, last=LAST, use=USE):
    return statement.write(row, use=use, first=first, last=last, language=language)


def approved(row, organisation=None, part=None, credits="2", on=date(2025, 6, 2)):
    organisation = organisation or make.organisation("Prairie Association")
    known = {"by": row.person, "organisation": organisation}
    if part:
        known |= {"course": make.course(), "part": part, "done_on": on, "words": "I did."}
        asked = crediting.ask_for_part(row, **known)
    else:
        asked = crediting.ask_for_entry(row, make.webinar(row, on=on, title="A talk"), **known)
    officer = make.officer(organisation, "Olive Kasprzak")
    crediting.approve(asked, by=officer, credits=Decimal(credits))
    return asked


def totals(found):
    return [(total.label, total.credits) for total in found.totals]


def pages_of(pdf):
    text = " ".join(page.extract_text() for page in read(pdf).pages)
    return " ".join(text.split()).replace("\u00a0", " ")


def test_it_says_who_took_what_for_which_use_and_who_approved_how_much_when():
    row = careers()
    make.activity(row, "CDP", hours=None, on="2025-04-01", title="CDP, evening class")
    approved(row, part="presenter")

    text = pages_of(statement.render(written(row)))

    today = timezone.localdate()
    for words in (
        "Career Professionals of Canada",
        "Credit statement",
        "Denise Falconer",
        row.reference,
        "Continuing Education Credits for CPC Courses",
        USE,
        "15 March 2025 to 14 March 2026",
        "1 April 2025",
        "CDP, evening class",
        "Career Development Practitioner Certificate Program",
        "2 June 2025",
        "Presenter",
        "Prairie Association",
        f"Olive Kasprzak, {today.day}",
        "Courses taken 200 credits",
        "Approved by Prairie Association, as presenter 2 credits",
    ):
        assert words in text, words


def test_sums_are_kept_apart_by_organisation_and_role():
    row = careers()
    prairie, school = make.organisation("Prairie"), make.organisation("School")
    approved(row, prairie, credits="1")
    approved(row, prairie, part="presenter", credits="2")
    approved(row, prairie, part="presenter", credits="0.5", on=date(2025, 7, 1))
    approved(row, school, part="presenter", credits="9")

    found = written(row)

    assert totals(found) == [
        ("Courses taken", 1),
        ("Approved by Prairie, as participant", 1),
        ("Approved by Prairie, as presenter", Decimal("2.5")),
        ("Approved by School, as presenter", 9),
    ]


def test_only_the_days_of_the_period_are_in_it_both_ends_included():
    row = careers()
    school = make.organisation("School")
    for day in ("2025-05-31", "2025-06-01", "2025-06-30", "2025-07-01"):
        make.webinar(row, on=day, title=f"On {day}")
        approved(row, school, part="overseer", on=date.fromisoformat(day))

    found = written(row, first=date(2025, 6, 1), last=date(2025, 6, 30))

    assert [line.title for line in found.taken] == ["On 2025-06-01", "On 2025-06-30"]
    days = [line.day.replace("\u00a0", " ") for line in found.approved]
    assert days == ["1 June 2025", "30 June 2025"]


def test_what_does_not_count_is_not_in_it():
    row = careers()
    organisation = make.organisation()
    gone = make.webinar(row, title="Deleted")
    asked = crediting.ask_for_entry(row, gone, by=row.person, organisation=organisation)
    crediting.approve(asked, by=make.officer(organisation), credits=Decimal(1))
    log.delete(row, gone, by=row.person)
    make.webinar(row, planned=True, on=timezone.localdate() + timedelta(days=3))
    waiting = crediting.ask_for_entry(
        row, make.webinar(row, title="Waiting"), by=row.person, organisation=organisation
    )
    crediting.decline(waiting, by=make.officer(organisation), note="No.")

    found = written(row, last=timezone.localdate() + timedelta(days=9))

    assert [line.title for line in found.taken] == ["Waiting"]
    assert found.approved == ()


def test_a_limit_of_the_program_is_respected():
    row = careers()
    row.rules.types.get(key="webinar").caps.create(points=1)
    make.webinar(row, on="2025-05-01")
    make.webinar(row, on="2025-05-02")

    found = written(row)

    assert [line.credits for line in found.taken] == [1, 0]
    assert totals(found) == [("Courses taken", 1)]


def test_an_empty_period_says_so():
    text = pages_of(statement.render(written(careers())))

    assert text.count("None in this period.") == 2
    assert "Courses taken 0 credits" in text


def test_it_is_written_in_french_by_the_rows_of_the_program():
    row = careers()
    make.organisation("School")
    approved(row, part="presenter")
    use = row.program.statement_uses.get(key="mcrs").name_fr

    text = pages_of(statement.render(written(row, "fr", use=use)))

    for words in ("Unités de formation continue", "15 mars 2025", "Webinaire de CPC", "2 unités"):
        assert words in text
    assert "Maintien de la certification de niveau M : MCRS" in text


@pytest.mark.parametrize("name", NAMES[:8])
def test_names_are_printed_as_they_are_written(name):
    assert name in text_of(statement.render(written(careers(name))))


@pytest.mark.parametrize("markup", ["<img src=file:///etc/passwd>", "{{ statement }}"])
def test_markup_is_printed_and_never_followed(markup):
    row = careers(markup)
    make.webinar(row, title=markup)

    text = pages_of(statement.render(written(row, use=markup)))

    assert text.replace(" ", "").count(markup.replace(" ", "")) >= 3
    assert "root:" not in text


def test_three_hundred_entries_take_some_pages_with_the_same_bytes_each_time():
    row = careers()
    rate = make.rate("WEBINAR", program_code="CPC")
    entries = [
        (log.Activity(title=f"Webinar {number}", completed_on=date(2025, 5, 1)), rate)
        for number in range(300)
    ]
    log.add_all(row, entries)

    pdf = statement.render(written(row))

    assert "Courses taken 300 credits" in pages_of(pdf)
    pages = [" ".join(page.extract_text().split()) for page in read(pdf).pages]
    assert 5 < len(pages) < 20
    for number, page in enumerate(pages, start=1):
        assert f"{row.reference} · Credit statement" in page
        assert page.endswith(f"Page {number} of {len(pages)}")
    assert all(page.startswith("Day Course Credits") for page in pages[1:-1])
    assert statement.render(written(row)) == pdf


def fields(**known):
    return {
        "use": "mcrs",
        "words": "",
        "first": "2025-03-15",
        "last": "2026-03-14",
        "language": "en",
    } | known


def test_the_page_shows_it_before_it_is_printed(client):
    row = careers()
    make.webinar(row, title="A talk")
    client.force_login(row.person)
    url = reverse("statement", args=[row.pk])

    empty = client.get(url)
    page = client.get(url, fields())

    assert "How the statement reads" not in empty.text
    assert "A talk" in page.text
    assert page.text.count(USE) == 2
    assert not row.events.filter(kind="statement_made").exists()


def test_a_download_is_a_pdf_and_an_event_without_personal_words(client):
    row = careers()
    client.force_login(row.person)

    answer = client.post(
        reverse("statement_download", args=[row.pk]),
        fields(use="other", words="My new job at the shelter", language="fr"),
    )

    assert answer["Content-Type"] == "application/pdf"
    assert f"{row.reference}-fr.pdf" in answer["Content-Disposition"]
    assert "My new job at the shelter" in text_of(answer.content)
    assert row.events.get(kind="statement_made").details == {
        "use": "other",
        "first": "2025-03-15",
        "last": "2026-03-14",
        "language": "fr",
    }


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"use": "phd"}, "Choose what the statement is for."),
        ({"use": "other"}, "Say in a few words what the statement is for."),
        ({"use": "other", "words": "\U0001f600"}, "Our fonts can’t print"),
        ({"last": "2025-03-14"}, "The last day can’t be before the first."),
        ({"first": "yesterday"}, "Enter the day with the year first"),
        ({"language": "de"}, "Choose a language."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_printed(client, wrong, words):
    row = careers()
    client.force_login(row.person)

    page = client.get(reverse("statement", args=[row.pk]), fields(**wrong))
    download = client.post(reverse("statement_download", args=[row.pk]), fields(**wrong))

    for answer in (page, download):
        assert answer.status_code == 422
        assert words in answer.text
    assert not row.events.filter(kind="statement_made").exists()


def test_it_is_ones_own_and_of_a_program_without_a_certificate(client):
    row, cec = careers(), make.registration()
    people = {make.person(): 404, make.steering(): 403, make.administrator(): 403}

    for person, status in people.items():
        client.force_login(person)
        assert client.get(reverse("statement", args=[row.pk])).status_code == status
        assert client.post(reverse("statement_download", args=[row.pk])).status_code == status
    client.force_login(cec.person)
    assert client.get(reverse("statement", args=[cec.pk])).status_code == 404


def test_the_way_to_it_stands_where_no_certificate_does(client):
    row, cec = careers(), make.registration()

    client.force_login(row.person)
    careers_page = client.get(reverse("record", args=[row.pk])).text
    client.force_login(cec.person)
    cec_page = client.get(reverse("record", args=[cec.pk])).text

    assert reverse("statement", args=[row.pk]) in careers_page
    assert reverse("certificate", args=[row.pk]) not in careers_page
    assert reverse("statement", args=[cec.pk]) not in cec_page
    assert reverse("certificate", args=[cec.pk]) in cec_page
