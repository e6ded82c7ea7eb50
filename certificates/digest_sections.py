"""Records to review and certificates to issue, for the weekly mail: counted as the desk does."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from certificates import waiting
from registrations import digest
from registrations.digest import Waits
from registrations.models import Person
from registrations.permissions import may


def reviews(person: Person) -> Iterator[Waits]:
    if may(person, "review_record"):
        rows = waiting.reviews(person)
        first = rows.first()
        yield Waits("waiting", rows.count(), first.turned_in_at if first else None)  # type: ignore[attr-defined]


def certificates(person: Person) -> Iterator[Waits]:
    if may(person, "issue_certificate"):
        waits = waiting.office_waits(person)
        yield Waits("to_issue", waits.to_issue)
        yield Waits("corrections", waits.corrections)


digest.section(
    "reviews",
    _("Final reviews"),
    find=reviews,
    say={"waiting": ngettext_lazy("%(n)s record to review", "%(n)s records to review", "n")},
    position=30,
)
digest.section(
    "certificates",
    _("Certificates"),
    find=certificates,
    say={
        "to_issue": ngettext_lazy("%(n)s certificate to issue", "%(n)s certificates to issue", "n"),
        "corrections": ngettext_lazy(
            "%(n)s correction asked for", "%(n)s corrections asked for", "n"
        ),
    },
    position=80,
)
