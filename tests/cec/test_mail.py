"""Building mail: letters, languages, the outbox (reliability C8, H5, H6)."""

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.db import connection, transaction
from django.utils import translation

from cec import mail
from cec.outbox import Attachment, OutgoingMail
from tests.factories import careers, person
from tests.races import at_once

pytestmark = pytest.mark.usefixtures("outbox")

HOSTILE = "<script>alert(1)</script> & \"Anne\" 'Bob'"


@pytest.fixture
def letter(monkeypatch):
    """A kind of letter that says what it is given."""

    def write(subject="A subject", paragraph="A paragraph.", fact="a fact"):
        return mail.Letter(
            subject=subject,
            paragraphs=[paragraph, translation.gettext("Yes")],
            facts=[("A label", fact)],
            button=("Look", mail.absolute_url("account_login")),
            closing=["The end."],
            why="You are a test.",
        )

    kind = mail.Kind("test", write, lambda: (), urgent=False)
    monkeypatch.setitem(mail.kinds(), "test", kind)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", sorted(mail.kinds()))
@pytest.mark.django_db
def test_every_kind_of_letter_is_written_in_both_languages_with_both_parts(kind, language):
    example = mail.kinds()[kind].example
    assert example is not None, f"@mail.letter({kind!r}) needs an example"

    written = mail.write(kind, *example(), language=language)

    assert 0 < len(written.subject) <= 60
    assert f'<html lang="{language}"' in written.html
    for part in (written.text, written.html):
        assert len(part) > 100
        assert f"/{language}/" in part or "http" not in part
        assert "%(" not in part
        assert "{{" not in part
        assert "None" not in part


@pytest.mark.django_db
def test_a_letter_is_in_its_readers_language_whatever_the_page_is_in(letter):
    reader = person(language="fr")

    with translation.override("en"):
        row = mail.post("test", to=reader)

    assert row.language == "fr"
    assert "\nOui\n" in row.text
    assert "http://testserver" not in row.text
    assert "/fr/" in row.text
    assert translation.get_language() == "en"


@pytest.mark.django_db
def test_a_letter_can_be_asked_for_in_another_language_than_its_readers(letter):
    row = mail.post("test", to=person(language="fr"), language="en")

    assert row.language == "en"
    assert "\nYes\n" in row.text


@pytest.mark.django_db
def test_a_letter_about_a_program_is_in_its_name_and_another_in_ours():
    courses = careers(person(language="en"))

    about = mail.post("registration_received", courses, to=courses.person)
    ours = mail.post("account_unknown", to="nobody@example.org")

    assert about.sender == "Continuing Education Credits for CPC Courses"
    signature = "Continuing Education Credits for CPC Courses, Career Professionals of Canada"
    for part in (about.text, about.html):
        assert signature in part
        assert "Continuing Education Certificate" not in part
        assert "The Partnership" not in part
    assert ours.sender == ""
    assert "\n-- \nContinuing Education Certificate, The Partnership\n" in ours.text


@pytest.mark.django_db
def test_somebody_without_an_account_reads_the_language_of_the_page(letter):
    with translation.override("fr"):
        row = mail.post("test", to="nobody@example.org")

    assert (row.to, row.person, row.language) == ("nobody@example.org", None, "fr")


@pytest.mark.django_db
def test_a_letter_can_go_to_another_address_of_its_reader(letter):
    reader = person()

    row = mail.post("test", to=reader, address="old@example.org")

    assert (row.to, row.person) == ("old@example.org", reader)


@pytest.mark.django_db
def test_markup_in_a_text_is_shown_and_never_obeyed(letter):
    row = mail.post("test", HOSTILE, HOSTILE, HOSTILE, to=person())

    assert row.html.count("&lt;script&gt;") >= 3
    assert "<script" not in row.html
    assert row.text.count("<script>alert(1)</script> & \"Anne\" 'Bob'") >= 2


@pytest.mark.parametrize(
    "subject",
    [
        "One\r\nBcc: all@example.org",
        "One\nBcc: all@example.org",
        "One\x0bBcc: all@example.org",
        "One\x00\u2028Bcc: all@example.org",
    ],
)
@pytest.mark.django_db
def test_a_subject_is_one_line(letter, subject):
    row = mail.post("test", subject, to=person())

    assert row.subject == "One Bcc: all@example.org"


def test_a_heading_keeps_together_what_belongs_together():
    said = mail.Letter(subject="x", heading="It ends\non 14\u00a0March\u00a02029", paragraphs=["x"])

    written = mail.dress(said, language="en")

    assert "It ends on 14\u00a0March\u00a02029</h1>" in written.html


@pytest.mark.django_db
def test_a_subject_that_is_too_long_is_cut(letter):
    row = mail.post("test", "word " * 100, to=person())

    assert len(row.subject) == 200
    assert row.subject.endswith("…")


@pytest.mark.django_db
def test_a_mail_is_gone_when_its_deed_is_rolled_back(letter):
    reader = person()

    with transaction.atomic():
        mail.post("test", to=reader)
        send_mail("Another", "Text", None, [reader.email])
        transaction.set_rollback(True)

    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db
def test_an_occasion_is_written_about_once(letter):
    reader = person()

    first = mail.post("test", to=reader, key="test:1")
    second = mail.post("test", to=reader, key="test:1")
    other = mail.post("test", to=reader, key="test:2")

    assert first is not None
    assert second is None
    assert other is not None
    assert OutgoingMail.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_occasion_is_written_about_once_also_by_many_at_once(letter):
    reader = person()

    rows = at_once([lambda: mail.post("test", to=reader, key="test:1")] * 8)

    assert sorted(type(row).__name__ for row in rows) == ["NoneType"] * 7 + ["OutgoingMail"]
    assert OutgoingMail.objects.count() == 1


@pytest.mark.django_db
def test_attachments_are_kept_as_they_are(letter):
    content = bytes(range(256))

    row = mail.post(
        "test", to=person(), attachments=[("certificate.pdf", "application/pdf", content)]
    )

    kept = Attachment.objects.get(mail=row)
    assert (kept.name, kept.content_type) == ("certificate.pdf", "application/pdf")
    assert bytes(kept.content) == content


@pytest.mark.django_db
def test_what_django_sends_becomes_a_row_for_each_reader():
    message = EmailMultiAlternatives(
        "A\u2028subject", "Text", to=["one@example.org"], bcc=["two@example.org"]
    )
    message.attach_alternative("<p>Text</p>", "text/html")
    message.attach("note.txt", "A note", "text/plain")

    with translation.override("fr"):
        count = message.send()

    one, two = OutgoingMail.objects.order_by("to")
    assert count == 1
    assert [one.to, two.to] == ["one@example.org", "two@example.org"]
    assert (one.subject, one.text, one.html, one.language) == (
        "A subject",
        "Text",
        "<p>Text</p>",
        "fr",
    )
    assert one.message_id != two.message_id
    assert bytes(one.attachments.get().content) == b"A note"


@pytest.mark.django_db
def test_writing_a_thousand_reminders_takes_seconds(letter):
    reader = person()

    with connection.execute_wrapper(_count := _Counter()):
        for number in range(20):
            mail.post("test", to=reader, key=f"test:{number}")

    assert _count.queries <= 20 * 5  # is it there, a savepoint, the row, release; no more


class _Counter:
    queries = 0

    def __call__(self, execute, sql, params, many, context):
        self.queries += 1
        return execute(sql, params, many, context)
