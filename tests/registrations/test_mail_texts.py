"""Texts of mails that programs write themselves: placeholders, versions, what then goes out."""

import logging
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from cec import mail
from cec.bilingual import OWN_NAMES
from cec.problems import Refused
from registrations import mail_texts
from registrations.mail_texts import editable, placeholders, preview
from registrations.mail_texts.editable import Texts
from registrations.models import Event, MailText
from tests import factories as make
from tests.races import at_once
from tests.registrations import texts

pytestmark = pytest.mark.django_db

KINDS = sorted(editable.kinds())
HOSTILE = "<script>alert(1)</script> %s %(x)s"


def codes(refused):
    return [problem.code for problem in refused.value.problems]


def posted(row, kind=texts.KIND, *arguments):
    """The mail that goes out about a registration."""
    return mail.post(kind, row, *arguments, to=row.person)


def save(where, *, by=None, seen=None, reason="Because", language="en", **changes):
    said = replace(where.texts(where.latest()[language], language), **changes)
    seen = texts.seen(where) if seen is None else seen
    known = {"by": by or make.administrator(), "seen": seen, "reason": reason}
    return mail_texts.save(where, texts={language: said}, **known)


class TestPlaceholders:
    KNOWN = ("name", "code")

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_text_may_name_the_person_the_program_and_whom_to_write_to(self, kind):
        values = editable.kinds()[kind].values(make.program(), "en")

        assert {"name", "code", "program", "reference", "contact"} <= set(values)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("Dear {nmae},", "{nmae} isn’t a placeholder of this mail. There are: {code}, {name}."),
            ("{name.email}", "{name.email} isn’t"),
            ("{name!r}", "{name!r} isn’t"),
            ("{name:>9}", "{name:>9} isn’t"),
            ("{name[0]}", "{name[0]} isn’t"),
            ("{ name }", "{ name } isn’t"),
            ("{}", "{} isn’t"),
            ("{0}", "{0} isn’t"),
            ("{__class__}", "{__class__} isn’t"),
            ("Dear {name", "The { in “Dear {name” stands alone."),
            ("Dear name}, hello", "The } in “Dear name}, hello” stands alone."),
            ("{{name}}", "The { in “{{name}}” stands alone."),
        ],
    )
    def test_that_a_mail_does_not_have_are_named_with_those_there_are(self, text, said):
        (problem,) = placeholders.problems("subject_en", text, self.KNOWN)

        assert said in problem.message
        assert "{name}" in problem.message
        assert problem.code == "subject_en"

    @pytest.mark.parametrize("text", ["", "Plain, 100 %", "{name} and {name}, {code}", "%(name)s"])
    def test_that_a_mail_has_are_fine(self, text):
        assert placeholders.problems("subject_en", text, self.KNOWN) == []

    def test_are_filled_once_and_what_is_filled_in_is_never_read_again(self):
        said = Texts("{name}", "", "100 % of {name}, %(code)s and %s")
        letter = mail.Letter(
            subject="", paragraphs=[], values={"name": "{code} %(code)s", "code": 1}
        )

        filled = said.put_into(letter).filled()

        assert filled.subject == "{code} %(code)s"
        assert filled.paragraphs == ["100 % of {code} %(code)s, %(code)s and %s"]

    def test_that_are_empty_and_alone_on_their_line_leave_no_gap(self):
        said = Texts("S", "", "One.\n\n{how_to_pay}\n\nTwo.\n{how_to_pay}\nThree.", "{how_to_pay}")
        letter = mail.Letter(subject="", paragraphs=[], values={"how_to_pay": ""})

        filled = said.put_into(letter).filled()

        assert filled.paragraphs == ["One.", "Two.\nThree."]
        assert filled.closing == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_have_a_description_each(self, kind):
        named = editable.kinds()[kind].values(make.program(), "en")

        assert named
        assert set(named) <= set(placeholders.LABELS)


@pytest.mark.parametrize("language", OWN_NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_standard_text_comes_through_the_editor_as_it_was(kind, language):
    where = texts.place(kind)
    standard = where.kind.standard(where.program, language)

    again = Texts.of(standard).put_into(standard)

    assert mail_texts.check(where, {language: Texts.of(standard)}) == []
    for name in ("subject", "heading", "paragraphs", "closing"):
        assert list(getattr(again, name)) == list(getattr(standard, name)), name


def test_every_kind_that_can_be_edited_says_what_it_is():
    assert {"registration_approved", "certificate_issued", "fee_outstanding"} <= set(KINDS)
    for kind in editable.kinds().values():
        assert kind.label != kind.name
        assert kind.when


class TestAText:
    def test_is_what_goes_out_from_then_on_in_its_language_and_program(self):
        row = make.registration(make.person("Ida Roy"), status="submitted")
        before = posted(row)
        texts.written(subject="Welcome, {name}", body="Hello {name}.\n\nYours, {program}")

        after, other = posted(row), posted(make.careers(make.person("Bo Ek")))
        row.person.language = "fr"
        french = posted(row)

        before.refresh_from_db()
        assert before.subject == "We have your CEC registration"
        assert after.subject == "Welcome, Ida Roy"
        assert "Hello Ida Roy.\n\nYours, Continuing Education Certificate" in after.text
        assert "Your reference: " in after.text
        assert other.subject == "We have your CPC registration"
        assert (
            french.subject == "Nous avons votre inscription au CFC" or "Ida" not in french.subject
        )

    def test_is_a_version_with_who_when_and_why_and_a_line_in_the_history(self):
        office = make.administrator()

        row = texts.written(by=office, reason=" We voted. ")
        second = texts.written(by=office, heading="Another")

        assert (row.version, row.made_by, row.reason) == (1, office, "We voted.")
        assert (second.version, second.subject, second.heading) == (2, row.subject, "Another")
        event = Event.objects.filter(kind="mail_text_changed").first()
        assert event.actor == office
        assert event.details == {
            "program": "CEC",
            "mail": texts.KIND,
            "language": "en",
            "version": 1,
        }

    def test_with_markup_is_shown_as_text(self):
        row = make.registration(make.person(HOSTILE))
        texts.written(subject=HOSTILE, heading=HOSTILE, body=f"{HOSTILE} {{name}}", closing=HOSTILE)

        out = posted(row)

        assert "<script" not in out.html
        assert out.html.count("&lt;script&gt;") >= 5
        assert out.subject == HOSTILE
        assert f"{HOSTILE} {HOSTILE}" in " ".join(out.text.split())

    @pytest.mark.parametrize(
        "changes", [{"subject": "{nmae}"}, {"body": "{name"}, {"closing": "}"}]
    )
    def test_with_a_wrong_placeholder_is_refused(self, changes):
        with pytest.raises(Refused) as refused:
            save(texts.place(), **changes)

        assert codes(refused) == [f"{next(iter(changes))}_en"]
        assert not MailText.objects.exists()

    def test_is_refused_without_a_reason(self):
        with pytest.raises(Refused) as refused:
            save(texts.place(), reason=" ", subject="Hello")

        assert codes(refused) == ["reason"]

    def test_again_by_a_second_click_changes_nothing(self):
        where, office = texts.place(), make.administrator()

        for _click in range(2):
            save(where, by=office, seen="0-0", subject="Hello")

        assert MailText.objects.count() == 1

    def test_of_the_second_of_two_editors_is_refused(self):
        where = texts.place()
        seen = texts.seen(where)
        save(where, seen=seen, subject="Of the first")

        with pytest.raises(Refused) as refused:
            save(where, seen=seen, language="fr", subject="De la seconde")

        assert codes(refused) == ["stale"]
        assert MailText.objects.get().subject == "Of the first"

    @pytest.mark.parametrize("make_other", [make.steering, make.representative])
    def test_is_the_administrators_alone(self, make_other):
        where, other = texts.place(), make_other()
        known = {"by": other, "seen": texts.seen(where), "reason": "Because"}
        row = texts.written()

        for deed in (
            lambda: save(where, by=other, subject="Mine"),
            lambda: mail_texts.take_again(where, row, **known),
            lambda: mail_texts.back_to_standard(where, "en", **known),
        ):
            with pytest.raises(PermissionDenied):
                deed()

        assert MailText.objects.count() == 1

    def test_never_changes_and_stays(self):
        row = texts.written()

        for deed in (lambda: MailText.objects.update(subject="Another"), row.delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                deed()

        row.refresh_from_db()
        assert row.subject == "Welcome, {name}"

    @pytest.mark.parametrize(
        ("name", "wrong"),
        [
            ("standard_or_written_out", {"subject": " "}),
            ("standard_or_written_out", {"is_standard": True}),
            ("made_once", {"version": 1}),
            ("with_a_reason", {"reason": ""}),
        ],
    )
    def test_that_must_never_be_is_refused_by_the_database(self, name, wrong):
        row = texts.written()
        row.pk, row.version = None, 2
        for field, value in wrong.items():
            setattr(row, field, value)

        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            row.save(force_insert=True)


class TestFormerTexts:
    def test_come_back_as_new_versions(self):
        where, office = texts.place(), make.administrator()
        first = texts.written(subject="First")
        texts.written(subject="Second")
        known = {"by": office, "reason": "Better"}

        again = mail_texts.take_again(where, first, seen=texts.seen(where), **known)
        twice = mail_texts.take_again(where, first, seen=texts.seen(where), **known)

        assert (again.version, again.subject, twice) == (3, "First", None)
        assert posted(make.registration()).subject == "First"

    def test_give_way_to_the_standard_text_as_a_version_too(self):
        where, office = texts.place(), make.administrator()
        texts.written()

        row = texts.standard(by=office)
        twice = mail_texts.back_to_standard(
            where, "en", by=office, seen=texts.seen(where), reason="Again"
        )

        assert (row.version, row.is_standard, row.subject, twice) == (2, True, "", None)
        assert posted(make.registration()).subject == "We have your CEC registration"
        assert Event.objects.get(kind="mail_text_standard").details["version"] == 2

    def test_that_say_the_same_as_the_standard_are_the_standard(self):
        where = texts.place()
        standard = where.standard("en")
        texts.written()

        row = texts.written(subject=standard.subject)

        assert row.is_standard

    def test_differ_paragraph_by_paragraph(self):
        before = Texts("A subject", "", "One.\n\nTwo.\n\nThree.")
        after = Texts("A subject", "", "One.\n\n2.\n\nThree.", "Bye.")

        found = mail_texts.differences(before, after, "en")

        assert [(each.label, each.before, each.after) for each in found] == [
            ("Text", "Two.", "2."),
            ("Below the button", "", "Bye."),
        ]


class TestATextThatWorkedOnce:
    def test_gives_way_to_the_standard_when_its_placeholder_is_gone(self, monkeypatch, caplog):
        row = make.registration(make.person("Ida Roy"))
        texts.written(subject="In {days} days, {name}")
        kind = mail.kinds()[texts.KIND]

        def write(registration):
            said = kind.write(registration)
            values = {name: value for name, value in said.values.items() if name != "days"}
            return replace(said, paragraphs=["Soon."], values=values)

        monkeypatch.setitem(mail.kinds(), texts.KIND, replace(kind, write=write))
        with caplog.at_level(logging.WARNING):
            out = posted(row)

        assert out.subject == "We have your CEC registration"
        assert "Soon." in out.text
        assert "CEC registration_received: no placeholder days" in caplog.text
        where = texts.place()
        assert list(mail_texts.unusable(where, where.texts(where.latest()["en"], "en"), "en")) == [
            "days"
        ]

    def test_gives_way_to_the_standard_when_nothing_is_left_of_it(self, caplog):
        row = make.registration(status="submitted")
        texts.written(where=texts.place("membership_proof"), body="{note}")

        empty = posted(row, "membership_proof", "")
        full = posted(row, "membership_proof", "Please.")

        assert "We couldn’t find your membership" in empty.text
        assert "We couldn’t find your membership" not in full.text
        assert "nothing is left of the text" in caplog.text


@pytest.mark.parametrize("language", OWN_NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_preview_of_every_kind_is_what_the_program_sends(kind, language):
    where = texts.place(kind, program="CPC")
    sent = mail.write(kind, *where.kind.example(where.program), language=language)

    shown = preview.write(where, where.standard(language), language)

    assert (shown.subject, shown.sender) == (sent.subject, where.program.text("name", language))
    if not where.kind.is_reminder:  # whose own address to end them the preview doesn't have
        assert shown == sent


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_make_one_version_and_the_second_is_told():
    where = texts.place()
    people = [make.administrator(), make.administrator()]
    standard = where.standard("en")

    results = at_once(
        [
            lambda who=who: mail_texts.save(
                where,
                by=who,
                seen="0-0",
                texts={"en": replace(standard, subject=f"Of {who.pk}")},
                reason="Because",
            )
            for who in people
        ]
    )

    assert sorted(type(each).__name__ for each in results) == ["Refused", "list"]
    assert [row.version for row in MailText.objects.all()] == [1]
