"""Who answers for personal data, and where the data lies: from the settings, on every page (K4).

Law 25 (section 3.1) wants the title and the contact of that person published.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.checks import Tags, Warning, register
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Officer:
    """The person in charge of the protection of personal information. Only the title is certain."""

    title: str
    name: str
    email: str
    address: str
    organisation: str


def officer() -> Officer:
    """Return whom to write to, with a title in the language of the page."""
    return Officer(
        title=settings.PRIVACY_OFFICER_TITLE
        or _("Person in charge of the protection of personal information"),
        name=settings.PRIVACY_OFFICER_NAME,
        email=settings.PRIVACY_OFFICER_EMAIL,
        address=settings.PRIVACY_OFFICER_ADDRESS,
        organisation=settings.ORGANISATION_NAME,
    )


def is_in_canada() -> bool | None:
    """Say whether the data lies in Canada; None where the settings don't say where."""
    place: str = settings.HOSTING_PLACE
    return "canada" in place.casefold() if place else None


@register(Tags.security, deploy=True)
def published(**about: Any) -> list[Warning]:
    """Complain before a site goes into use that says nobody to write to."""
    needed = {
        "PRIVACY_OFFICER_EMAIL": "the privacy page names nobody to write to",
        "ORGANISATION_NAME": "the privacy page doesn’t say who is responsible",
        "HOSTING_PLACE": "the privacy page doesn’t say where the data is, like “Montréal, Canada”",
    }
    return [
        Warning(f"{name} isn’t set: {missing}.", hint="See docs/privacy.md.", id="cec.W001")
        for name, missing in needed.items()
        if not getattr(settings, name)
    ]
