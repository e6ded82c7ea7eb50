"""What goes out about questions on entries and about audits. Once per occasion each."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.models import Activity, Audit, AuditDecision, AuditDraw, Comment
from cec import mail
from cec.wording import day
from registrations.letters import example
from registrations.models import Person, Registration

MOST_NAMED = 20


def _question() -> Comment:
    """A question that exists nowhere, to show and to test the letters with."""
    registration = example()
    return Comment(
        pk=9,
        registration=registration,
        activity=Activity(pk=5, person=registration.person, title="Spring conference"),
        author=Person(pk=8, email="committee@example.org", name="Alex Example"),
        text="How many sessions did you attend?",
        answer="Four, all of the Friday.",
    )


def _audit() -> Audit:
    registration = example()
    draw = AuditDraw(
        pk=3, program=registration.program, percent=10, evidence_until=date(2029, 5, 13), seed="0"
    )
    draw.drawn_at = datetime(2029, 4, 13, 12, tzinfo=UTC)
    return Audit(
        pk=4,
        draw=draw,
        registration=registration,
        place=1,
        state=Audit.State.ASKED,
        exempt_until=date(2032, 5, 12),
    )


def _decided() -> list[AuditDecision]:
    question = _question()
    return [
        AuditDecision(activity=question.activity, kind=kind, reason="This was staff training.")
        for kind in (AuditDecision.Kind.DISALLOW, AuditDecision.Kind.ALLOW)
    ]


def _entry(question: Comment) -> str:
    return mail.absolute_url(
        "activity", registration=question.registration_id, activity=question.activity_id
    )


def _listing(registration: Registration, status: str) -> str:
    address = mail.absolute_url("activities", registration=registration.pk)
    return f"{address}?year=all&status={status}"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _why(registration: Registration) -> str:
    return _("You’re getting this because you take part in this program: %(program)s.") % {
        "program": registration.program.name
    }


def _how_it_was_made(audit: Audit) -> tuple[str, str]:
    return _("How the draw was made"), mail.absolute_url("audit_how", draw=audit.draw_id)


@mail.letter("question_asked", example=lambda: (_question(),))
def asked(question: Comment) -> mail.Letter:
    names = {"title": question.activity.title, "name": question.author.name}
    return mail.Letter(
        subject=_("A question about “%(title)s”") % names,
        paragraphs=[
            _("%(name)s of the committee asks about this activity:") % names,
            *_lines(question.text),
        ],
        closing=[_("Answer in a few words. Your points count as before meanwhile.")],
        button=(_("Answer the question"), _entry(question)),
        why=_why(question.registration),
    )


@mail.letter("question_answered", example=lambda: (_question(),))
def answered(question: Comment) -> mail.Letter:
    names = {"title": question.activity.title, "name": question.registration.person.name}
    return mail.Letter(
        subject=_("%(name)s answered about “%(title)s”") % names,
        paragraphs=[
            _("The committee wrote: %(text)s") % {"text": " ".join(question.text.split())},
            _("The answer:"),
            *_lines(question.answer),
        ],
        button=(_("Open the activity"), _entry(question)),
        why=_("You’re getting this because the committee asked this question."),
    )


@mail.letter("audit_asked", example=lambda: (_audit(),))
def audit_asked(audit: Audit) -> mail.Letter:
    registration = audit.registration
    until = {"day": day(audit.draw.evidence_until)}
    return mail.Letter(
        subject=_("Please show evidence for your record by %(day)s") % until,
        heading=_("Your record was drawn for an audit"),
        paragraphs=[
            _(
                "Some of the records that are sent for review are drawn by lot, and yours is one "
                "of them. It says nothing about what you did."
            ),
            _(
                "Add what shows that you did it to each activity by %(day)s: a certificate, a "
                "program, a confirmation by e-mail. Your points count as before meanwhile."
            )
            % until,
        ],
        facts=[
            (_("Your reference"), registration.reference),
            _how_it_was_made(audit),
        ],
        button=(_("See what is asked for"), _listing(registration, "evidence")),
        why=_why(registration),
    )


@mail.letter("audit_entries", example=lambda: (_audit(), ["Spring conference", "Webinar"]))
def audit_entries(audit: Audit, titles: Sequence[str]) -> mail.Letter:
    until = {"day": day(audit.draw.evidence_until)}
    more = len(titles) - MOST_NAMED
    return mail.Letter(
        subject=_("What the audit of your record asks for"),
        paragraphs=[
            _("The committee asks for evidence on these activities, by %(day)s:") % until,
            *titles[:MOST_NAMED],
            *([_("and %(count)d more") % {"count": more}] if more > 0 else []),
        ],
        button=(_("See what is asked for"), _listing(audit.registration, "evidence")),
        why=_why(audit.registration),
    )


@mail.letter("audit_passed", example=lambda: (_audit(),))
def audit_passed(audit: Audit) -> mail.Letter:
    assert audit.exempt_until is not None
    return mail.Letter(
        subject=_("The audit of your record is over"),
        paragraphs=[
            _("Thank you. The committee has looked at everything that it asked for."),
            _("You won’t be drawn again until %(day)s.") % {"day": day(audit.exempt_until)},
        ],
        button=(
            _("See where it stands"),
            mail.absolute_url("certificate", registration=audit.registration_id),
        ),
        why=_why(audit.registration),
    )


@mail.letter("entries_decided", example=lambda: (example(), _decided()))
def decided(registration: Registration, decisions: Sequence[AuditDecision]) -> mail.Letter:
    """To the participant: what no longer counts, and what counts again."""
    disallowed = [row for row in decisions if row.kind == AuditDecision.Kind.DISALLOW]
    subject = (
        ngettext(
            "%(count)d activity doesn’t count any more",
            "%(count)d activities don’t count any more",
            len(disallowed),
        )
        % {"count": len(disallowed)}
        if disallowed
        else _("Your points count again")
    )
    closing = _("If you see it differently, write your answer on the page of the activity.")
    return mail.Letter(
        subject=subject,
        paragraphs=[_sentence(row) for row in decisions],
        closing=[closing] if disallowed else [],
        button=(_("Open your activities"), _listing(registration, "")),
        why=_why(registration),
    )


def _sentence(decision: AuditDecision) -> str:
    if decision.kind == AuditDecision.Kind.DISALLOW:
        text = _("“%(title)s” was disallowed: %(reason)s")
    else:
        text = _("“%(title)s” counts again: %(reason)s")
    return text % {
        "title": decision.activity.title,
        "reason": " ".join(decision.reason.split()),
    }
