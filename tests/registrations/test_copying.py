"""A person's copy of their own data: asking, making, taking it, and its end (reliability K1)."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO
from unittest import mock

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone

from cec import personal
from cec.files import store
from cec.models import OutgoingMail
from cec.problems import Refused
from registrations import copying, erasing
from registrations.models import DataCopy, Person
from tests import factories as make
from tests.races import at_once
from tests.registrations.signing_in import a_while_later

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


def made(who: Person) -> DataCopy:
    row = copying.ask(who)
    copying.make_waiting()
    row.refresh_from_db()
    return row


def opened(row: DataCopy) -> zipfile.ZipFile:
    return zipfile.ZipFile(row.path)


def part(row: DataCopy, name: str) -> list[dict[str, object]]:
    with opened(row) as archive:
        return json.loads(archive.read(f"data/{name}.json"))


class TestMaking:
    def test_tells_by_mail_once_it_is_there(self):
        who = make.person("Zoë Tremblay")

        row = made(who)

        letter = OutgoingMail.objects.get(person=who)
        assert row.state == "ready"
        assert row.size == row.path.stat().st_size
        assert row.until - row.made_at == timedelta(hours=48)
        assert letter.kind == "data_copy_ready"
        assert reverse("my_data") in letter.text

    def test_has_a_part_for_everything_that_is_kept_about_people(self):
        row = made(make.person())

        with opened(row) as archive:
            names = set(archive.namelist())
            assert archive.testzip() is None
        wanted = {f"data/{each.part}.json" for each in personal.declared().values() if each.whose}
        assert wanted <= names
        assert {"README.txt", "LISEZ-MOI.txt"} <= names

    def test_names_passkeys_and_codes_with_their_days_and_gives_no_secret(self):
        who = make.person()
        secret = {"credential": "c2VjcmV0", "secret": "c2VjcmV0"}
        for kind, data in (("webauthn", {"name": "Zoë’s phone", **secret}), ("totp", secret)):
            Authenticator.objects.create(user=who, type=kind, data=data)

        row = made(who)

        phone, app = part(row, "second-factors")
        assert (phone["type"], phone["name"]) == ("webauthn", "Zoë’s phone")
        assert (app["type"], app["name"]) == ("totp", None)
        assert {*phone} == {"id", "type", "name", "created_at", "last_used_at"}
        with opened(row) as archive:
            assert b"c2VjcmV0" not in b"".join(map(archive.read, archive.namelist()))
            assert "    name: name\r\n" in archive.read("README.txt").decode()

    def test_holds_what_the_person_wrote_and_what_staff_wrote_about_them(self):
        record = make.registration(make.person("Zoë Tremblay"), employer="Bibliothèque")
        entry = make.activity(record, title="Café et lecture", outcome="Écouter")
        record.note("remark", by=make.steering(), reason="Was kind on the telephone")
        row = made(record.person)

        (account,) = part(row, "account")
        (registration,) = part(row, "registrations")
        (activity,) = part(row, "activities")
        reasons = [event["reason"] for event in part(row, "history")]

        assert account["name"] == "Zoë Tremblay"
        assert "password" not in account
        assert registration["employer"] == "Bibliothèque"
        assert (activity["id"], activity["title"]) == (entry.pk, "Café et lecture")
        assert activity["hours"] == "1.00"
        assert "Was kind on the telephone" in reasons

    def test_holds_nothing_of_anybody_else(self):
        record = make.registration(make.person("Zoë Tremblay"))
        other = make.registration(make.person("Somebody Other"))
        make.activity(other, title="Other title")
        mentor = make.person("The Mentor", email="mentor@example.org")
        mentorship = make.mentorship(record, mentor)
        mentorship.notes.create(author=mentor, text="Read this first")
        row = made(record.person)

        with opened(row) as archive:
            texts = b"".join(archive.read(name) for name in archive.namelist()).decode(
                errors="replace"
            )
        assert "Read this first" in texts
        for strange in ("Somebody Other", "Other title", "The Mentor", "mentor@example.org"):
            assert strange not in texts
        assert other.reference not in texts

    def test_of_a_mentor_holds_no_record_of_those_who_are_mentored(self):
        record = make.registration(make.person("Zoë Tremblay"))
        mentor = make.person("The Mentor")
        make.mentorship(record, mentor).notes.create(author=mentor, text="Read this first")

        row = made(mentor)

        (mentoring,) = part(row, "mentoring")
        assert part(row, "mentoring-notes") == []
        assert "registration" not in mentoring
        assert part(row, "registrations") == []

    def test_explains_each_part_in_both_languages(self):
        row = made(make.person())

        with opened(row) as archive:
            english = archive.read("README.txt").decode()
            archive.read("LISEZ-MOI.txt").decode()

        assert "data/activities.json\r\nWhat you did, as you wrote it down" in english
        assert "    title: title" in english
        assert "    password: left out: It is a secret of the sign-in" in english
        assert "None" not in english

    def test_holds_files_and_the_record_as_a_workbook(self):
        record = make.registration()
        evidence = make.evidence(make.activity(record), "my card.pdf")
        _put(evidence.file, b"%PDF the card")

        row = made(record.person)

        with opened(row) as archive:
            names = archive.namelist()
            card = f"evidence/{evidence.activity_id}/{evidence.pk}-my card.pdf"
            assert archive.read(card) == b"%PDF the card"
        assert f"records/{record.reference}.xlsx" in names
        assert [name for name in names if name.startswith("transcripts/")]
        assert copying.MISSING not in names

    def test_names_a_file_that_is_missing_and_goes_on(self):
        record = make.registration()
        evidence = make.evidence(make.activity(record), "card.pdf")

        row = made(record.person)

        with opened(row) as archive:
            said = archive.read(copying.MISSING).decode()
        assert row.state == "ready"
        assert f"evidence/{evidence.activity_id}/{evidence.pk}-card.pdf" in said

    def test_with_a_full_disk_leaves_nothing_and_says_so_in_the_end(self, client):
        row = copying.ask(make.person())

        with mock.patch("zipfile.ZipFile.writestr", side_effect=OSError(28, "No space left")):
            for _try in range(5):
                DataCopy.objects.update(claimed_at=None)
                copying.make_waiting()

        row.refresh_from_db()
        client.force_login(row.person)
        assert (row.state, row.error) == ("failed", "no_room")
        assert not row.path.exists()
        assert "no room for files" in client.get(reverse("my_data")).text

    def test_two_workers_make_it_once(self):
        row = copying.ask(make.person())

        assert copying.make(row.pk)
        assert not copying.make(row.pk)

        assert OutgoingMail.objects.count() == 1


class TestAsking:
    def test_twice_is_once(self):
        who = make.person()

        assert copying.ask(who) == copying.ask(who)

        assert list(who.events_about.values_list("kind", flat=True)) == ["copy_asked"]

    def test_is_limited_to_a_few_a_day(self):
        who = make.person()
        for _number in range(copying.MOST_A_DAY):
            made(who)

        with pytest.raises(Refused, match="Ask again tomorrow"):
            copying.ask(who)

        DataCopy.objects.update(asked_at=timezone.now() - timedelta(days=2))
        assert copying.ask(who).state == "waiting"


class TestDownloading:
    def test_gives_the_file_and_is_written_down(self, client):
        row = made(make.person())
        client.force_login(row.person)

        answer = client.post(reverse("data_copy", args=[row.pk]))

        content = b"".join(answer.streaming_content)
        assert zipfile.ZipFile(BytesIO(content)).testzip() is None
        assert answer["Cache-Control"] == "no-store, private"
        assert "attachment" in answer["Content-Disposition"]
        assert row.person.events_about.filter(kind="copy_downloaded").count() == 1

    @pytest.mark.parametrize("role", ["administrator", "steering", "person"])
    def test_is_the_persons_alone(self, client, role):
        row = made(make.person())
        client.force_login(getattr(make, role)())

        assert client.post(reverse("data_copy", args=[row.pk])).status_code == 404

        row.refresh_from_db()
        assert row.downloaded_at is None

    def test_ends_after_two_days(self, client):
        row = made(make.person())
        path = row.path
        DataCopy.objects.update(until=timezone.now())
        client.force_login(row.person)

        answer = client.post(reverse("data_copy", args=[row.pk]), follow=True)
        copying.remove_old()

        row.refresh_from_db()
        assert "This copy is gone" in answer.text
        assert (row.state, path.exists()) == ("gone", False)

    def test_asks_who_it_is_after_some_minutes(self, client):
        who = make.person(password="a long enough password 77")
        row = made(who)
        client.force_login(who)
        a_while_later(client)

        answer = client.post(reverse("data_copy", args=[row.pk]))

        assert answer.status_code == 302
        assert reverse("account_reauthenticate") in answer["Location"]

    def test_a_file_that_no_row_knows_is_removed_a_day_later(self, settings):
        folder = settings.MEDIA_ROOT / "copies"
        folder.mkdir()
        (folder / "left.zip").write_bytes(b"left")
        later = timezone.now() + timedelta(days=2)

        assert copying.remove_old() == 0
        with mock.patch("django.utils.timezone.now", return_value=later):
            assert copying.remove_old() == 1

        assert not list(folder.iterdir())


class TestErasedMeanwhile:
    def test_leaves_no_file(self, django_capture_on_commit_callbacks):
        row = made(make.person())

        with django_capture_on_commit_callbacks(execute=True):
            erasing.erase(row.person, by=None, reason="")

        assert not row.path.exists()
        assert not DataCopy.objects.exists()

    def test_a_copy_that_is_being_made_is_not_handed_over(self):
        row = copying.ask(make.person())
        write = copying._write

        def erased_while_it_is_written(copy: DataCopy) -> int:
            size = write(copy)
            erasing.erase(copy.person, by=None, reason="")
            return size

        with mock.patch.object(copying, "_write", erased_while_it_is_written):
            assert not copying.make(row.pk)

        assert not row.path.exists()
        assert not OutgoingMail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_asked_at_the_same_moment_is_asked_once():
    who = make.person()

    answers = at_once([lambda: copying.ask(Person.objects.get(pk=who.pk))] * 4)

    assert len({answer.pk for answer in answers}) == 1


def _put(file, content: bytes) -> None:
    path = store.path_of(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
