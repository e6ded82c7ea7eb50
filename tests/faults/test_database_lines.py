"""A line to the database is cut about a commit: what the person sends again is there once (I1)."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity, Credit
from cec.outbox import OutgoingMail
from registrations.models import Notice, Payment
from registrations.notices import deciding, writing
from tests import factories as make
from tests.activities.pages import at, quick
from tests.faults.database import lines
from tests.faults.mails import who_hasnt_paid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carried():
    with lines() as carried:
        yield carried


def an_activity(client):
    row = make.registration()
    client.force_login(row.person)
    return at("activities", row), quick(), Activity


def a_payment(client):
    """A part of the fee, so that the ledger itself would take a second one."""
    row = make.registration(status="submitted")
    client.force_login(make.administrator())
    said = {"amount": "15", "method": "cash", "received_on": timezone.localdate().isoformat()}
    return reverse("desk_pay", args=[row.pk]), said | {"form_key": str(uuid.uuid4())}, Payment


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("deed", [an_activity, a_payment])
def test_what_is_sent_again_after_a_cut_line_is_there_once(deed, told, carried, client):
    """Whether the database heard of the commit, the person can't know."""
    client.raise_request_exception = False
    url, said, model = deed(client)
    carried.cut(f'INSERT INTO "{model._meta.db_table}"'.encode(), told=told)

    lost = client.post(url, said)
    kept = model.objects.count()
    again = client.post(url, said)

    assert carried.cuts == 1
    assert lost.status_code == 503
    assert "may not have been saved" in lost.content.decode()
    assert kept == (1 if told else 0)
    assert again.status_code == 302
    assert model.objects.count() == 1
    assert Credit.objects.count() == (1 if model is Activity else 0)
    assert OutgoingMail.objects.filter(kind="payment_recorded").count() <= 1


def test_a_line_that_is_cut_as_the_session_is_saved_is_our_fault(carried, client):
    """What was done before is done; the person is told to look, and not that they did wrong."""
    client.raise_request_exception = False
    url, said, model = an_activity(client)
    carried.cut(b'UPDATE "django_session"', told=False)

    lost = client.post(url, said)
    again = client.post(url, said)

    assert carried.cuts == 1
    assert (lost.status_code, again.status_code) == (503, 302)
    assert "may not have been saved" in lost.content.decode()
    assert model.objects.count() == 1


@pytest.mark.parametrize("told", [True, False])
def test_a_notice_whose_line_is_cut_as_it_is_written_is_one_mail(told, carried):
    who_hasnt_paid(3)
    deciding.decide_all()
    carried.cut(b'INSERT INTO "cec_outgoingmail"', told=told)

    writing.write_due()
    Notice.objects.filter(state="waiting").update(due_at=timezone.now())
    writing.write_due()

    assert carried.cuts == 1
    assert set(Notice.objects.values_list("state", flat=True)) == {Notice.State.WRITTEN}
    mails = OutgoingMail.objects.filter(kind="fee_outstanding")
    assert mails.count() == len(set(mails.values_list("to", flat=True))) == 3
