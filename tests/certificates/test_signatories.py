"""Who signs a program's certificates: for whom, when, and that what was issued stays."""

from datetime import date, timedelta
from hashlib import sha256

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, transaction
from django.utils import timezone

from cec.problems import Refused
from certificates import facts, making, signatories
from certificates.models import Certificate, Document, Signatory, SignaturePicture
from certificates.printing import pdf
from registrations.models import Event
from tests import factories
from tests.certificates import records, signing
from tests.certificates.printed import read, text_of
from tests.races import at_once

pytestmark = pytest.mark.django_db


def changed(row, **fields):
    """Change it as it is now."""
    row.refresh_from_db()
    return signatories.change(row, by=factories.administrator(), seen=row.edits, **fields)


class TestAdding:
    def test_lists_somebody_and_notes_by_whom(self):
        office = factories.administrator()

        row = signing.signatory(by=office, picture=signing.ink())

        event = Event.objects.get(kind="signatory_added")
        assert (event.actor, event.details) == (office, {"program": "CEC", "signatory": row.pk})
        assert row.picture.sha256 == sha256(row.picture.png).hexdigest()

    def test_a_second_click_adds_nobody(self):
        first = signing.signatory(picture=signing.ink())

        again = signing.signatory(picture=signing.ink())

        assert again == first
        assert Event.objects.filter(kind="signatory_added").count() == 1
        assert SignaturePicture.objects.count() == 1

    def test_somebody_else_of_that_name_and_day_is_refused(self):
        signing.signatory()

        with pytest.raises(Refused) as refused:
            signing.signatory(title_en="Treasurer")

        assert [problem.code for problem in refused.value.problems] == ["listed"]

    @pytest.mark.parametrize("make", [factories.steering, factories.representative])
    def test_and_every_change_is_the_administrators_alone(self, make):
        other, row = make(), signing.signatory()

        for deed in (
            lambda: signing.signatory("Somebody", by=other),
            lambda: signatories.change(row, by=other, seen=0, name="Somebody"),
            lambda: signatories.end(row, by=other),
        ):
            with pytest.raises(PermissionDenied):
                deed()

        assert Signatory.objects.get() == row


class TestChanging:
    def test_writes_what_differs_and_notes_which_fields(self):
        row = signing.signatory()

        assert changed(row, name="Tom Redfeather", title_en="Chair", picture=signing.ink())

        row.refresh_from_db()
        assert (row.name, row.edits) == ("Tom Redfeather", 1)
        details = Event.objects.get(kind="signatory_changed").details
        assert details["fields"] == ["name", "picture"]

    def test_the_second_of_two_is_told_but_a_second_click_is_not(self):
        row, office = signing.signatory(), factories.administrator()
        known = {"by": office, "seen": row.edits}
        signatories.change(row, name="Tom Redfeather", **known)

        assert not signatories.change(row, name="Tom Redfeather", **known)
        with pytest.raises(Refused) as refused:
            signatories.change(row, title_en="Treasurer", **known)

        row.refresh_from_db()
        assert [problem.code for problem in refused.value.problems] == ["stale"]
        assert (row.name, row.title_en) == ("Tom Redfeather", "Chair")

    def test_a_picture_stays_until_another_comes_or_it_is_taken_away(self):
        row = signing.signatory(picture=signing.ink())
        kept = row.picture
        changed(row, name="Tom Redfeather", picture=None)
        row.refresh_from_db()
        stayed = row.picture

        changed(row, without_picture=True)

        row.refresh_from_db()
        assert (stayed, row.picture) == (kept, None)
        assert SignaturePicture.objects.get() == kept

    def test_never_makes_two_of_the_same_name_and_day(self):
        signing.signatory()
        other = signing.signatory("Tom Redfeather")

        with pytest.raises(Refused):
            changed(other, name="Marguerite Oyelaran")

        other.refresh_from_db()
        assert other.name == "Tom Redfeather"


class TestEnding:
    def test_makes_today_the_last_day_once(self):
        row = signing.signatory()

        for _click in range(2):
            signatories.end(row, by=factories.administrator())

        row.refresh_from_db()
        assert row.last_day == timezone.localdate()
        assert Event.objects.filter(kind="signatory_ended").count() == 1

    def test_takes_off_the_list_who_has_not_begun(self):
        row = signing.signatory(first_day=timezone.localdate() + timedelta(days=9))

        signatories.end(row, by=factories.administrator())

        assert not Signatory.objects.exists()

    def test_never_before_the_beginning_in_the_database_either(self):
        with pytest.raises(Error, match="ends_after_the_start"), transaction.atomic():
            signing.signatory(last_day=date(2019, 12, 31))


class TestWhoIsPrinted:
    def test_two_at_most_for_everybody_then_for_each_association_with_its_own(self):
        scheme, day = factories.program(), date(2026, 5, 1)
        signing.signatory("Chair", position=1)
        signing.signatory("Of the MLA", code="MLA", position=2)
        signing.signatory("Also of the MLA", code="MLA", position=0)
        signing.signatory("Over", last_day=date(2026, 4, 30))
        signing.signatory("Later", first_day=date(2026, 5, 2))

        found = signatories.printed_on(scheme, day)

        assert [
            (
                each.association and each.association.code,
                [row.name for row in each.printed],
                [row.name for row in each.left_out],
            )
            for each in found
        ] == [
            (None, ["Chair"], []),
            ("MLA", ["Also of the MLA", "Chair"], ["Of the MLA"]),
        ]

    def test_nobody_is_said_to_be_nobody(self):
        found = signatories.printed_on(factories.program(), date(2026, 5, 1))

        assert [(each.association, each.printed) for each in found] == [(None, [])]

    @pytest.mark.parametrize(
        ("known", "code"),
        [
            ({"name": "李明"}, "name"),
            ({"title_en": "W" * 150}, "title_en"),
            ({"title_fr": "主席"}, "title_fr"),
            ({"title_en": "WWWW " * 15, "title_fr": "VWWW " * 15}, "title_fr"),
        ],
    )
    def test_a_name_or_a_position_that_does_not_fit_is_said_before(self, known, code):
        said = {"name": "Tom", "title_en": "Chair", "title_fr": "Présidence"} | known

        found = signatories.check(factories.program(), **said)

        assert [problem.code for problem in found] == [code]
        assert not signatories.check(factories.program(), name="T", title_en="C", title_fr="P")


class TestWhatWasIssued:
    def test_keeps_its_signatories_and_their_pictures(self):
        picture = signing.ink()
        row = signing.signatory(picture=picture)
        certificate = records.issued()
        changed(row, name="Somebody Else", without_picture=True)
        signatories.end(row, by=factories.administrator())

        paper = facts.thawed(Certificate.objects.get().facts)

        assert [(one.name, one.image) for one in paper.signatories] == [
            ("Marguerite Oyelaran", picture)
        ]
        frozen = certificate.facts["signatories"][0]
        assert frozen["picture"] == sha256(picture).hexdigest()
        assert certificate.facts["template_version"] == 1

    def test_is_printed_with_the_picture(self):
        signing.signatory(picture=signing.ink())
        making.make_document(records.issued().pk)

        page = read(bytes(Document.objects.get().pdf)).pages[0]

        assert len(page.images) >= 1
        assert "Marguerite Oyelaran" in page.extract_text()

    def test_of_earlier_versions_without_a_picture_still_thaws(self):
        signing.signatory()
        frozen = records.issued().facts
        old = {key: value for key, value in frozen.items() if not key.endswith("_version")}
        old["signatories"] = [
            {key: value for key, value in row.items() if key != "picture"}
            for row in frozen["signatories"]
        ]

        paper = facts.thawed(old)

        assert [(row.name, row.image) for row in paper.signatories] == [
            ("Marguerite Oyelaran", None)
        ]
        assert paper.wording_version is None

    def test_markup_in_a_name_prints_as_text(self):
        signing.signatory("<b>Ann</b> & <img src=x>", title_en="<script>x</script>")
        paper = facts.thawed(records.issued().facts)

        text = text_of(pdf.render(paper))

        assert "<b>Ann</b> & <img src=x>" in text
        assert "<script>x</script>" in text

    def test_pictures_are_kept_by_the_database_itself(self):
        signing.signatory(picture=signing.ink())
        every = SignaturePicture.objects.all()

        for change in (
            lambda: every.update(png=b""),
            lambda: every._raw_delete("default"),
        ):
            with pytest.raises(Error, match="history is kept"), transaction.atomic():
                change()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_add_one():
    office, picture = factories.administrator(), signing.ink()
    factories.program()

    results = at_once([lambda: signing.signatory(by=office, picture=picture).pk] * 2)

    assert results[0] == results[1]
    assert Signatory.objects.count() == SignaturePicture.objects.count() == 1
