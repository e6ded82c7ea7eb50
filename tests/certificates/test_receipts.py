"""Receipts: what the ledger says, on paper."""

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import override

from cec.wording import exact_money
from certificates import receipts
from certificates.printing.lettering import FACES, UncoveredCharacters
from registrations import fees
from registrations.models import Payment
from tests import factories as make
from tests.certificates.printed import NAMES, read, run, tags_of, text_of

pytestmark = pytest.mark.django_db


def paid(amount="40.00", *, who=None, language="en", **fields):
    row = make.registration(
        who or make.person("Nadia Kowalchuk", language=language), status="submitted", **fields
    )
    return fees.record_payment(
        row,
        by=make.administrator(),
        amount=Decimal(amount),
        method="cheque",
        received_on=date(2026, 3, 2),
        reference="000417",
    )


def printed(payment, language="en"):
    paper = receipts.receipt_of(payment, language=language)
    return receipts.render(paper, language=language)


def said(pdf):
    return text_of(pdf).replace("\u00a0", " ")


def test_it_says_what_the_line_of_the_ledger_says():
    payment = paid("25.50")

    text = said(printed(payment))

    row = payment.registration
    for words in (
        "The Partnership",
        "Receipt",
        f"Receipt number {row.reference}-1",
        "Received from Nadia Kowalchuk",
        "For Program administration fee, Continuing Education Certificate,"
        f" registration {row.reference}",
        "Association Manitoba Library Association",
        "Method Cheque",
        "Payment reference 000417",
        "Received on 2 March 2026",
        "Amount $25.50 CAD",
        "Still to pay after this $14.50 CAD",
        "For the program administration fee. It isn’t an official receipt for income tax.",
    ):
        assert words in text


def test_it_speaks_french_to_whoever_does():
    text = said(printed(paid("25.50"), "fr"))

    for words in ("Reçu", "Le Partenariat", "Certificat de formation continue", "Chèque"):
        assert words in text
    assert "25,50 $ CAD" in text
    assert "14,50 $ CAD" in text
    assert "2 mars 2026" in text
    assert "Receipt" not in text


@pytest.mark.parametrize("amount", ["0.01", "1.10", "33.33", "39.99", "40.00"])
def test_money_on_paper_is_exact(amount):
    payment = paid(amount)

    text = said(printed(payment))

    left = Decimal("40.00") - Decimal(amount)
    assert f"Amount ${Decimal(amount):.2f} CAD" in text
    assert f"Still to pay after this ${left:.2f} CAD" in text


def test_amounts_have_their_thousands_and_cents_in_both_languages():
    with_language = {"en": "$1,240.50\u00a0CAD", "fr": "1\u00a0240,50\u00a0$\u00a0CAD"}

    for language, expected in with_language.items():
        with override(language):
            assert exact_money(Decimal("1240.5"), "CAD") == expected


def test_each_line_has_its_number_and_the_balance_after_it_whatever_comes_later():
    first = paid("10.00")
    row = first.registration
    before = printed(first)
    second = fees.record_payment(
        row,
        by=make.administrator(),
        amount=Decimal("30.00"),
        method="transfer",
        received_on=date(2026, 3, 1),
    )

    papers = [receipts.receipt_of(line, language="en") for line in (first, second)]

    assert [paper.number for paper in papers] == [f"{row.reference}-1", f"{row.reference}-2"]
    assert [paper.balance for paper in papers] == [Decimal("30.00"), Decimal("0.00")]
    assert printed(first) == before


def test_a_refund_and_a_waiver_have_papers_of_their_own():
    payment = paid()
    row = payment.registration
    refund = fees.refund(
        row, by=make.administrator(), amount=Decimal("40"), method="transfer", reason="Moved away."
    )
    waiver = fees.waive(row, by=make.administrator(), reason="The association pays.")

    back, waived = said(printed(refund)), said(printed(waiver))

    assert "Confirmation of a refund" in back
    assert "Refunded to Nadia Kowalchuk" in back
    assert "Amount $40.00 CAD Left of what was paid $0.00 CAD" in back
    assert "Reason Moved away." in back
    assert "Confirmation of a waived fee" in waived
    assert "Amount $40.00 CAD Still to pay after this $0.00 CAD" in waived
    assert "No money was received for this." in waived
    assert "Method" not in waived


@pytest.mark.parametrize("name", NAMES)
def test_pypdf_and_pdftotext_read_the_name_as_it_is_written(name):
    pdf = printed(paid(who=make.person(name)))

    by_poppler = " ".join(run("pdftotext", "-raw", "-", "-", pdf=pdf).split())
    assert f"Received from {name} For" in said(pdf)
    assert f"Received from {name} For" in by_poppler


def test_it_is_one_portrait_page_tagged_in_its_language_and_in_our_fonts():
    pdf = printed(paid(who=make.person("ᓇᑖᓕᐊ Ḵwa'la Łazarewicz")), "fr")

    reader = read(pdf)
    (page,) = reader.pages
    shipped = {face.family.replace(" ", "-") for face in FACES}
    fonts = {font["/BaseFont"].split("+")[1] for font in page["/Resources"]["/Font"].values()}
    assert [float(side) for side in page.mediabox] == [0, 0, 612, 792]
    assert fonts <= shipped
    assert reader.trailer["/Root"]["/Lang"] == "fr-CA"
    assert 'pdfuaid:part="1"' in reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert len(tags_of(pdf, "/H1")) == 1
    assert page.get_contents().get_data().startswith(b"/Artifact BMC q /stationery Do Q")


def test_equal_facts_make_equal_bytes():
    payment = paid(who=make.person(unicodedata.normalize("NFD", "Éloïse Nguyễn")))

    first = printed(payment)
    printed(paid())
    payment.registration.person.name = "Éloïse  Nguyễn"

    assert printed(payment) == first


@pytest.mark.parametrize("name", ["林玥 Lin Yue", "ليلى حداد", "Nadia 🎓"])
def test_what_no_font_prints_is_refused_by_its_character(name):
    with pytest.raises(UncoveredCharacters):
        printed(paid(who=make.person(name)))


@pytest.mark.parametrize(
    "markup",
    [
        "<img src=file:///etc/passwd>",
        "</td></table><script>alert(1)</script>",
        "{{ receipt }} {% include 'base.html' %}",
        "'\"><link rel=attachment href=file:///etc/passwd>",
    ],
)
def test_markup_is_printed_as_it_stands(markup):
    payment = paid(who=make.person(markup))

    pdf = printed(payment)

    assert markup.replace(" ", "") in said(pdf).replace(" ", "")
    assert b"root:" not in pdf
    assert "/EmbeddedFiles" not in str(read(pdf).trailer["/Root"])


class TestPages:
    def url(self, payment, **asked):
        url = reverse("receipt", args=[payment.registration_id, payment.pk])
        return f"{url}?language={asked['language']}" if asked else url

    def test_the_person_gets_it_in_their_language_and_in_the_other_one(self, client):
        payment = paid(language="fr")
        client.force_login(payment.registration.person)

        own = client.get(self.url(payment))
        other = client.get(self.url(payment, language="en"))
        neither = client.get(self.url(payment, language="xx"))

        assert own["Content-Type"] == "application/pdf"
        assert own["Cache-Control"] == "no-store, private"
        assert f"{payment.registration.reference}-1.pdf" in own["Content-Disposition"]
        assert "Reçu" in text_of(own.content)
        assert "Receipt" in text_of(other.content)
        assert neither.content == own.content

    def test_the_status_page_leads_to_it(self, client):
        payment = paid()
        client.force_login(payment.registration.person)

        page = client.get(reverse("registration_status", args=[payment.registration_id]))

        assert self.url(payment) in page.text

    def test_an_administrator_finds_it_at_the_desk(self, client):
        payment = paid()
        client.force_login(make.administrator())

        desk = client.get(reverse("desk_registration", args=[payment.registration_id]))

        assert self.url(payment) in desk.text
        assert client.get(self.url(payment)).status_code == 200

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            (make.person, 404),
            (lambda: make.representative("OLA"), 404),
            (lambda: make.representative("MLA"), 403),
            (make.steering, 403),
        ],
    )
    def test_nobody_else_does(self, client, who, status):
        payment = paid()
        client.force_login(who())

        assert client.get(self.url(payment)).status_code == status

    def test_a_line_of_another_registration_is_not_found_under_ones_own(self, client):
        payment, mine = paid(), paid()
        client.force_login(mine.registration.person)

        answer = client.get(reverse("receipt", args=[mine.registration_id, payment.pk]))

        assert answer.status_code == 404

    def test_a_name_without_letters_in_our_fonts_gets_a_plain_page(self, client):
        payment = paid(who=make.person("林玥 Lin Yue"))
        client.force_login(payment.registration.person)

        answer = client.get(self.url(payment))

        assert answer.status_code == 409
        assert "Our fonts can’t print 林 玥." in answer.text

    def test_asking_for_it_changes_nothing(self, client):
        payment = paid()
        client.force_login(payment.registration.person)
        assert client.post(self.url(payment)).status_code == 405
        assert Payment.objects.count() == 1
