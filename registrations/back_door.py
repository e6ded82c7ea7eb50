"""Django's admin as a back door: to look at rows when no page shows them (reliability B6).

It has an address only where ADMIN_PATH names one, and is there for superusers whose session took
both steps; everybody else finds nothing. Each look is a line of the security log. Nothing can be
changed in it: every table here has rules that it doesn't know. What would let somebody in as
another isn't shown either.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.db.models import Model, URLField
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from cec import security_log
from registrations import second_factor
from registrations.models import Person

APPS = ("cec", "registrations", "activities", "certificates", "account")
NOT_SHOWN = {"password", "digest", "key", "text", "html"}  # mails have sign-in codes in them


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """The rows of a table, and one of them; nothing to press."""

    list_display = ("pk", "__str__")
    list_per_page = 50
    list_select_related = True
    actions = None
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    show_full_result_count = False

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Leave out what would let somebody in as another."""
        return [field.name for field in self.model._meta.fields if field.name in NOT_SHOWN]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Let no address ask about a field: what isn't shown could be guessed letter by letter."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class BackDoor(admin.AdminSite):
    site_header = site_title = "CEC"
    index_title = "Look only"
    index_template = "registrations/back_door.html"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether it is a superuser who took both steps, in whatever installation."""
        person = request.user
        return (
            isinstance(person, Person)
            and person.is_active
            and person.is_superuser
            and second_factor.passed(request, person)
        )

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Let nobody else know that there is something."""
        theirs = super().admin_view(view, cacheable)

        def look(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.has_permission(request):
                raise Http404
            _note(request)
            response: HttpResponse = theirs(request, *args, **kwargs)
            return response

        return look

    def get_urls(self) -> list[Any]:
        """Keep from strangers the way to the sign-in page, too: it would tell them."""
        patterns = super().get_urls()
        for pattern in _all(patterns):
            if not hasattr(pattern.callback, "__self__"):
                login_not_required(pattern.callback)
        return patterns

    @login_not_required
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is no second way to sign in: one that counts no wrong passwords."""
        raise Http404

    logout = password_change = password_change_done = login  # type: ignore[assignment]


def _note(request: HttpRequest) -> None:
    """Write down what was looked at: nothing else tells whose record a superuser read (J3)."""
    match = request.resolver_match
    row = match.kwargs.get("object_id", "") if match else ""
    security_log.note(
        security_log.BACK_DOOR,
        page=match.url_name if match else None,
        row=row if row.isdecimal() else None,
        person=request.user.pk,
    )


def _all(patterns: list[Any]) -> Iterator[URLPattern]:
    for entry in patterns:
        if isinstance(entry, URLPattern):
            yield entry
        else:
            yield from _all(entry.url_patterns)


def tables() -> list[type[Model]]:
    """Every table of ours, and the confirmed addresses; no sessions, no second factors."""
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


site = BackDoor(name="admin")
for model in tables():
    site.register(model, LookOnly)

urlpatterns = [path("", site.urls)]
