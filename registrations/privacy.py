"""The privacy page: its version, and the figures in it, which are those that hold (K4).

The text is a file per language, `templates/registrations/privacy_text.*.html`. Whoever changes it
raises the version; what people agreed to refers to the page.
"""

from dataclasses import dataclass
from datetime import date

from django.conf import settings

from cec import retention
from cec.privacy_officer import Officer, is_in_canada, officer


@dataclass(frozen=True)
class Page:
    """What the text is filled with. `kept` says how long, by the name of a retention rule."""

    version: int
    since: date
    officer: Officer
    place: str
    in_canada: bool | None
    kept: dict[str, str]


def page() -> Page:
    return Page(
        version=2,
        since=date(2026, 11, 28),
        officer=officer(),
        place=settings.HOSTING_PLACE,
        in_canada=is_in_canada(),
        kept={name: str(rule.kept) for name, rule in retention.rules().items()},
    )
