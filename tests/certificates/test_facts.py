"""What a certificate says: from the rows, in both languages, frozen on the day of issue (F4)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import Error, transaction
from django.utils import timezone

from certificates import facts, issuing, making
from certificates.models import Certificate, Document, Signatory
from registrations.models import Association
from tests import factories
from tests.certificates import records

pytestmark = pytest.mark.django_db


def records_facts(registration):
    """Issue it and return the frozen facts as the database gives them back."""
    made = issuing.issue(registration, by=factories.administrator())
    return Certificate.objects.get(pk=made.pk).facts


class TestFacts:
    def test_are_taken_from_the_rows_in_both_languages(self):
        registration = records.accepted(factories.person("  Łucja   Kowalska-Nowak "))

        paper = facts.thawed(records_facts(registration))

        scheme = registration.program
        assert paper.name == "Łucja Kowalska-Nowak"
        assert (paper.title_en, paper.title_fr) == (scheme.certificate_en, scheme.certificate_fr)
        assert paper.points == Decimal(120)
        assert paper.starts_on == registration.starts_on
        assert paper.ends_on == registration.ends_on
        assert paper.association_en == registration.association.name_en
        assert paper.not_a_diploma_fr == scheme.disclaimer_fr
        assert paper.subject_en == f"of continuing learning in {scheme.field_en}"
        assert paper.verify_url.endswith(f"/v/{Certificate.objects.get().public_id}")
        assert paper.signatories == ()
        assert not paper.french_first

    def test_say_the_same_after_the_rows_have_changed(self):
        registration = records.accepted()
        before = facts.thawed(records_facts(registration))
        registration.person.name = "Somebody Else"
        registration.person.save()
        Association.objects.update(name_en="Renamed")

        after = facts.thawed(Certificate.objects.get().facts)

        assert after == before

    def test_name_the_version_of_the_rules_and_the_total(self):
        frozen = records_facts(records.accepted())

        assert frozen["rules_version"] == 1
        assert Decimal(frozen["points_needed"]) == 120

    def test_put_french_first_for_a_french_reader_or_association(self):
        reader = records.accepted(factories.person(language="fr"))
        association = records.accepted(association_code="ABQLA")

        assert records_facts(reader)["french_first"]
        assert records_facts(association)["french_first"] == association.association.french_first

    def test_name_who_signs_on_the_day_of_issue(self):
        registration = records.accepted()
        today = timezone.localdate()
        for name, first, last, code in (
            ("Retired", date(2020, 1, 1), today - timedelta(days=1), None),
            ("Future", today + timedelta(days=1), None, None),
            ("Elsewhere", date(2020, 1, 1), None, "OLA"),
            ("Chair", date(2020, 1, 1), today, None),
            ("President", today, None, "MLA"),
        ):
            Signatory.objects.create(
                program=registration.program,
                association=factories.association(code) if code else None,
                name=name,
                title_en="Chair",
                title_fr="Présidence",
                first_day=first,
                last_day=last,
            )

        paper = facts.thawed(records_facts(registration))

        assert [row.name for row in paper.signatories] == ["Chair", "President"]

    def test_end_an_early_completion_with_the_day_of_turning_in(self):
        scheme = factories.program()
        scheme.early_completion = True
        scheme.save()
        registration = records.accepted(days_ago=-30)

        paper = facts.thawed(records_facts(registration))

        assert paper.ends_on == timezone.localdate()

    def test_and_documents_are_kept_by_the_database_itself(self):
        making.make_document(records.issued().pk)
        unmade = Certificate.objects.filter(pk=records.issued().pk)

        for change in (
            lambda: Certificate.objects.update(facts={}),
            lambda: Certificate.objects.update(holder="Somebody Else"),
            lambda: unmade._raw_delete("default"),
            lambda: Document.objects.update(pdf=b""),
            lambda: Document.objects.all().delete(),
        ):
            with pytest.raises(Error, match="history is kept"), transaction.atomic():
                change()
