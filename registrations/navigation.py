"""The participant's and the staff's way through the registrations."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cec import navigation, overview
from registrations import queue, reaching, second_factor
from registrations.mentoring.asking import desk_count
from registrations.models import (
    Appointment,
    Association,
    Organisation,
    Rate,
    Registration,
    Requirement,
)
from registrations.models.committee import roles_of
from registrations.models.mentoring import helping_of, helps
from registrations.permissions import may

PAYMENT_PAGES = frozenset(
    {
        "payments",
        "ledger",
        "ledger_months",
        "bank_exports",
        "bank_export",
        "bank_confirm",
        "bank_line",
    }
)


# What the programs of somebody's registrations have, asked with them in one query.
_courses = Rate.objects.filter(activity_type__rules=OuterRef("rules"), fixed__isnull=False)
_organisations = Organisation.objects.filter(is_active=True, programs=OuterRef("program"))
_totals = Requirement.objects.filter(
    rules=OuterRef("rules"),
    per="cycle",
    group__isnull=True,
    strictness=Requirement.Strictness.REQUIRED,
)


def current_registration(request: HttpRequest) -> Registration | None:
    """Return the signed-in person's registration that the page is about, or their latest one.

    One query per request, remembered on it.
    """
    if not hasattr(request, "_registration"):
        request._registration = _find(request)  # type: ignore[attr-defined]
    found: Registration | None = request._registration  # type: ignore[attr-defined]
    return found


def _find(request: HttpRequest) -> Registration | None:
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return None
    own = own_registrations(request)
    match = request.resolver_match
    wanted = match.kwargs.get("registration") if match else None
    for registration in own:
        if registration.pk == wanted:
            return registration
    open_first = sorted(own, key=lambda row: (row.is_open, row.has_record, row.pk), reverse=True)
    return open_first[0] if open_first else None


def own_registrations(request: HttpRequest) -> list[Registration]:
    """Return all registrations of the signed-in person; one query per request."""
    if not hasattr(request, "_own_registrations"):
        request._own_registrations = list(  # type: ignore[attr-defined]
            Registration.objects.filter(person=request.user)  # type: ignore[misc]
            .select_related("program", "association", "rules")
            .annotate(
                person_helps=helps(OuterRef("person")),
                has_courses=Exists(_courses),
                has_organisations=Exists(_organisations),
                has_total=Exists(_totals),
            )
            .order_by("-id")
        )
    found: list[Registration] = request._own_registrations  # type: ignore[attr-defined]
    return found


def mentors(request: HttpRequest) -> bool:
    """Say whether the signed-in person mentors, is asked to or offers to.

    What finds a participant's registrations has asked it already.
    """
    own = own_registrations(request)
    return own[0].person_helps if own else helping_of(request.user).takes_part


@navigation.remark
def address_fails(request: HttpRequest) -> str:
    """Ask whether their address is right, when mail to it comes back; `backends` has found that."""
    person = getattr(request, "user", None)
    if not getattr(person, "address_fails", False):
        return ""
    request.failing_address = reaching.failing([person]).get(person.pk)  # type: ignore[attr-defined]
    return "registrations/_address_fails.html" if request.failing_address else ""  # type: ignore[attr-defined]


@navigation.remark
def consent_asked(request: HttpRequest) -> str:
    """Ask again about a text that changed since the person agreed; `backends` has found that."""
    asked = getattr(getattr(request, "user", None), "consent_asked", False)
    match = request.resolver_match
    there = match is not None and match.url_name == "consents"
    return "registrations/_consent_asked.html" if asked and not there else ""


@navigation.remark
def second_step_missed(request: HttpRequest) -> str:
    """Say why the desk is missing in the menu, to whoever has a role that sleeps."""
    person = getattr(request, "user", None)
    match = request.resolver_match
    there = match is None or (match.url_name or "").startswith(("mfa_", "account_"))
    if there or person is None or not second_factor.is_missed(person):
        return ""
    request.second_step_way = second_factor.way(request, person)  # type: ignore[attr-defined]
    return "registrations/_second_step_missed.html"


@navigation.main
def public(request: HttpRequest) -> Iterable[navigation.Item]:
    """What the program is, for those who look around; help is last on every page (WCAG 3.2.6)."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        yield navigation.Item(
            _("How it works"), reverse("how"), frozenset({"how", "how_in"}), position=10
        )
        yield navigation.Item(
            _("What counts"),
            reverse("what_counts"),
            frozenset({"what_counts", "what_counts_in"}),
            position=20,
        )
    yield navigation.Item(_("Help"), reverse("help"), frozenset({"help"}), position=90)


def queue_waits(request: HttpRequest) -> queue.Waits:
    """Return how many wait in each view of the queue, and how long; one query per request."""
    if not hasattr(request, "_queue_waits"):
        request._queue_waits = queue.waits(request.user)  # type: ignore[attr-defined,arg-type]
    found: queue.Waits = request._queue_waits  # type: ignore[attr-defined]
    return found


@navigation.main
def main(request: HttpRequest) -> Iterable[navigation.Item]:
    """The desk for those who have a role; the way into the program for everybody else."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return
    roles = roles_of(person)
    if roles.is_staff:
        desk = reverse("desk")
        yield navigation.Item(_("Desk"), desk, within=desk, position=60)
    elif roles.organisations:
        listing = reverse("organisations")
        yield navigation.Item(_("My organization"), listing, within=listing, position=60)
    registration = current_registration(request)
    if registration and not registration.has_record:
        yield navigation.Item(
            _("My registration"),
            reverse("registration_status", args=[registration.pk]),
            frozenset(
                {
                    *(
                        "registration_status",
                        "check_answers",
                        "withdraw",
                        "changes",
                        "correct",
                        "move",
                    ),
                    "proof_upload",
                }
            ),
            position=10,
        )
    if registration and len(own_registrations(request)) > 1:
        yield navigation.Item(
            _("My registrations"),
            reverse("my_registrations"),
            frozenset({"my_registrations"}),
            position=50,
        )
    if registration and registration.has_record:
        yield navigation.Item(
            _("Plan and mentor"),
            reverse("plan", args=[registration.pk]),
            frozenset({"plan"}),
            position=30,
        )


@navigation.desk
def desk(request: HttpRequest) -> Iterable[tuple[str, navigation.Item]]:
    """What waits for this person, with counts."""
    if not roles_of(request.user).is_staff:
        return
    waiting = queue_waits(request).counts
    yield (
        _("Waiting for you"),
        navigation.Item(
            _("Registrations"),
            reverse("queue"),
            frozenset({"queue", "queue_together", "desk_registration", "cycle", "rules_move"}),
            count=waiting["waiting"],
            position=10,
        ),
    )
    if may(request.user, "check_membership"):
        yield (
            _("Waiting for you"),
            navigation.Item(
                _("Memberships"),
                reverse("desk_memberships"),
                frozenset({"desk_memberships"}),
                position=12,
            ),
        )
    if may(request.user, "assign_mentor"):
        yield (
            _("Waiting for you"),
            navigation.Item(
                _("Mentors"),
                reverse("desk_mentors"),
                frozenset({"desk_mentors", "mentor_assign", "mentor_turn_down"}),
                count=desk_count(request.user),
                position=15,
            ),
        )
    if may(request.user, "record_payment"):
        yield (
            _("Waiting for you"),
            navigation.Item(
                _("Payments"),
                reverse("payments"),
                PAYMENT_PAGES,
                count=waiting["fee"],
                position=20,
            ),
        )
    if may(request.user, "keep_roster"):
        yield (
            _("Association"),
            navigation.Item(
                _("List of members"),
                reverse("roster_home"),
                within=reverse("roster_home"),
                position=10,
            ),
        )
    yield (
        _("Committee"),
        navigation.Item(_("Hand-over"), reverse("handover"), frozenset({"handover"}), position=60),
    )
    if may(request.user, "see_notices"):
        mails = reverse("notices")
        yield _("Committee"), navigation.Item(_("E-mails"), mails, within=mails, position=45)
    if may(request.user, "see_history"):
        yield (
            _("Committee"),
            navigation.Item(
                _("History and privacy"),
                reverse("history"),
                frozenset(
                    {"history", "record_views", "retention"}
                    | {"incidents", "incident", "incident_add"}
                ),
                position=75,
            ),
        )
    if may(request.user, "see_work"):
        yield (
            _("Committee"),
            navigation.Item(
                _("What runs by itself"),
                reverse("work"),
                frozenset({"work"}),
                count=overview.troubles(request.user) or None,
                position=80,
            ),
        )
    if may(request.user, "keep_programs"):
        programs = reverse("programs_desk")
        yield _("Committee"), navigation.Item(_("Programs"), programs, within=programs, position=38)
    if may(request.user, "edit_rules"):
        rules = reverse("rules_home")
        yield _("Committee"), navigation.Item(_("Rules"), rules, within=rules, position=40)
    if may(request.user, "see_mail_texts"):
        texts = reverse("mail_texts")
        yield _("Committee"), navigation.Item(_("Texts of mails"), texts, within=texts, position=44)
    if may(request.user, "erase_people"):
        erasures = reverse("erasures")
        yield (
            _("Committee"),
            navigation.Item(_("Erasing data"), erasures, within=erasures, position=75),
        )
    if may(request.user, "appoint"):
        yield (
            _("Committee"),
            navigation.Item(
                _("People and roles"),
                reverse("appointments"),
                frozenset({"appointments", "appointment", "second_step_lost"}),
            ),
        )


@navigation.desk
def organisations(request: HttpRequest) -> Iterable[tuple[str, navigation.Item]]:
    """All organizations for administrators, their own for officers."""
    address = reverse("organisations")
    names = frozenset({"organisations", "organisation", "allocations"})
    if may(request.user, "keep_organisations"):
        item = navigation.Item(_("Organizations"), address, names, within=address, position=70)
        yield _("Committee"), item
    elif roles_of(request.user).organisations:
        yield _("Organization"), navigation.Item(_("Overview"), address, names, position=10)


@navigation.desk_title
def desk_title(request: HttpRequest) -> tuple[str, str]:
    """Name the workspace by the association or by the committee."""
    roles = roles_of(request.user)
    if roles.sees_everything:
        names = sorted(roles.names & {Appointment.Role.STEERING, Appointment.Role.ADMINISTRATOR})
        labels = [str(Appointment.Role(name).label) for name in names]
        return _("National committee"), capfirst(", ".join(labels))
    if not roles.is_staff:
        organisations = Organisation.objects.filter(pk__in=roles.organisations)
        return ", ".join(row.name for row in organisations), _("You’re an officer")
    associations = Association.objects.filter(pk__in=roles.associations)
    return ", ".join(row.name for row in associations), _("You’re the representative")
