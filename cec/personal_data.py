"""What this app and those of others keep about people (`cec.personal`)."""

from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cec import erasure, personal
from cec.bounces import FailingAddress
from cec.outbox import OutgoingMail
from cec.personal import Traces


def _mail(traces: Traces) -> None:
    """Mail to their addresses, though it was written to no account, and their name in others'.

    The HTML says what the text says, and is ten times as long: where the text doesn't name them it
    isn't looked through. In the mails of a hundred thousand people that would take minutes.
    """
    theirs = OutgoingMail.objects.annotate(address=Lower("to"))
    theirs.filter(address__in=[email.lower() for email in traces.emails]).delete()
    if pattern := traces.pattern():
        others = OutgoingMail.objects.filter(~Q(person=traces.person))
        named = others.filter(Q(subject__iregex=pattern) | Q(text__iregex=pattern))
        named.update(
            **{name: erasure.masked(name, pattern) for name in ("subject", "text", "html")}
        )


def _failing(traces: Traces) -> None:
    FailingAddress.objects.filter(address__in=[row.lower() for row in traces.emails]).delete()


def _sessions(traces: Traces) -> None:
    """Sign-ins of the person, begun ones too, which say so only to whoever decodes them."""
    rows = Session.objects.iterator(chunk_size=500)
    theirs = [row.pk for row in rows if _is_theirs(row.get_decoded(), traces)]
    Session.objects.filter(pk__in=theirs).delete()


def _is_theirs(session: dict[str, Any], traces: Traces) -> bool:
    begun = session.get("account_login") or {}  # allauth's, until the last step is taken
    emails = {email.lower() for email in traces.emails}
    if str(begun.get("email")).lower() in emails:
        return True
    return str(traces.person) in (session.get("_auth_user_id"), begun.get("user_pk"))


personal.about(
    "cec.OutgoingMail",
    whose="person",
    part="mails",
    said=_("The e-mails that the program sent you, for as long as they are kept."),
    copied="to subject text",
    left_out={
        personal.NOT_OF_USE: (
            "kind about language sender message_id unsubscribe state last_error provider_id "
            "answer_words html called_off_at delivered_at answer answered_at"
        )
    },
    deleted=True,
    traced={"to": "emails"},
    erase=_mail,
)
personal.about(
    "cec.Attachment",
    whose="mail__person",
    part="mail-attachments",
    said=_("Which files went along with the e-mails. The files themselves are in other folders."),
    copied="name content_type",
    left_out={_("The certificate is among your files, as it was issued."): "content"},
    deleted=True,
)
personal.nobodys("cec.FailingAddress", erase=_failing)
personal.nobodys(
    "cec.StoredFile",
    kept=_("Files go with the entry or the proof that they belong to."),
)
personal.nobodys("cec.Heartbeat", "cec.Job", "cec.MailHold", "cec.Retention", "cec.Stumble")
personal.nobodys("auth.Permission", "auth.Group", "auth.Group_permissions")
personal.nobodys("contenttypes.ContentType")
personal.nobodys(
    "admin.LogEntry", kept=_("The technical administration shows rows and changes none.")
)
personal.nobodys("sessions.Session", erase=_sessions)
personal.about(
    "account.EmailAddress",
    whose="user",
    part="addresses",
    said=_("The e-mail addresses of your account."),
    copied="email",
    deleted=True,
    traced={"email": "emails"},
)
personal.about(
    "account.EmailConfirmation",
    whose="email_address__user",
    part="confirmations",
    said=_("When you were asked to confirm an address."),
    deleted=True,
)
personal.about(
    "mfa.Authenticator",
    whose="user",
    part="second-factors",
    said=_("How you confirm that it is you when you sign in, and since when."),
    left_out={personal.A_SECRET: "data"},
    within={"name": "data__name"},
    deleted=True,
)
personal.about(
    "usersessions.UserSession",
    whose="user",
    part="sign-ins",
    said=_("Where you are signed in: address, browser and time."),
    copied="ip user_agent",
    left_out={personal.A_SECRET: "session_key data"},
    deleted=True,
)
