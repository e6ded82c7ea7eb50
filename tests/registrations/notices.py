"""Fees that are asked for by mail, and a kind of reminder that only the tests have."""

from datetime import timedelta

from django.utils import timezone

from cec import mail
from registrations import notices
from registrations.notices import deciding
from tests import factories as make

FEES = "fee_outstanding"
REMINDER = "test_reminder"


def waiting_for_money(days: int = 14, **fields):
    """A registration that was sent so many days ago and isn't paid."""
    sent = timezone.now() - timedelta(days=days)
    return make.registration(
        status="submitted", submitted_at=sent, submitted_on=timezone.localdate(sent), **fields
    )


def decide(kind: str = FEES) -> int:
    return deciding.decide(notices.kinds()[kind])


def add_kind(monkeypatch, name: str = REMINDER, *, is_reminder: bool = True, **fields):
    """Let there be a kind that finds what the fees do, with their letter."""
    fees, letters = notices.kinds()[FEES], mail.kinds()
    fields = {"rows": fees.rows} | fields
    kind = notices.Kind(name, "A kind of the tests", is_reminder=is_reminder, **fields)
    monkeypatch.setitem(notices._kinds, name, kind)
    monkeypatch.setitem(mail._kinds, name, letters[FEES])
    return kind
