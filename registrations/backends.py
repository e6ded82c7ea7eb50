"""Who is signed in: loaded with what every page says beside the content, in one query for all."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from cec import overview
from registrations import consents, reaching, second_factor
from registrations.models import Person


class SignedIn(AuthenticationBackend):  # type: ignore[misc]  # allauth says no types
    """allauth's way in; a page asks neither for the state of the work nor of an address."""

    def get_user(self, user_id: Any) -> Person | None:
        """Return a session's person, anew for each request (A5); None when it can't sign in."""
        found = Person.objects.filter(pk=user_id).annotate(
            address_fails=reaching.fails("email"),
            consent_asked=consents.is_asked_again(),
            has_second_factor=second_factor.had_by("pk"),
            **overview.beside_each_person(),
        )
        person = found.first()
        return person if person and self.user_can_authenticate(person) else None
