"""Whoever reports a mail as unwanted, or ends such mails at their provider, gets no reminders."""

from cec import bounces
from cec.outbox import OutgoingMail
from registrations import consents, notices
from registrations.models import Event, RemindersOff
from registrations.models.history import write_event


@bounces.unwanted
def end_reminders(mail: OutgoingMail) -> None:
    """Switch off every kind of reminder; the person may switch each on again."""
    person = mail.person
    if person is None:
        return
    rows = [RemindersOff(person=person, kind=kind.name) for kind in notices.reminders()]
    RemindersOff.objects.bulk_create(rows, ignore_conflicts=True)
    OutgoingMail.objects.filter(person=person).reminders().call_off()
    write_event(Event.Kind.REMINDERS_ENDED, by=None, person=person)
    consents.withdraw(person, consents.Kind.REMINDERS, how=consents.How.MAIL)
