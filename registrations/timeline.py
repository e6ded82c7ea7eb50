"""A registration's history in words, and the steps to an approval."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cec.outbox import OutgoingMail
from cec.wording import day as write_day
from cec.wording import money
from registrations import fees, notices
from registrations.calendar import today_in
from registrations.models import Appointment, Event, MembershipCheck, Person, Registration
from registrations.models.mentoring import conflicts_of
from registrations.particulars import SOURCES, fields_in_words

# What was said between committee members stays there; the person reads the rest.
_NOT_FOR_THE_PERSON = {Event.Kind.CONFIRMED, Event.Kind.TAKEN_BACK}
_AMONG_THE_COMMITTEE = (Event.Kind.REMARK,)
# Who was asked to mentor and couldn't is nothing that a participant has to read.
_COMMITTEE_ONLY = (
    *_AMONG_THE_COMMITTEE,
    Event.Kind.MENTOR_PROPOSED,
    Event.Kind.MENTOR_DECLINED,
    Event.Kind.MENTOR_RECALLED,
    # The mails themselves stand there; how the office handles them is its own matter.
    Event.Kind.NOTICE_HELD,
    Event.Kind.NOTICE_RELEASED,
    Event.Kind.NOTICE_CANCELLED,
    Event.Kind.NOTICE_RETRIED,
    Event.Kind.NOTICE_SENT_AGAIN,
    Event.Kind.MAIL_RETRIED,
    Event.Kind.WORK_RETRIED,
)

_CAME_BACK = (OutgoingMail.Answer.REFUSED, OutgoingMail.Answer.RETURNED)


@dataclass(frozen=True)
class Line:
    """One line of a timeline, as templates/components/timeline.html shows it."""

    text: str
    who: str = ""
    at: datetime | None = None
    reason: str = ""
    state: str = "done"
    details: Sequence[str] = ()

    @property
    def moment(self) -> datetime:
        """When it was, to sort by; a line without a time is the oldest."""
        return self.at or datetime.min.replace(tzinfo=UTC)


def of(registration: Registration, *, reader: Person) -> list[Line]:
    """Return the whole history, newest first, for a member of the committee.

    Nobody reads what the committee noted about themselves, or about somebody whom they mentor.
    """
    mails = OutgoingMail.objects.about(registration)
    events = without_conflicts(_events(registration), reader)
    return _merged([line(event) for event in events], mails)


def without_conflicts(events: QuerySet[Event], reader: Person) -> QuerySet[Event]:
    """Leave out the committee's notes on registrations that the reader may not decide on."""
    own = Q(registration_id__in=conflicts_of(reader)) | Q(registration__person=reader)
    return events.exclude(own, kind__in=_AMONG_THE_COMMITTEE)


def for_person(registration: Registration) -> list[Line]:
    """Return the history as the person themselves reads it."""
    mails = OutgoingMail.objects.about(registration).filter(person=registration.person_id)
    lines = [
        line(event, with_reason=event.kind not in _NOT_FOR_THE_PERSON)
        for event in _events(registration).exclude(kind__in=_COMMITTEE_ONLY)
    ]
    return _merged(lines, mails)


def _events(registration: Registration) -> QuerySet[Event]:
    """The registration's own events, and since it began its person's changes of name."""
    renamed = Q(
        person=registration.person_id,
        kind=Event.Kind.RENAMED,
        at__gte=registration.created_at,
    )
    return Event.objects.filter(Q(registration=registration) | renamed).select_related(
        "actor", "person"
    )


def _merged(lines: list[Line], mails: QuerySet[OutgoingMail]) -> list[Line]:
    """Put deeds and mails into one line of time, newest first; a mail follows its deed."""
    posted = [_mail_line(mail) for mail in mails.defer("text", "html")]
    return sorted([*lines, *posted], key=lambda line: line.moment, reverse=True)


def _mail_line(mail: OutgoingMail) -> Line:
    """A mail in the history: whether it went out and arrived, and why not."""
    states, reason = OutgoingMail.State, ""
    if mail.state == states.FAILED:
        text, reason = _("E-mail not delivered: %(subject)s"), mail.last_error
    elif mail.answer in _CAME_BACK:
        text = _("E-mail came back: %(subject)s")
        reason = f"{mail.get_answer_display()}. {mail.answer_words}"
    elif mail.answer:
        text, reason = _("E-mail sent: %(subject)s"), str(mail.get_answer_display())
    elif mail.delivered_at:
        text = _("E-mail arrived: %(subject)s")
    elif mail.state == states.SENT:
        text = _("E-mail sent: %(subject)s")
    elif mail.state == states.CALLED_OFF:
        text = _("E-mail not sent any more: %(subject)s")
    else:
        text = _("E-mail on its way: %(subject)s")
    at = mail.sent_at or mail.called_off_at or mail.created_at
    return Line(text=text % {"subject": mail.subject}, at=at, reason=reason)


def line(event: Event, *, with_reason: bool = True) -> Line:
    text = event.get_kind_display()
    details = event.details
    if "amount" in details:
        text = _("%(label)s: %(value)s") % {"label": text, "value": money(details["amount"])}
    if details.get("notice"):
        label = notices.label_of(details["notice"])
        text = _("%(label)s: %(value)s") % {"label": text, "value": label}
    if details.get("serial"):
        text = f"{text} ({details['serial']})"
    if details.get("reference"):
        text = f"{text} ({details['reference']})"
    if "starts_on" in details:
        text = _("%(what)s, from %(day)s") % {
            "what": text,
            "day": _iso_day(details["starts_on"]),
        }
    if "good_until" in details:
        text = _("%(what)s until %(day)s") % {"what": text, "day": _iso_day(details["good_until"])}
    if details.get("to"):
        text = _("%(what)s: from %(former)s to %(now)s") % {
            "what": text,
            "former": details["from"],
            "now": details["to"],
        }
    if "first_day" in details:
        text = _("%(what)s, %(first)s to %(last)s") % {
            "what": text,
            "first": _iso_day(details["first_day"]),
            "last": _iso_day(details["last_day"]),
        }
    if "ends_on" in details:
        text = _("%(what)s; the program ends on %(day)s") % {
            "what": text,
            "day": _iso_day(details["ends_on"]),
        }
    if "year" in details:
        text = _("%(what)s: year %(number)s") % {"what": text, "number": details["year"]}
    if years := details.get("years_reopened"):
        text = _("%(what)s; closed years opened again: %(years)s") % {
            "what": text,
            "years": ", ".join(map(str, years)),
        }
    if fields := details.get("fields"):
        text = _("%(label)s: %(value)s") % {"label": text, "value": fields_in_words(fields)}
    if source := SOURCES.get(str(details.get("source"))):
        text = _("%(what)s, %(source)s") % {"what": text, "source": source}
    if event.person and event.registration_id:  # such as who mentors
        text = _("%(label)s: %(value)s") % {"label": text, "value": event.person.name}
    if details.get("overridden"):
        text = _("%(what)s, although something was missing") % {"what": text}
    return Line(
        text=text,
        who=_who(event),
        at=event.at,
        reason=event.reason if with_reason else "",
    )


def _who(event: Event) -> str:
    """Who did it, and as what; a participant in their own matters needs no title."""
    if event.actor is None:
        return ""
    labels = dict(Appointment.Role.choices)
    roles = [str(labels[name]) for name in event.role.split(",") if name in labels]
    return ", ".join([event.actor.name, *roles])


def _iso_day(text: str) -> str:
    return write_day(datetime.fromisoformat(text).date())


def steps(registration: Registration) -> list[Line]:
    """Return the four steps to an approval: what is done, and who has what isn't.

    Once it is over nobody has anything: what was done is left, and why it ended.
    """
    program = registration.program
    lines = [Line(_("Sent"), at=registration.submitted_at)]
    if registration.fee > 0:
        settled = fees.settled_on(registration)
        lines.append(
            Line(_("Fee received: %(day)s") % {"day": write_day(settled)})
            if settled
            else Line(_("Fee to pay"), state="wait")
        )
    if program.needs_membership:
        check = registration.membership_check()
        if check is None or check.outcome == MembershipCheck.Outcome.UNCHECKED:
            text = _("Your association is checking your membership, usually within %(days)s days")
            lines.append(Line(text % {"days": program.answer_days}, state="wait"))
        elif check.outcome == MembershipCheck.Outcome.CONFIRMED:
            lines.append(Line(_("Membership confirmed"), at=check.checked_at))
        else:
            text = str(Event.Kind(check.outcome).label)
            if check.wants_proof and check.proofs.exists():
                text = _("Your proof has arrived: your association looks at it")
            lines.append(Line(text, reason=check.note, state="wait"))
    is_closed = registration.status in Registration.CLOSED
    if is_closed:
        lines = [line for line in lines if line.state != "wait"]
    if registration.starts_on:
        ahead = registration.starts_on > today_in(program)
        text = (
            _("Approved: your program starts on %(day)s")
            if ahead
            else _("Approved: your program started on %(day)s")
        )
        lines.append(Line(text % {"day": write_day(registration.starts_on)}))
    elif registration.status == Registration.Status.SUBMITTED:
        lines.append(Line(_("The committee decides"), state="wait"))
    if is_closed:
        lines.append(_end(registration))
    return lines


def _end(registration: Registration) -> Line:
    """How a registration ended, when, and why it was declined."""
    kinds = Event.Kind
    ends = registration.events.filter(kind__in=[kinds.DECLINE, kinds.WITHDRAW, kinds.LAPSE])
    end = ends.order_by("-id").first()
    return Line(
        registration.get_status_display(),
        at=end.at if end else None,
        reason=end.reason if end and end.kind == kinds.DECLINE else "",
        state="wait",
    )
