"""Every PDF is PDF/UA-1 and PDF/A-2a at once, by three validators (docs/certificates.md)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pikepdf
import pydyf
import pytest

from certificates import (
    correcting,
    employer_letter,
    making,
    receipts,
    signing,
    statement,
    transcript,
    wordings,
)
from certificates.bench import FACTS, SIGNATURE
from certificates.models import Document, EmployerLetter
from certificates.printing.pdf import Signatory, render
from certificates.wordings import preview
from registrations import fees
from tests import factories as make
from tests.certificates import keys, records
from tests.certificates.printed import NAMES, png, read, signed
from tests.certificates.signing import ink, signatory
from tests.certificates.validators import complaints

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pymupdf.*")

MARKUP = '<b>Nadia</b> & <img src=file:///etc/passwd> "O\'Neil"'
FULL = replace(
    FACTS,
    association_en="Quebec Library Association",
    association_fr="Association des bibliothèques du Québec",
    signatories=(
        Signatory("Tom Redfeather", "Chair", "Présidence", png(300, 80)),
        Signatory("Marguerite Oyelaran", "President", "Présidence", SIGNATURE),
    ),
)
CERTIFICATES = {
    "plain": FACTS,
    "full": FULL,
    "long": replace(FULL, name=NAMES[-1]),
    "syllabics": replace(FACTS, name="ᓇᑖᓕᐊ Kusugak-Łazarewicz"),
    "marks": replace(FACTS, name="Sḵwx̱wú7mesh hən̓q̓əmin̓əm̓"),
    "markup": replace(FULL, name=MARKUP, title_en=MARKUP, association_en=MARKUP),
    "french": replace(FULL, french_first=True),
    "png": signed(png(300, 80)),
    "bare line": signed(None),
    "a stream ending with a return": replace(FACTS, name="Nadia Ga", serial="CEC-2028-0006-EN"),
    "nobody signs": replace(FACTS, signatories=()),
    "nothing optional": replace(
        FACTS,
        issuer_sentence_en="",
        issuer_sentence_fr="",
        not_a_diploma_en="",
        not_a_diploma_fr="",
        signatories=(),
    ),
}


@pytest.mark.parametrize("facts", CERTIFICATES.values(), ids=CERTIFICATES)
def test_a_certificate_conforms_before_and_after_its_signature(facts, tmp_path):
    printed = render(facts)

    final = signing.sign(printed, signing.key_in_use(), reason=facts.serial)

    assert complaints(printed, tmp_path) == []
    assert complaints(final, tmp_path) == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["rsa-2048", "p-256"])
def test_a_second_edition_with_uploaded_signatures_conforms(kind, settings, tmp_path):
    keys.use(settings, tmp_path, kind)
    signatory("Marguerite Oyelaran", picture=ink())
    signatory("Tom Redfeather", picture=ink(), position=1)
    first = records.issued(make.person("Nadia Kowalchuk"), association_code="ABQLA")
    who = make.administrator()
    second = correcting.correct(first, by=who, name="ᓇᑖᓕᐊ Łazarewicz", reason="A new name.")

    making.make_document(second.pk)

    pdf = bytes(Document.objects.get(certificate=second).pdf)
    assert b"/Subtype /Image" in pdf
    assert "2, " in read(pdf).pages[0].extract_text()
    assert complaints(pdf, tmp_path) == []


@pytest.mark.django_db
@pytest.mark.parametrize("holder", preview.HOLDERS)
def test_a_specimen_conforms_with_its_mark(holder, tmp_path):
    signatory(picture=ink())
    facts = preview.facts_of_specimen(
        wordings.in_force(make.program()),
        on=date(2026, 5, 1),
        association=make.association("ABQLA"),
        holder=holder,
        french_first=holder == "long",
        with_pictures=True,
    )

    assert facts.signatories[0].image
    assert complaints(preview.render(facts), tmp_path) == []


def test_the_end_of_a_stream_is_plain_whatever_its_last_byte_is():
    ends = [pydyf.Stream([b"abc" + last]).data[-14:] for last in (b"", b"\r", b"\n")]

    assert ends[0].endswith(b"abc\nendstream")
    assert ends[1].endswith(b"c\r\r\nendstream")
    assert ends[2].endswith(b"c\n\nendstream")


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_receipt_conforms(language, tmp_path):
    payment = fees.record_payment(
        make.registration(make.person(MARKUP), status="submitted"),
        by=make.administrator(),
        amount=Decimal("25.50"),
        method="cheque",
        received_on=date(2026, 3, 2),
        reference="000417",
    )

    paper = receipts.receipt_of(payment, language=language)

    assert complaints(receipts.render(paper, language=language), tmp_path) == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("words", ["", f"{MARKUP}\n\n" + "I’d like to learn. " * 150])
def test_a_letter_to_the_employer_conforms(language, words, tmp_path):
    row = make.registration(make.person("ᓇᑖᓕᐊ Ḵwa'la"), starts_on=date(2025, 3, 15))
    written = EmployerLetter(
        registration=row, language=language, recipient="Jo Reid", own_words=words
    )

    pdf = employer_letter.render(employer_letter.write(written))

    assert len(read(pdf).pages) == (2 if words else 1)
    assert complaints(pdf, tmp_path) == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("entries", "pages"), [(0, 1), (60, 3)])
def test_a_statement_conforms_however_many_pages_it_has(language, entries, pages, tmp_path):
    row = make.careers(make.person("Denise Falconer"))
    for number in range(entries):
        make.webinar(row, on="2025-06-02", title=f"{MARKUP} {number}")
    first, last = date(2025, 3, 15), date(2026, 3, 14)

    pdf = statement.render(
        statement.write(row, use="MCRS", first=first, last=last, language=language)
    )

    assert len(read(pdf).pages) >= pages
    assert complaints(pdf, tmp_path) == []


def in_progress():
    row = make.registration(make.person("ᓇᑖᓕᐊ Ḵwa'la"), starts_on=date(2025, 3, 15))
    for number in range(60):
        make.activity(row, "PUB-I", hours="1", on="2025-06-02", title=f"{MARKUP} 😀 {number}")
    make.activity(row, "PD-I", hours="40", on="2025-07-02")
    return row


def of_courses():
    row = make.careers(make.person("Denise Falconer"))
    make.webinar(row, on="2025-06-02", title=MARKUP)
    return row


# Each page's part of a table is a table of its own, with its heads, and a table of one course has
# more heads than figures: both are as they should be, and look suspicious to outloud.
HEADS_AGAIN = (
    "outloud: PAG-001 1 running header or footer line(s) are tagged as content on 3 or more pages"
)
MANY_HEADS = "outloud: TBL-010 header cells look shredded: 4 header cells against 2 data cells"
TRANSCRIPTS = {
    "in progress": (in_progress, 6, [HEADS_AGAIN]),
    "empty": (lambda: make.registration(make.person(MARKUP)), 1, []),
    "final": (records.accepted, 1, []),
    "certified": (lambda: records.issued().registration, 1, []),
    "of courses": (of_courses, 1, [MANY_HEADS]),
}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("record", "pages", "guesses"), TRANSCRIPTS.values(), ids=TRANSCRIPTS)
def test_a_transcript_conforms_in_progress_and_final(record, pages, guesses, language, tmp_path):
    written = transcript.write(record(), language=language)

    pdf = transcript.render(written)

    assert len(read(pdf).pages) >= pages
    assert complaints(pdf, tmp_path) == guesses


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda pdf: pdf.Root.__delitem__("/StructTreeRoot"), "ua1"),
        (lambda pdf: pdf.Root.__delitem__("/OutputIntents"), "2a"),
        (lambda pdf: pdf.Root.__delitem__("/Lang"), "outloud"),
        (lambda pdf: pdf.Root.MarkInfo.__setitem__("/Marked", False), "pdfua"),
        (lambda pdf: pdf.pages[0].Annots[0].__setitem__("/F", 0), "LNK-004"),
    ],
)
def test_the_validators_notice_what_is_spoiled(spoil, said, tmp_path):
    path = tmp_path / "certificate.pdf"
    path.write_bytes(render(FACTS))

    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        spoil(pdf)
        pdf.save(path)

    assert any(said in complaint for complaint in complaints(path.read_bytes(), tmp_path))
