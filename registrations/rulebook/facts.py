"""The rules in words, made of the data alone: to read a version, and to compare two."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import dateformat
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cec.wording import amount, is_french, number
from registrations.models import ActivityType, Cap, Rate, Requirement, TypeGroup
from registrations.rulebook.contents import Contents


@dataclass(frozen=True)
class Fact:
    """One rule: what it is about, and what it says. `key` is the same in every version.

    `within` is what it is about where the type or the group is named already. `look` stands for
    texts and colours: of those, the comparison only says that they changed.
    """

    key: tuple[str, ...]
    about: str
    words: str
    look: bool = False
    within: str = ""


@dataclass(frozen=True)
class TypeFacts:
    """A type or a group as a version's page shows it."""

    row: ActivityType | TypeGroup
    facts: list[Fact]
    members: str = ""


class RulesInWords:
    """A version of the rules as sentences in the language of the page."""

    def __init__(self, contents: Contents) -> None:
        self.rules = contents.rules
        self.unit = contents.rules.program.unit
        self.contents = contents

    @cached_property
    def whole(self) -> list[Fact]:
        """What holds for all types together: years and requirements."""
        return [
            Fact(("years",), _("Program years"), years_words(self.rules.year_begins)),
            *(
                Fact(("needed", row.per), _needed_label(row), self.needed_words(row))
                for row in self.contents.requirements
            ),
        ]

    @cached_property
    def types(self) -> list[TypeFacts]:
        return [
            TypeFacts(kind, list(self._type(kind)), kind.group.name if kind.group else "")
            for kind in self.contents.types.values()
        ]

    @cached_property
    def groups(self) -> list[TypeFacts]:
        return [
            TypeFacts(
                group, list(self._group(group)), ", ".join(kind.code for kind in group.types.all())
            )
            for group in self.contents.groups.values()
        ]

    def all(self) -> dict[tuple[str, ...], Fact]:
        """Return every fact by its key."""
        parts = [self.whole, *(part.facts for part in (*self.groups, *self.types))]
        return {fact.key: fact for facts in parts for fact in facts}

    def _type(self, kind: ActivityType) -> Iterator[Fact]:
        own = ("type", kind.key)
        for rate in kind.rates.all():
            words = self.rate_words(rate)
            within = capfirst(rate.name) or _("Worth")
            yield Fact((*own, "rate", rate.key), _rate_label(kind, rate), words, within=within)
            texts = f"{rate.name_en}/{rate.name_fr}"
            yield Fact((*own, "rate-look", rate.key), _rate_label(kind, rate), texts, look=True)
        yield from self._caps(own, kind.code, list(kind.caps.all()))
        if kind.group:
            label = _("%(code)s, group") % {"code": kind.code}
            yield Fact((*own, "group"), label, kind.group.name, within=_("Group"))
        if kind.needs_outcome:
            label = _("%(code)s, outcomes") % {"code": kind.code}
            words = _("counts once the outcomes are written")
            yield Fact((*own, "outcome"), label, words, within=_("Outcomes"))
        texts = "/".join(
            (kind.code_en, kind.code_fr, kind.name_en, kind.name_fr, kind.about_en, kind.about_fr)
        )
        look = f"{texts}/{kind.colour}/{kind.aliases}/{kind.position}"
        yield Fact((*own, "look"), kind.code, look, look=True)

    def _group(self, group: TypeGroup) -> Iterator[Fact]:
        own = ("group", group.key)
        yield from self._caps(own, group.name, list(group.caps.all()))
        for row in group.requirements.all():
            within = _needed_label(row)
            label = f"{group.name}, {within.lower()}"
            yield Fact((*own, "needed", row.per), label, self.needed_words(row), within=within)
        look = f"{group.name_en}/{group.name_fr}/{group.position}"
        yield Fact((*own, "look"), group.name, look, look=True)

    def _caps(self, own: tuple[str, ...], name: str, caps: list[Cap]) -> Iterator[Fact]:
        labels = {
            "year": (_("%(name)s, at most in a program year"), _("At most in a program year")),
            "cycle": (_("%(name)s, at most in the cycle"), _("At most in the cycle")),
        }
        for cap in sorted(caps, key=lambda cap: cap.per, reverse=True):
            words = amount(cap.points, self.unit)
            if cap.strictness == Cap.Strictness.ADVISED:
                words = _("%(points)s suggested; more still counts") % {"points": words}
            label, within = labels[cap.per]
            yield Fact((*own, "cap", cap.per), label % {"name": name}, words, within=within)

    def rate_words(self, rate: Rate) -> str:
        """Say what a rate gives: "2 points an hour", "50 credits"."""
        if rate.fixed is not None:
            return amount(rate.fixed, self.unit)
        words = _("%(amount)s an hour") % {"amount": amount(rate.per_hour or 0, self.unit)}
        if rate.step is not None:
            words = _("%(what)s, rounded half up to steps of %(step)s") % {
                "what": words,
                "step": number(rate.step),
            }
        if rate.least is not None:
            words = _("%(what)s, at least %(least)s") % {
                "what": words,
                "least": number(rate.least),
            }
        return words

    def needed_words(self, row: Requirement) -> str:
        """Say how much is needed, how strictly, and what is carried over."""
        words = amount(row.points, self.unit)
        if row.strictness == Requirement.Strictness.ADVISED:
            words = _("%(points)s suggested") % {"points": words}
        if row.carry is not None:
            words = _("%(what)s; up to %(points)s more go into the next year") % {
                "what": words,
                "points": amount(row.carry, self.unit),
            }
        return words


def differences(before: Contents, after: Contents) -> list[str]:
    """Say in words what another version changes, a sentence for each difference."""
    was, now = RulesInWords(before).all(), RulesInWords(after).all()
    keys = [*now, *(key for key in was if key not in now)]
    return [text for key in keys if (text := _difference(was.get(key), now.get(key)))]


def _difference(was: Fact | None, now: Fact | None) -> str:
    if was and now:
        if was.words == now.words:
            return ""
        if now.look:
            return _("%(about)s: other texts or another look") % {"about": now.about}
        return _("%(about)s: %(before)s, now %(now)s") % {
            "about": now.about,
            "before": was.words,
            "now": now.words,
        }
    if now and not now.look:
        return _("%(about)s: %(now)s, new") % {"about": now.about, "now": now.words}
    if was and not was.look:
        return _("%(about)s: %(before)s, no longer") % {"about": was.about, "before": was.words}
    return ""


def years_words(begins: tuple[int, int] | None) -> str:
    """Say when program years begin."""
    if begins is None:
        return _("from one anniversary of the start to the day before the next")
    return _("each begins on %(day)s") % {"day": day_of_year(*begins)}


def day_of_year(month: int, day: int) -> str:
    """Write a day without its year: 1 July, 1er juillet."""
    name = dateformat.format(date(2000, month, 1), "F")
    first = "1er" if is_french() and day == 1 else str(day)
    return f"{first}\u00a0{name}"


def _needed_label(row: Requirement) -> str:
    return _("Needed in the cycle") if row.per == "cycle" else _("Needed each program year")


def _rate_label(kind: ActivityType, rate: Rate) -> str:
    return f"{kind.code}, {rate.name}" if rate.name else kind.code
