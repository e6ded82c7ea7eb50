"""The next edition of a certificate: what it changes, what it keeps, and that it is made once."""

from datetime import date

import jwt
import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone, translation

from cec import delivery
from cec.models import Attachment, OutgoingMail
from cec.problems import Refused
from certificates import correcting, facts, making, signatories, signing
from certificates.models import Certificate, Document, Signatory
from certificates.printing import paper, pdf
from registrations.models import Event
from tests import factories
from tests.certificates import records
from tests.certificates.signing import ink, published, signatory
from tests.races import at_once

pytestmark = pytest.mark.django_db

EARLIER = date(2026, 1, 5)


def correct(certificate, *, by=None, name="Nadia Nowak", reason="A new name.", **others):
    by = by or factories.administrator()
    return correcting.correct(certificate, by=by, name=name, reason=reason, **others)


class TestTheNextEdition:
    def test_has_the_new_name_and_a_serial_and_an_id_of_its_own(self):
        administrator, former = factories.administrator(), records.issued()

        edition = correct(former, by=administrator)

        former.refresh_from_db()
        assert (edition.edition, edition.replaces, edition.state) == (2, former, "valid")
        assert (former.state, former.replaced_on) == ("replaced", timezone.localdate())
        assert edition.holder == edition.facts["name"] == "Nadia Nowak"
        assert (edition.year, edition.sequence) == (timezone.localdate().year, 2)
        assert edition.serial == edition.facts["serial"] != former.serial
        assert edition.public_id != former.public_id
        assert edition.facts["verify_url"].endswith(f"/v/{edition.public_id}")
        assert edition.issued_by == administrator

    def test_keeps_everything_that_is_not_put_right(self):
        former = records.issued()
        former.registration.credits.update(state="disallowed")
        published(former.program, title_en="Another title")

        edition = correct(former)

        own = {"name", "serial", "verify_url", "edition", "edition_on"}
        changed = {key for key in edition.facts if edition.facts[key] != former.facts[key]}
        assert changed == own

    def test_keeps_the_day_of_the_award_and_says_its_own(self):
        former = records.written(
            year=2026, issued_on=EARLIER.isoformat(), starts_on="2023-01-01", ends_on="2025-12-31"
        )

        edition = correct(former)

        assert edition.issued_on == former.issued_on
        assert edition.facts["issued_on"] == EARLIER.isoformat()
        assert edition.facts["edition_on"] == timezone.localdate().isoformat()

    def test_prints_another_association_where_that_was_wrong(self):
        former = records.issued()

        edition = correct(former, name=former.holder, association=("A new one", "Une nouvelle"))

        printed = facts.thawed(edition.facts)
        assert (printed.association_en, printed.association_fr) == ("A new one", "Une nouvelle")

    def test_takes_the_texts_and_signatories_of_its_day_when_asked_to(self):
        former = records.issued()
        published(former.program, title_en="A better title")
        Signatory.objects.create(
            program=former.program,
            name="New Chair",
            title_en="Chair",
            title_fr="Présidence",
            first_day=timezone.localdate(),
        )
        former.registration.credits.update(state="disallowed")

        edition = correct(former, name=former.holder, renewed=True)

        printed = facts.thawed(edition.facts)
        assert (printed.title_en, printed.wording_version) == ("A better title", 2)
        assert [row.name for row in printed.signatories] == ["New Chair"]
        kept = ("name", "points", "starts_on", "ends_on", "issued_on", "rules_version")
        assert [edition.facts[key] for key in kept] == [former.facts[key] for key in kept]

    def test_takes_new_signatories_only_when_asked_to(self):
        former = records.issued()
        Signatory.objects.create(
            program=former.program,
            name="New Chair",
            title_en="Chair",
            title_fr="Présidence",
            first_day=timezone.localdate(),
        )

        edition = correct(former)

        assert edition.facts["signatories"] == former.facts["signatories"]

    def test_is_laid_out_as_today_even_where_it_keeps_its_texts_and_pictures(self, monkeypatch):
        row = signatory(picture=ink())
        former = records.issued()
        published(former.program)
        signatories.end(row, by=factories.administrator())
        monkeypatch.setattr(paper, "TEMPLATE_VERSION", 2)

        edition = correct(former)

        printed = facts.thawed(edition.facts)
        assert (former.facts["template_version"], edition.facts["template_version"]) == (1, 2)
        assert printed.title_en == former.facts["title_en"]
        assert printed.wording_version == 1
        assert [one.image for one in printed.signatories] == [ink()]

    def test_is_written_to_the_history_with_both_serials_and_no_name(self):
        former = records.issued()

        edition = correct(former, reason="A new name.")

        event = former.registration.events.get(kind=Event.Kind.CERTIFICATE_CORRECTED)
        assert event.details == {"serial": edition.serial, "former_serial": former.serial}
        assert event.reason == "A new name."

    def test_leaves_the_registration_certified(self):
        former = records.issued()

        correct(former)

        former.registration.refresh_from_db()
        assert former.registration.status == "certified"

    def test_may_be_followed_by_another(self):
        second = correct(records.issued())

        third = correct(second, name="Nadia Third")

        states = list(Certificate.objects.order_by("edition").values_list("edition", "state"))
        assert states == [(1, "replaced"), (2, "replaced"), (3, "valid")]
        assert third.replaces == second


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("answers", "code"),
        [
            ({"name": "Robin Example"}, "no_difference"),
            ({"name": "  Robin   Example "}, "no_difference"),
            ({"renewed": True, "name": "Robin Example"}, "no_difference"),
            ({"name": "Mei 李"}, "name"),
            ({"name": " "}, "name"),
            ({"association": ("李", "李")}, "unprintable"),
            ({"reason": "  "}, "no_reason"),
            ({"seen": "0" * 64}, "stale"),
        ],
    )
    def test_changes_nothing(self, answers, code):
        former = records.issued(factories.person("Robin Example"))

        with pytest.raises(Refused) as refused:
            correct(former, **answers)

        former.refresh_from_db()
        assert [problem.code for problem in refused.value.problems] == [code]
        assert (Certificate.objects.count(), former.state) == (1, "valid")
        assert not Event.objects.filter(kind=Event.Kind.CERTIFICATE_CORRECTED).exists()

    def test_what_can_not_be_printed_is_said_in_the_readers_language(self):
        former = records.issued()

        with translation.override("fr"), pytest.raises(Refused) as refused:
            correct(former, association=("李", "李"))

        assert "les polices du certificat n’ont pas 李." in str(refused.value).replace("\xa0", " ")

    def test_what_was_looked_at_is_what_is_made(self):
        former = records.issued()
        proposed = correcting.propose(former, name="Nadia Nowak", renewed=True)
        seen = correcting.digest_of(former, proposed)
        published(former.program, title_en="A better title")

        with pytest.raises(Refused) as refused:
            correct(former, renewed=True, seen=seen)

        assert refused.value.problems[0].code == "stale"
        assert Certificate.objects.count() == 1

    def test_is_the_administrators_alone_and_never_their_own(self):
        administrator = factories.administrator()
        own, other = records.issued(administrator), records.issued()

        for certificate, who in (
            (own, administrator),
            (other, factories.steering()),
            (other, factories.representative()),
            (other, other.registration.person),
        ):
            with pytest.raises(PermissionDenied):
                correct(certificate, by=who)

        assert Certificate.objects.count() == 2

    def test_an_earlier_edition_is_not_corrected_again(self):
        first, administrator = records.issued(), factories.administrator()
        correct(first, by=administrator)

        with pytest.raises(Refused) as refused:
            correct(first, name="Nadia Third")

        assert "Administrator was here first" in str(refused.value)
        assert Certificate.objects.count() == 2


class TestThePdfOfAnEdition:
    def test_is_made_and_sent_with_a_letter_of_its_own(self):
        former = records.issued()
        making.make_document(former.pk)

        edition = correct(former)
        made = making.make_waiting()

        mail = OutgoingMail.objects.get(kind="certificate_corrected")
        assert made == 1
        assert mail.person == former.registration.person
        assert Attachment.objects.get(mail=mail).name == f"{edition.serial}.pdf"
        assert former.serial in mail.text
        assert edition.serial in mail.text
        document = Document.objects.get(certificate=edition)
        assert signing.check(bytes(document.pdf)).ours
        badge = jwt.decode(document.badge, options={"verify_signature": False})
        assert badge["credentialSubject"]["licenseNumber"] == edition.serial
        assert OutgoingMail.objects.filter(kind="certificate_issued").count() == 1

    def test_leaves_the_bytes_of_the_one_before_as_they_were(self):
        former = records.issued()
        making.make_document(former.pk)
        before = bytes(former.document.pdf)

        correct(former)
        making.make_waiting()

        assert bytes(Document.objects.get(certificate=former).pdf) == before

    def test_of_the_one_before_isnt_sent_any_more_when_it_waits_to_be(self):
        former = records.issued()
        making.make_document(former.pk)
        waiting = OutgoingMail.objects.get(kind="certificate_issued")

        correct(former)

        waiting.refresh_from_db()
        assert waiting.state == OutgoingMail.State.CALLED_OFF
        assert delivery.claim(waiting.pk) is None

    def test_of_the_one_before_that_was_sent_stays_sent(self):
        former = records.issued()
        making.make_document(former.pk)
        sent = OutgoingMail.objects.filter(kind="certificate_issued")
        sent.update(state=OutgoingMail.State.SENT)

        correct(former)

        assert sent.get().state == OutgoingMail.State.SENT

    def test_of_one_that_was_replaced_before_it_was_made_never_comes(self):
        former = records.issued()

        edition = correct(former)
        made = making.make_waiting()

        assert made == 1
        assert Document.objects.get().certificate == edition
        assert not OutgoingMail.objects.filter(kind="certificate_issued").exists()

    def test_of_one_that_is_replaced_while_it_is_made_is_thrown_away(self):
        former = records.issued()
        content = pdf.render(facts.thawed(former.facts))
        correct(former)

        stored = making._store(former, content, signing.key_in_use())

        assert not stored
        assert not Document.objects.exists()
        assert not OutgoingMail.objects.filter(kind="certificate_issued").exists()


@pytest.mark.django_db(transaction=True)
class TestAllAtOnce:
    def test_two_administrators_make_one_edition_and_the_others_are_told(self):
        former = records.issued()
        administrators = [factories.administrator(), factories.administrator()]

        answers = at_once(
            [
                lambda by=administrators[number % 2]: correct(
                    Certificate.objects.get(pk=former.pk), by=by
                )
                for number in range(12)
            ]
        )

        made = [answer for answer in answers if isinstance(answer, Certificate)]
        refused = [answer for answer in answers if isinstance(answer, Refused)]
        assert (len(made), len(refused)) == (1, 11)
        assert Certificate.objects.filter(state="valid").get() == made[0]
        assert Event.objects.filter(kind=Event.Kind.CERTIFICATE_CORRECTED).count() == 1

    def test_correcting_and_revoking_makes_one_decision(self):
        former, administrator = records.issued(), factories.administrator()

        answers = at_once(
            [
                lambda: correct(former, by=administrator),
                lambda: correcting.revoke(former, by=administrator, reason="Wrong."),
            ]
            * 5
        )

        former.refresh_from_db()
        done = [answer for answer in answers if not isinstance(answer, Refused)]
        assert len(done) == 1
        assert (former.state, Certificate.objects.count()) in {("replaced", 2), ("revoked", 1)}

    def test_making_and_correcting_send_no_dead_edition_after_the_new_one(self):
        key = signing.key_in_use()
        for _round in range(3):
            former, administrator = records.issued(), factories.administrator()
            content = pdf.render(facts.thawed(former.facts))

            stored, _edition = at_once(
                [
                    lambda content=content, former=former: making._store(former, content, key),
                    lambda former=former, by=administrator: correct(former, by=by),
                ]
            )

            sent = OutgoingMail.objects.filter(key=f"certificate_issued:{former.pk}").exists()
            assert stored == Document.objects.filter(certificate=former).exists() == sent
            assert Certificate.objects.get(replaces=former).is_valid
