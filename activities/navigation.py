"""The participant's way to their record."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cec import navigation
from cec.navigation import Item
from registrations.navigation import current_registration, mentors

ACTIVITY_PAGES = frozenset(
    {
        "activities",
        "activity",
        "activity_add",
        "activity_delete",
        "activity_restore",
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
