"""The participant's way to their record."""

from collections.abc import Iterator

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from activities.models import CreditRequest
from cec import navigation
from cec.navigation import Item
from registrations.models import Organisation, Registration
from registrations.models.committee import roles_of
from registrations.navigation import current_registration, mentors

REQUEST_PAGES = frozenset({"requests", "request", "request_entry", "request_part"})

# As `CreditRequest.waiting`, seen from the organisation.
STILL_OPEN = Q(
    credit_requests__state__in=CreditRequest.OPEN,
    credit_requests__registration__status__in=[
        status for status in Registration.Status if status not in Registration.CLOSED
    ],
)

ACTIVITY_PAGES = frozenset(
    {
        "activities",
        "activity",
        "activity_add",
        "activity_again",
        "activity_delete",
        "activity_done",
        "activity_duplicate",
        "activity_restore",
        "evidence_remove",
        "record_import",
        "import_preview",
        "import_columns",
    }
)


@navigation.main
def mentees(request: HttpRequest) -> Iterator[Item]:
    """Lead those who mentor, are asked to, or offered to, to their mentees."""
    if request.user.is_authenticated and mentors(request):
        names = frozenset({"mentees", "mentee", "mentor_offer", "mentorship_end"})
        yield Item(label=_("Mentees"), url=reverse("mentees"), names=names, position=50)


@navigation.main
def my_record(request: HttpRequest) -> Iterator[Item]:
    """Lead people whose registration has begun to their record and its activities."""
    registration = current_registration(request)
    if registration is None or not registration.has_record:
        return
    yield Item(
        label=_("My record"),
        url=reverse("record", args=[registration.pk]),
        names=frozenset({"record", "standing"}),
        position=10,
    )
    yield Item(
        label=_("Activities"),
        url=reverse("activities", args=[registration.pk]),
        names=ACTIVITY_PAGES,
        position=20,
    )
    if registration.has_courses:
        yield Item(
            label=_("Courses"),
            url=reverse("courses", args=[registration.pk]),
            names=frozenset({"courses"}),
            position=24,
        )
    if registration.has_organisations:
        yield Item(
            label=_("Requests"),
            url=reverse("requests", args=[registration.pk]),
            names=REQUEST_PAGES,
            position=26,
        )


@navigation.desk
def closed_years(request: HttpRequest) -> Iterator[tuple[str, Item]]:
    """Lead the committee to the years that are closed."""
    if roles_of(request.user).is_staff:
        years = reverse("years")
        yield _("Committee"), Item(_("Closed years"), years, within=years, position=48)


@navigation.desk
def requests_of_organisations(request: HttpRequest) -> Iterator[tuple[str, Item]]:
    """Lead officers to what waits for their organisation."""
    own = roles_of(request.user).organisations
    if not own:
        return
    rows = Organisation.objects.filter(pk__in=own).annotate(
        waiting=Count("credit_requests", filter=STILL_OPEN)
    )
    for row in rows:
        label = _("Requests") if len(own) == 1 else row.name
        url = reverse("desk_requests", args=[row.pk])
        yield _("Organization"), Item(label, url, within=url, count=row.waiting, position=5)
