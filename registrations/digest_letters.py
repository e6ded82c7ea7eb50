"""The staff's weekly mail: a line for each section in which something waits."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cec import mail
from registrations import digest
from registrations.models import Notice, Person

OF_OFFICERS = {"requests"}
OF_YEARS = {"years"}  # whose words say nothing without the section's title


def _example() -> Notice:
    """A notice that exists nowhere, to show and to test the letter with."""
    return Notice(
        pk=6,
        kind="staff_digest",
        occasion="2026-W48",
        person=Person(pk=8, email="committee@example.org", name="Alex Example"),
        facts={
            "registrations": [["waiting", 3, 9], ["proof", 1, None]],
            "reviews": [["waiting", 2, 4]],
            "years": [["reached", 10, None], ["below", 4, None]],
        },
    )


@mail.letter("staff_digest", example=lambda: (_example(),))
def staff_digest(notice: Notice) -> mail.Letter:
    lines = list(_lines(notice))
    own_desk = set(notice.facts) <= OF_OFFICERS
    return mail.Letter(
        subject="%(first)s",
        heading=_("What waits this week"),
        paragraphs=[_("Good morning, %(name)s. This is what waits for you:")],
        closing=[_("It comes once a week, and only if something waits.")],
        values={"name": notice.person.name, "first": _first(*lines[0])},
        facts=[(str(section.title), "; ".join(said)) for section, said in lines],
        button=(
            _("Open your desk"),
            mail.absolute_url("organisations" if own_desk else "desk"),
        ),
        why=_("You’re getting this because you have a role in the program."),
    )


def _first(section: digest.Section, said: list[str]) -> str:
    """Return what stands first, as a subject."""
    if section.name not in OF_YEARS:
        return said[0]
    return _("%(label)s: %(value)s") % {"label": section.title, "value": said[0]}


def _lines(notice: Notice) -> Iterator[tuple[digest.Section, list[str]]]:
    """Each section with its words, in the reader's language."""
    for section in digest.sections():
        if found := notice.facts.get(section.name):
            said = [
                _said(str(section.say[name] % {"n": count}), days) for name, count, days in found
            ]
            yield section, said


def _said(what: str, days: int | None) -> str:
    if days is None:
        return what
    text = ngettext("%(what)s, oldest %(days)s day", "%(what)s, oldest %(days)s days", days)
    return text % {"what": what, "days": days}
