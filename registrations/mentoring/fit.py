"""Whom to ask: the confirmed mentors, the best fit first, and why in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registrations.models import MentorOffer, MentorWish, Registration, SubjectArea

MOST_SHOWN = 50


@dataclass(frozen=True)
class Candidate:
    """A mentor beside a participant. `load` of `capacity` places are taken."""

    offer: MentorOffer
    load: int
    same_language: bool
    same_association: bool
    shared: tuple[SubjectArea, ...]

    @property
    def is_full(self) -> bool:
        return self.load >= self.offer.capacity

    @property
    def places(self) -> int:
        return max(self.offer.capacity - self.load, 0)

    @property
    def order(self) -> tuple[object, ...]:
        """Who has room comes first, then language, association, areas in common, free places."""
        return (
            self.is_full,
            not self.same_language,
            not self.same_association,
            -len(self.shared),
            -self.places,
            self.offer.person.name,
        )

    @property
    def reasons(self) -> list[str]:
        """The fit in words, what speaks for it before what doesn't."""
        words = []
        if self.same_association:
            words.append(_("same association"))
        if self.shared:
            names = ", ".join(area.name for area in self.shared)
            words.append(_("in common: %(areas)s") % {"areas": names})
        if not self.same_language:
            words.append(_("another language"))
        if not self.same_association:
            words.append(_("another association"))
        return words

    @property
    def load_words(self) -> str:
        """How full the mentor is: “2 of 3”."""
        return _("%(load)s of %(capacity)s") % {
            "load": self.load,
            "capacity": self.offer.capacity,
        }

    @property
    def room_words(self) -> str:
        if self.is_full:
            return _("full")
        return ngettext("%(places)s place free", "%(places)s places free", self.places) % {
            "places": self.places
        }


def candidates(registration: Registration) -> list[Candidate]:
    """Return whom a representative may ask for this participant; the queries don't grow."""
    offers = (
        MentorOffer.objects.with_load()
        .filter(
            Q(anywhere=True) | Q(association=registration.association_id),
            program=registration.program_id,
            state=MentorOffer.State.CONFIRMED,
            person__is_active=True,
        )
        .exclude(person=registration.person_id)
        .select_related("person", "association")
        .prefetch_related("areas")
    )
    wanted = wanted_areas(registration)
    found = [_candidate(offer, registration, wanted) for offer in offers]
    return sorted(found, key=lambda candidate: candidate.order)[:MOST_SHOWN]


def wanted_areas(registration: Registration) -> frozenset[int]:
    """Return the areas that the participant chose or named in their wish, by id."""
    wish = MentorWish.objects.filter(registration=registration).first()
    if wish is None:
        return frozenset()
    chosen = {area.pk for area in wish.areas.all()}
    return frozenset(chosen | _named(wish.text, registration.program.subject_areas.all()))


def _named(text: str, areas: Iterable[SubjectArea]) -> set[int]:
    """Return the areas whose name stands in a text, in either language."""
    said = text.casefold()
    return {
        area.pk
        for area in areas
        if any(name and name.casefold() in said for name in (area.name_en, area.name_fr))
    }


def _candidate(offer: MentorOffer, registration: Registration, wanted: frozenset[int]) -> Candidate:
    return Candidate(
        offer=offer,
        load=offer.load,  # type: ignore[attr-defined]
        same_language=registration.language in offer.languages,
        same_association=offer.association_id == registration.association_id,
        shared=tuple(area for area in offer.areas.all() if area.pk in wanted),
    )
