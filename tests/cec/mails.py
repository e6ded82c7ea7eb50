"""Mails in the outbox, and what became of them."""

from datetime import timedelta

from django.utils import timezone

from cec.outbox import OutgoingMail


def written(count=1, **fields):
    """Mails that wait in the outbox."""
    number = OutgoingMail.objects.count()
    return [
        OutgoingMail.objects.create(
            kind="test",
            to=f"reader{number + each}@example.org",
            subject=f"Subject {number + each}",
            text="Text\n",
            html="<p>HTML</p>",
            message_id=f"<{number + each}@example.org>",
            **fields,
        )
        for each in range(count)
    ]


def aged(mail, **ages):
    """Set times of a row to so many minutes ago."""
    now = timezone.now()
    OutgoingMail.objects.filter(pk=mail.pk).update(
        **{name: now - timedelta(minutes=minutes) for name, minutes in ages.items()}
    )


def again(mail):
    mail.refresh_from_db()
    return mail


def minutes_until_due(mail):
    return (again(mail).due_at - timezone.now()).total_seconds() / 60
