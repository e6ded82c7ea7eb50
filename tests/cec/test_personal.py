"""The registry of personal data: nothing of the database is forgotten (reliability K1, K2)."""

import pytest
from django.apps import apps

from cec import erasure, personal
from cec.models import OutgoingMail
from cec.personal import TECHNICAL, Declared, Traces, is_text
from cec.personal_words import words_of

MODELS = {model._meta.label: model for model in apps.get_models(include_auto_created=True)}
ABOUT_PEOPLE = [row for row in personal.declared().values() if row.whose]


def traces(**found) -> Traces:
    empty = {"names": frozenset(), "emails": frozenset(), "numbers": frozenset()}
    return Traces(1, **empty | {kind: frozenset(texts) for kind, texts in found.items()})


def test_every_model_has_a_declaration():
    declared = set(personal.declared())

    assert set(MODELS) - declared == set()
    assert declared - set(MODELS) == set()
    assert len(declared) >= 77


@pytest.mark.parametrize("row", ABOUT_PEOPLE, ids=lambda row: row.label)
def test_each_text_says_whether_it_is_copied_and_what_erasing_does_with_it(row: Declared):
    texts = {field.name for field in row.fields() if is_text(field)}
    copied = row.copied | set(row.left_out) | TECHNICAL
    erased = row.blanked | set(row.replaced) | row.texts_kept | TECHNICAL

    assert texts - copied == set()
    assert row.deleted or row.erase or texts - erased == set()
    assert row.deleted or row.kept, "what stays has a reason"


@pytest.mark.parametrize("row", ABOUT_PEOPLE, ids=lambda row: row.label)
def test_a_declaration_names_fields_that_there_are(row: Declared):
    names = {field.name for field in row.fields()}

    said = row.copied | set(row.left_out) | row.blanked | set(row.replaced) | row.texts_kept
    assert said | row.masked | set(row.traced) <= names
    assert row.copied.isdisjoint(row.left_out)
    assert row.part
    assert row.said


@pytest.mark.parametrize("row", ABOUT_PEOPLE, ids=lambda row: row.label)
def test_each_field_of_a_copy_is_explained(row: Declared):
    dumb = [field.name for field in row.fields() if row.in_copy(field) and not words_of(field)]

    assert dumb == []


def test_the_parts_of_a_copy_have_names_of_their_own():
    parts = [row.part for row in ABOUT_PEOPLE]

    assert len(parts) == len(set(parts))


def test_who_else_has_to_do_with_a_row_is_no_part_of_a_copy():
    row = personal.declared()["registrations.Payment"]
    fields = {field.name: field for field in row.fields()}

    assert row.in_copy(fields["amount"])
    assert not row.in_copy(fields["recorded_by"])
    assert row.why_not(fields["recorded_by"]) == personal.OTHERS


def test_a_text_is_masked_by_whole_words_whatever_their_case():
    found = traces(names={"Zoë O’Brien"}, emails={"zoe@example.org"}, numbers={"MLA-1042"})

    said = found.mask("ZOË O’BRIEN <zoe@example.org>, MLA-1042; not MLA-10423")

    assert said == "— <—>, —; not MLA-10423"


def test_a_name_is_found_across_the_line_ends_of_a_mail():
    found = traces(names={"Zoë O’Brien"})

    assert found.mask("Your mentor is Zoë\nO’Brien.") == "Your mentor is —."


@pytest.mark.django_db
def test_the_database_masks_as_python_does():
    found = traces(names={"Zoë O’Brien-Côté"}, numbers={"MLA 10.42"})
    said = "Zoë\nO’Brien-Côté (mla  10.42), MLA 10942"
    mail = OutgoingMail.objects.create(to="a@example.org", subject="Hello", text=said)

    erasure.mask(OutgoingMail, "text", found.pattern())

    mail.refresh_from_db()
    assert mail.text == found.mask(said) == "— (—), MLA 10942"


def test_what_is_too_short_to_be_told_from_a_word_is_not_masked():
    assert traces(names={"Li"}, numbers={"7"}).mask("Li has 7 lines") == "Li has 7 lines"
    assert traces().pattern() == ""
