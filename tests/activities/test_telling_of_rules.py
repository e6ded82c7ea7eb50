"""Letters about new rules: one that can't be written keeps nobody else's waiting (H4)."""

import pytest

from activities import publishing, rehearsing, telling
from activities.models import Effect
from cec import mail, stumbles
from cec.models import OutgoingMail
from registrations.models import Rate
from registrations.rulebook import contents
from tests import factories as make

pytestmark = pytest.mark.django_db


def publish_a_lower_rate():
    office = make.administrator()
    draft = make.draft(by=office)
    Rate.objects.filter(activity_type__rules=draft, activity_type__key="pd-f").update(per_hour=1)
    rehearsing.rehearse(draft.program, by=office)
    seen = contents.state_of(draft)
    publishing.publish(make.program(), by=office, seen=seen, reason="So decided.", for_all=True)


def test_one_letter_that_cannot_be_written_stops_after_five_tries_and_no_other_waits(monkeypatch):
    rows = [make.registration() for _ in range(3)]
    for row in rows:
        make.activity(row, "PD-F", hours="4")
    publish_a_lower_rate()
    poison = Effect.objects.get(registration=rows[1])
    post = mail.post

    def fails_for_one(kind, registration, *values, **fields):
        if registration.pk == rows[1].pk:
            raise ZeroDivisionError("broken")
        return post(kind, registration, *values, **fields)

    monkeypatch.setattr(mail, "post", fails_for_one)

    told = [telling.tell() for _try in range(7)]

    assert told == [2, 0, 0, 0, 0, 0, 0]
    assert OutgoingMail.objects.filter(kind="rules_changed").count() == 2
    assert list(stumbles.given_up(telling.TELL)) == [poison.pk]
    assert stumbles.Stumble.objects.get().tries == 5
    monkeypatch.undo()
    stumbles.forgive(telling.TELL, [poison.pk])
    assert telling.tell() == 1
