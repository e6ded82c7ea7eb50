"""The texts on certificates: a draft, checks, publication, and what was published stays."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, IntegrityError, transaction

from cec.problems import Refused
from certificates import facts, wordings
from certificates.models import Certificate, CertificateWording
from registrations.models import Event
from tests import factories
from tests.certificates import records, signing
from tests.races import at_once

pytestmark = pytest.mark.django_db


def codes(refused):
    return [problem.code for problem in refused.value.problems]


class TestTheFirstVersion:
    def test_is_what_the_program_came_with(self):
        scheme = factories.program()

        first = wordings.in_force(scheme)

        assert (first.version, first.title_fr) == (1, scheme.certificate_fr)
        assert first.not_a_diploma_en == scheme.disclaimer_en
        assert first.subject_en == f"of continuing learning in {scheme.field_en}"
        assert not CertificateWording.objects.exists()

    def test_is_written_down_once_when_a_certificate_needs_it(self):
        for _again in range(2):
            records.issued()

        first = CertificateWording.objects.get()

        assert (first.version, first.published_by) == (1, None)

    def test_stays_when_the_programs_own_texts_change(self):
        scheme = factories.program()
        before = wordings.kept(scheme).title_en
        scheme.certificate_en = "Another title"
        scheme.save()

        assert wordings.in_force(scheme).title_en == before

    def test_of_a_program_without_a_disclaimer_says_what_it_does_not_replace(self):
        scheme = factories.program("CPC")
        assert not scheme.disclaimer_en

        first = wordings.kept(scheme)

        assert "does not replace" in first.not_a_diploma_en
        assert "ne remplace" in first.not_a_diploma_fr


class TestADraft:
    def test_is_a_copy_with_the_change_and_holds_for_nobody(self):
        scheme, office = factories.program(), factories.administrator()

        written = signing.draft(scheme, by=office, title_en="Diploma of Curiosity")

        assert (written.version, written.is_draft, written.made_by) == (2, True, office)
        assert written.title_en == "Diploma of Curiosity"
        assert written.title_fr == scheme.certificate_fr
        assert wordings.in_force(scheme).version == 1

    def test_is_noted_by_whom_in_which_version_and_which_texts(self):
        scheme, office = factories.program(), factories.administrator()

        signing.draft(scheme, by=office, title_en="Diploma of Curiosity")

        event = Event.objects.get(kind="wording_changed")
        assert event.actor == office
        assert event.details == {"program": "CEC", "version": 2, "fields": ["title_en"]}

    def test_the_second_of_two_who_edit_it_is_told(self):
        scheme, first, second = factories.program(), *(factories.administrator() for _ in "12")
        seen = signing.draft(scheme, by=first).state
        known = {"program": scheme, "seen": seen}
        wordings.save_draft(by=first, texts={"title_en": "Of the first"}, **known)

        with pytest.raises(Refused) as refused:
            wordings.save_draft(by=second, texts={"title_fr": "De la seconde"}, **known)

        assert codes(refused) == ["stale"]
        assert wordings.draft_of(scheme).title_en == "Of the first"
        assert wordings.draft_of(scheme).title_fr == scheme.certificate_fr

    def test_the_same_texts_by_a_second_click_change_nothing(self):
        scheme, office = factories.program(), factories.administrator()
        known = {"by": office, "seen": "1-0", "texts": {"title_en": "Of a double click"}}

        first = wordings.save_draft(scheme, **known)
        again = wordings.save_draft(scheme, **known)

        assert (again.pk, again.state) == (first.pk, first.state)
        assert Event.objects.filter(kind="wording_changed").count() == 1

    def test_never_goes_without_what_the_certificate_does_not_replace(self):
        scheme = factories.program()

        for text in ("", "  "):
            with pytest.raises(IntegrityError, match="does_not_replace"), transaction.atomic():
                signing.draft(scheme, not_a_diploma_fr=text)

    def test_can_be_discarded_as_it_was_seen(self):
        scheme, office = factories.program(), factories.administrator()
        seen = signing.draft(scheme, by=office).state
        signing.draft(scheme, title_fr="Meanwhile")

        with pytest.raises(Refused):
            wordings.discard(scheme, by=office, seen=seen)
        wordings.discard(scheme, by=office, seen=wordings.draft_of(scheme).state)
        wordings.discard(scheme, by=office, seen=seen)

        assert wordings.draft_of(scheme) is None
        assert Event.objects.filter(kind="wording_discarded").count() == 1

    @pytest.mark.parametrize("make", [factories.steering, factories.representative])
    def test_is_the_administrators_alone(self, make):
        scheme, other = factories.program(), make()
        former = wordings.kept(scheme)
        seen = signing.draft(scheme).state

        for deed in (
            lambda: wordings.save_draft(scheme, by=other, seen=seen, texts={"title_en": "Mine"}),
            lambda: wordings.discard(scheme, by=other, seen=seen),
            lambda: wordings.publish(scheme, by=other, seen=seen, reason="Because"),
            lambda: wordings.use_again(scheme, former, by=other),
        ):
            with pytest.raises(PermissionDenied):
                deed()

        assert wordings.draft_of(scheme).state == seen


class TestPublishing:
    def test_makes_the_draft_what_new_certificates_say(self):
        scheme, office = factories.program(), factories.administrator()
        written = signing.draft(scheme, by=office, title_en="Diploma of Curiosity")

        wordings.publish(scheme, by=office, seen=written.state, reason=" We vote. ")

        frozen = records.issued().facts
        row = wordings.in_force(scheme)
        assert (row.version, row.published_by, row.reason) == (2, office, "We vote.")
        assert (frozen["title_en"], frozen["wording_version"]) == ("Diploma of Curiosity", 2)
        event = Event.objects.get(kind="wording_published")
        assert (event.actor, event.details) == (office, {"program": "CEC", "version": 2})

    def test_leaves_what_was_issued_as_it_was(self):
        certificate = records.issued()
        before = facts.thawed(certificate.facts)

        signing.published(certificate.program)

        after = facts.thawed(Certificate.objects.get().facts)
        assert after == before
        assert after.wording_version == 1

    def test_is_refused_without_a_reason_and_when_nothing_differs(self):
        scheme, office = factories.program(), factories.administrator()
        written = signing.draft(scheme, by=office)
        with pytest.raises(Refused) as without:
            wordings.publish(scheme, by=office, seen=written.state, reason=" ")
        seen = signing.draft(scheme, title_en=wordings.in_force(scheme).title_en).state

        with pytest.raises(Refused) as same:
            wordings.publish(scheme, by=office, seen=seen, reason="Because")

        assert (codes(without), codes(same)) == (["no_reason"], ["nothing_new"])

    def test_is_refused_when_somebody_edited_the_draft_meanwhile(self):
        scheme, office = factories.program(), factories.administrator()
        seen = signing.draft(scheme, by=office).state
        signing.draft(scheme, title_fr="Meanwhile")

        with pytest.raises(Refused) as refused:
            wordings.publish(scheme, by=office, seen=seen, reason="Because")

        assert codes(refused) == ["stale"]
        assert wordings.in_force(scheme).version == 1

    def test_a_second_click_finds_it_done_and_somebody_else_no_draft(self):
        scheme, office = factories.program(), factories.administrator()
        seen = signing.draft(scheme, by=office).state
        known = {"seen": seen, "reason": "Because"}
        first = wordings.publish(scheme, by=office, **known)

        again = wordings.publish(scheme, by=office, **known)
        with pytest.raises(Refused) as refused:
            wordings.publish(scheme, by=factories.administrator(), **known)

        assert again == first
        assert codes(refused) == ["no_draft"]
        assert Event.objects.filter(kind="wording_published").count() == 1

    @pytest.mark.parametrize(
        ("name", "text", "said"),
        [
            ("title_fr", "M " * 75, "Title in French: there is more text than"),
            ("issuer_en", "Consortium " * 13, "Issuer in English: there is more text than"),
            ("title_en", "證", "Title in English: the certificate has no letter for 證."),
            (
                "not_a_diploma_fr",
                "證",
                "What it doesn’t replace, in French: the certificate",
            ),
        ],
    )
    def test_names_the_text_and_the_language_that_does_not_fit(self, name, text, said):
        scheme, office = factories.program(), factories.administrator()
        seen = signing.draft(scheme, by=office, **{name: text.strip()}).state

        with pytest.raises(Refused) as refused:
            wordings.publish(scheme, by=office, seen=seen, reason="Because")

        assert codes(refused) == [name]
        assert str(refused.value).startswith(said)
        assert wordings.in_force(scheme).version == 1

    def test_says_when_texts_fit_alone_but_not_together(self):
        scheme, office = factories.program(), factories.administrator()
        word = f"{'W' * 16} "
        texts = {"subject_en": word * 11, "not_a_diploma_en": word * 23}
        written = signing.draft(scheme, by=office, **texts)

        found = wordings.check(written)

        assert [problem.code for problem in found] == ["together"]


class TestWhatWasPublished:
    def test_is_kept_by_the_database_itself(self):
        signing.published(factories.program())
        every = CertificateWording.objects.all()

        for change in (
            lambda: every.filter(version=2).update(title_en="Forged"),
            lambda: every.filter(version=1).update(published_at=None),
            lambda: every.filter(version=1)._raw_delete("default"),
        ):
            with pytest.raises(Error, match="history is kept"), transaction.atomic():
                change()

    def test_comes_back_as_a_new_version(self):
        scheme, office = factories.program(), factories.administrator()
        first = wordings.kept(scheme)
        signing.published(scheme)

        again = wordings.use_again(scheme, first, by=office)
        wordings.publish(scheme, by=office, seen=again.state, reason="It was better.")

        now = wordings.in_force(scheme)
        assert (now.version, now.texts) == (3, first.texts)
        assert scheme.wordings.count() == 3

    def test_does_not_come_back_over_a_draft_or_when_it_is_in_force(self):
        scheme, office = factories.program(), factories.administrator()
        first = wordings.kept(scheme)
        with pytest.raises(Refused) as same:
            wordings.use_again(scheme, first, by=office)
        signing.published(scheme)
        signing.draft(scheme, title_en="Being written")

        with pytest.raises(Refused) as refused:
            wordings.use_again(scheme, first, by=office)

        assert (codes(same), codes(refused)) == (["nothing_new"], ["draft"])
        assert wordings.draft_of(scheme).title_en == "Being written"

    def test_differs_from_the_one_before_in_what_was_changed(self):
        scheme = factories.program()
        first = wordings.kept(scheme)

        found = wordings.differences(first, signing.published(scheme, title_fr="Brevet"))

        assert [(each.label, each.lang, each.after) for each in found] == [
            ("Title in French", "fr", "Brevet")
        ]


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_who_begin_a_draft_make_one_and_the_second_is_told(self):
        scheme = factories.program()
        people = [factories.administrator(), factories.administrator()]

        results = at_once(
            [
                lambda who=who: wordings.save_draft(
                    scheme, by=who, seen="1-0", texts={"title_en": f"Of {who.pk}"}
                )
                for who in people
            ]
        )

        refused = [each for each in results if isinstance(each, Refused)]
        assert len(refused) == 1
        assert [row.version for row in scheme.wordings.all()] == [2, 1]

    def test_two_clicks_publish_once(self):
        scheme, office = factories.program(), factories.administrator()
        seen = signing.draft(scheme, by=office).state

        results = at_once(
            [lambda: wordings.publish(scheme, by=office, seen=seen, reason="Because").version] * 2
        )

        assert results == [2, 2]
        assert Event.objects.filter(kind="wording_published").count() == 1
