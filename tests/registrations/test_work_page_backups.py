"""What the page of the work says of backups, and of mail that a restored copy holds."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cec import overview, work
from cec.backups import standing
from cec.jobs import Job
from cec.models import MailHold
from registrations.models import Event
from tests import factories as make
from tests.registrations.work_page import PAGE, said, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("broker_answers")]


def backed_up(**ago):
    at = timezone.now() - timedelta(**ago)
    Job.objects.create(name=standing.JOB, started_at=at, finished_at=at, succeeded_at=at)
    return at


@pytest.mark.usefixtures("office")
class TestBackups:
    def test_one_of_today_is_named_and_all_is_well(self, client):
        make.swept()
        backed_up(hours=20)

        page = said(client.get(PAGE))

        assert "Backup last made on" in page
        assert "Back everything up each day" in page
        assert "Yes, all of it." in page

    def test_one_that_is_too_old_is_said_and_counted(self, client, office):
        make.swept()
        work.run(overview.COUNT)
        backed_up(hours=27)

        page = said(client.get(PAGE))

        assert "more than a day ago. Tell whoever looks after the server." in page
        assert "Yes, all of it." not in page
        assert "Overdue" in page
        assert overview.troubles(signed_in(office)) == 1

    def test_none_at_all_matters_where_a_folder_is_named(self, client, settings):
        make.swept()
        without = said(client.get(PAGE))
        settings.BACKUP_FOLDER = "/backups"

        page = said(client.get(PAGE))

        assert "Back everything up" not in without
        assert "Yes, all of it." in without
        assert "No backup has been made yet." in page

    def test_one_that_takes_an_hour_is_running(self, client):
        Job.begin(standing.JOB)
        Job.objects.update(started_at=timezone.now() - timedelta(hours=1))

        lines = {line.name: line.state for line in overview.jobs()}

        assert lines[standing.JOB] == "running"


class TestMailThatIsHeld:
    @pytest.fixture(autouse=True)
    def _restored(self):
        MailHold.objects.create(backup_made_at=timezone.now() - timedelta(hours=5))

    def test_the_page_says_so_and_an_administrator_lets_it_out(self, client, office):
        before = said(client.get(PAGE))

        after = said(client.post(reverse("work_release"), follow=True))
        again = said(client.post(reverse("work_release"), follow=True))

        assert "No e-mail goes out This is a copy, restored from the backup of" in before
        assert "E-mail goes out again." in after
        assert "No e-mail goes out" not in after
        assert "E-mail isn’t held back any more." in again
        assert not MailHold.is_on()
        assert list(Event.objects.filter(kind="mail_released").values_list("actor", "person")) == [
            (office.pk, office.pk)
        ]

    def test_the_steering_group_sees_it_and_has_no_button(self, client):
        client.force_login(make.steering())

        page = client.get(PAGE)
        answer = client.post(reverse("work_release"))

        assert "No e-mail goes out" in said(page)
        assert reverse("work_release") not in page.text
        assert answer.status_code == 403
        assert MailHold.is_on()
