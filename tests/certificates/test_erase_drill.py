"""The drill: somebody with something in every corner is erased, and then looked for (K2)."""

import io
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, Sum
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from activities.models import Activity, Credit, YearResult
from cec import erasure, personal
from certificates import correcting, making
from certificates.models import Certificate, Sharing
from registrations import erasing, seals
from registrations.models import Event, Payment, Person, Registration
from tests import factories as make
from tests.certificates import crowding, records
from tests.certificates.crowding import crowd, traces_left
from tests.world import World

# What the paper says may stay, for whoever relies on it (docs/privacy.md).
ON_PAPER = {
    "certificates_certificate.holder",
    "certificates_certificate.facts",
    "certificates_document.pdf",
    "certificates_document.badge",
}


@pytest.fixture
def media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def world(db, media) -> World:
    return World()


def statistics() -> list[object]:
    """Figures that nobody's erasure may change."""
    return [
        list(
            Credit.objects.values("registration__association", "activity_type", "year", "state")
            .annotate(points=Sum("points"), times=Count("pk"))
            .order_by("registration__association", "activity_type", "year", "state")
        ),
        list(
            YearResult.objects.values("number", "first_day", "raw", "counted", "types").order_by(
                "pk"
            )
        ),
        list(
            Payment.objects.values("kind", "method", "received_on")
            .annotate(sum=Sum("amount"))
            .order_by("kind", "method", "received_on")
        ),
        Activity.objects.aggregate(hours=Sum("hours"), number=Count("pk")),
        Registration.objects.values("program", "association").annotate(n=Count("pk")).count(),
        list(Certificate.objects.values("serial", "state", "issued_on").order_by("pk")),
    ]


def all_about(people: list[Person]) -> dict[str, list[dict[str, object]]]:
    rows = {}
    for declared in personal.declared().values():
        if declared.whose:
            for person in people:
                rows[f"{declared.label} {person.pk}"] = list(declared.rows(person.pk).values())
    return rows


def erase(person: Person, **choice) -> None:
    """Erase, and let what waits for the commit happen."""
    erasing.erase(person, by=None, reason="The drill", **choice)


class TestTheDrill:
    def test_nothing_is_found_afterwards_but_the_name_on_paper(
        self, world, django_capture_on_commit_callbacks
    ):
        owner = crowd(world)
        before = traces_left()
        assert len(before) > 45, "the search finds what it looks for"
        assert before["media"] == 3

        with django_capture_on_commit_callbacks(execute=True):
            erase(owner)

        assert set(traces_left()) == ON_PAPER

    def test_nor_on_paper_if_the_holder_asked_for_that(
        self, world, django_capture_on_commit_callbacks
    ):
        owner = crowd(world)

        with django_capture_on_commit_callbacks(execute=True):
            erase(owner, certificates_too=True)

        assert not traces_left()

    def test_statistics_are_as_they_were(self, world):
        owner = crowd(world)
        before = statistics()

        erase(owner, certificates_too=True)

        assert statistics() == before

    def test_others_keep_everything(self, world):
        owner = crowd(world)
        others = [
            world.people[role]
            for role in ("applicant", "neighbour", "stranger", "elsewhere", "officer")
        ]
        _sets_aside_what_names_them = Event.objects.filter(reason__contains=crowding.NAME)
        named = list(_sets_aside_what_names_them.exclude(registration__person=owner))
        before = all_about(others)

        erase(owner)

        after = all_about(others)
        for event in named:
            event.refresh_from_db()
            assert event.reason == "Sits beside —"
        changed = {key for key in before if before[key] != after[key]}
        assert changed == {f"registrations.Event {world.people['applicant'].pk}"}

    def test_a_name_is_covered_in_texts_that_nobody_else_may_change(self, world):
        owner = crowd(world)
        masked = [(row.model, name) for row in personal.declared().values() for name in row.masked]
        for model, name in masked:
            crowding.loose(
                f'UPDATE {model._meta.db_table} SET "{name}" = %s WHERE "{name}" <> %s',
                *(f"Ask {crowding.NAME}", ""),
            )
        pattern = personal.traces_of(owner.pk).pattern()

        with transaction.atomic(), erasure.erasing():
            covered = {
                f"{model._meta.label}.{name}": erasure.mask(model, name, pattern)
                for model, name in masked
            }

        assert covered["activities.AuditDecision.reason"]
        assert covered["activities.YearResult.reason"]
        assert covered["registrations.Payment.reason"]

    def test_works_twice_with_the_same_end(self, world, django_capture_on_commit_callbacks):
        owner = crowd(world)
        with django_capture_on_commit_callbacks(execute=True):
            erase(owner)
        events = Event.objects.count()

        with django_capture_on_commit_callbacks(execute=True):
            erase(owner)

        assert set(traces_left()) == ON_PAPER
        assert Event.objects.count() == events

    def test_all_or_nothing(self, world, monkeypatch):
        owner = crowd(world)
        before = traces_left()

        def fail(*args, **kwargs):
            raise RuntimeError

        monkeypatch.setattr(erasing, "write_event", fail)
        with pytest.raises(RuntimeError), transaction.atomic():
            erase(owner)

        assert traces_left() == before

    def test_every_session_of_theirs_is_gone(self, world):
        owner, other = crowd(world), Client()
        mine = Client()
        mine.force_login(owner)
        other.force_login(world.people["neighbour"])

        erase(owner)

        request = HttpRequest()
        engine = import_module(settings.SESSION_ENGINE)
        request.session = engine.SessionStore(mine.cookies[settings.SESSION_COOKIE_NAME].value)
        assert get_user(request).is_anonymous
        assert Session.objects.count() == 1
        assert other.get(reverse("account")).status_code == 200

    def test_pages_of_the_committee_go_on_working(self, world, client):
        owner = crowd(world)
        erase(owner, certificates_too=True)
        client.force_login(world.people["administrator"])

        for name in ("desk_registration", "record"):
            page = client.get(reverse(name, args=[world.registration.pk]))
            assert page.status_code in (200, 404), name
        page = client.get(reverse("desk_registration", args=[world.certificate.registration_id]))
        assert page.status_code == 200
        assert "zzyxwell" not in page.text.lower()


class TestCertificates:
    def test_stay_verifiable_with_the_name_that_is_printed(self, world, client):
        owner = crowd(world)
        erase(owner)

        page = client.get(reverse("verify_id", args=[world.certificate.public_id])).text

        assert "This certificate is valid" in page
        assert crowding.NAME in page

    def test_say_that_the_holder_had_their_data_removed(self, world, client):
        owner = crowd(world)
        erase(owner, certificates_too=True)

        page = client.get(reverse("verify_id", args=[world.certificate.public_id])).text
        paper = client.get(
            reverse("verify"), {"serial": world.certificate.serial, "name": "Zzyxwell"}
        )

        assert "removed at their request" in page
        assert world.certificate.serial in page
        assert crowding.NAME not in page
        assert paper.status_code == 404

    def test_keep_a_former_name_apart_from_the_one_of_later(self, db, client):
        first = records.issued()
        administrator = make.administrator()
        correcting.correct(first, by=administrator, name="Nadia Roy", reason="It was wrong.")
        making.make_waiting()
        Sharing.objects.update(points=True, transcript=True, badge=True)

        erase(first.registration.person)

        page = client.get(reverse("verify_id", args=[first.public_id])).text
        assert first.holder in page
        assert "Nadia Roy" not in page
        assert not any(Sharing.objects.get().chosen.values())

    def test_without_a_name_have_no_paper_to_download(self, world, client):
        owner = crowd(world)
        erase(owner, certificates_too=True)
        client.force_login(world.people["administrator"])

        url = reverse("certificate_download", args=[world.certificate.registration_id])
        assert client.get(url).status_code == 404


class TestTheHistory:
    def test_still_fits_its_seals_and_says_that_it_was_redacted(self, world):
        owner = crowd(world)
        _settle()
        seals.seal()

        erase(owner)

        said = io.StringIO()
        call_command("verify_audit", stdout=said)
        redacted = Event.objects.exclude(redacted="")
        assert list(seals.verify()) == []
        assert f"Redacted: {redacted.count()} events" in said.getvalue()
        assert redacted.exists()
        assert not redacted.filter(salt__isnull=False).exists()

    def test_of_before_there_were_parts_is_sealed_anew(self, world):
        owner = crowd(world)
        _settle()
        seals.seal()
        _seal_as_before()
        assert list(seals.verify()) == []

        erase(owner)

        assert list(seals.verify()) == []
        assert seals.redactions().renewed == 1

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE registrations_event SET kind = 'lapse' WHERE id = %s",
            "UPDATE registrations_event SET redacted = repeat('0', 64) WHERE id = %s",
            "UPDATE registrations_event SET actor_id = NULL, role = 'x' WHERE id = %s",
            "DELETE FROM registrations_event WHERE id = %s",
        ],
    )
    def test_that_was_redacted_shows_what_else_is_changed(self, world, change):
        owner = crowd(world)
        _settle()
        seals.seal()
        erase(owner)
        event = Event.objects.exclude(redacted="").first()

        crowding.loose(change, event.pk)

        assert len(list(seals.verify())) == 1

    def test_cannot_be_redacted_twice_into_something_else(self, world):
        owner = crowd(world)
        erase(owner)
        event = Event.objects.exclude(redacted="").first()

        with erasure.erasing():
            seals.redact(Event.objects.filter(pk=event.pk))

        assert Event.objects.get(pk=event.pk).redacted == event.redacted


def _settle() -> None:
    """Let everything have happened long enough ago to be sealed."""
    crowding.loose("UPDATE registrations_event SET at = at - interval '2 hours'")


def _seal_as_before() -> None:
    """Make the seal one of the rule that knew no parts."""
    (row,) = seals.Seal.objects.all()
    crowding.loose("UPDATE registrations_event SET salt = NULL")
    digest, _events = seals._digest(seals.WHOLE, "", seals.BEFORE_ALL, row.last_event)
    crowding.loose("UPDATE registrations_seal SET digest = %s, by_parts = ''", digest)
