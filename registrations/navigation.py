"""The participant's and the staff's way through the registrations."""

from django.http import HttpRequest

from registrations.models import Registration


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
    own = list(
        Registration.objects.filter(person=person)
        .select_related("program", "association", "rules")
        .order_by("-id")
    )
    match = request.resolver_match
    wanted = match.kwargs.get("registration") if match else None
    for registration in own:
        if registration.pk == wanted:
            return registration
    open_first = sorted(own, key=lambda row: (row.has_record, row.is_open, row.pk), reverse=True)
    return open_first[0] if open_first else None
