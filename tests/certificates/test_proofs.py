"""The proof sheet: what will be printed, and what stands in the way (F1, F3)."""

import pytest

from certificates import issuing, proofs
from registrations.models import Registration
from tests import factories
from tests.certificates import records
from tests.certificates.batching import confirmed, unprintable

pytestmark = pytest.mark.django_db


def test_a_proof_shows_name_points_and_the_period_that_the_certificate_will_have():
    row = records.accepted(factories.person("Nadia   Kowalchuk"))

    (proof,) = proofs.sheet(Registration.objects.filter(pk=row.pk), by=factories.steering())

    certificate = issuing.issue(row, by=factories.administrator())
    assert proof.name == certificate.facts["name"]
    assert str(proof.counted) == certificate.facts["points"]
    assert proof.ends_on.isoformat() == certificate.facts["ends_on"]


def test_the_sheet_says_of_each_what_stands_in_the_way():
    administrator = factories.administrator()
    rows = {
        "own": records.accepted(administrator),
        "early": records.turned_in(),
        "missing": records.accepted(),
        "waits": records.accepted(),
        "letters": unprintable(),
        "ready": records.accepted(),
    }
    rows["missing"].membership_checks.create(outcome="lapsed", checked_by=administrator)
    confirmed(rows["waits"], by=administrator)

    found = {
        proof.registration.pk: proof.problem
        for proof in proofs.sheet(
            Registration.objects.filter(pk__in=[row.pk for row in rows.values()]),
            by=administrator,
        )
    }

    assert found[rows["own"].pk] == "Somebody else has to issue this one."
    assert "In final review" in found[rows["early"].pk]
    assert "good standing" in found[rows["missing"].pk]
    assert found[rows["waits"].pk] == "This one is being issued already."
    assert "李" in found[rows["letters"].pk]
    assert found[rows["ready"].pk] == ""


@pytest.mark.parametrize("changed", ["name", "association"])
def test_the_fingerprint_changes_with_what_the_sheet_shows(changed):
    row, administrator = records.accepted(), factories.administrator()
    rows = Registration.objects.filter(pk=row.pk).select_related("person", "association")
    before = proofs.fingerprint(proofs.sheet(rows, by=administrator))

    same = proofs.fingerprint(proofs.sheet(rows, by=administrator))
    if changed == "name":
        row.person.name = "Somebody Else"
        row.person.save()
    else:
        Registration.objects.filter(pk=row.pk).update(association=factories.association("OLA"))
    after = proofs.fingerprint(proofs.sheet(rows.all(), by=administrator))

    assert before == same
    assert before != after
