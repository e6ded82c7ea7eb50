"""What a certificate says, in rows to be read on a page, alone or beside another edition's."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from cec.wording import day
from certificates.printing.paper import CertificateFacts
from certificates.printing.words import ENGLISH, FRENCH, amount

SIDES = (ENGLISH, FRENCH)


class Said(NamedTuple):
    """A text and the language that it is in; none where it is the page's or a name."""

    lang: str
    text: str


class Row(NamedTuple):
    """A fact under its label, in as many texts as the paper has."""

    label: str
    texts: tuple[Said, ...]


class Pair(NamedTuple):
    """A fact of two editions."""

    label: str
    before: tuple[Said, ...]
    after: tuple[Said, ...]

    @property
    def differs(self) -> bool:
        return self.before != self.after


def rows(paper: CertificateFacts) -> list[Row]:
    """Return everything that the paper says but its serial and its edition."""
    period = _("%(start)s to %(end)s") % {"start": day(paper.starts_on), "end": day(paper.ends_on)}
    return [
        Row(_("Awarded to"), (Said("", paper.name),)),
        Row(_("Certificate"), _both(paper, "title")),
        Row(_("Association"), _both(paper, "association")),
        Row(_("Counted"), _points(paper)),
        Row(_("Learning"), _both(paper, "subject")),
        Row(_("Learning period"), (Said("", period),)),
        Row(_("Issued"), (Said("", day(paper.issued_on)),)),
        Row(_("Issuer"), _both(paper, "issuer")),
        Row(_("About the issuer"), _both(paper, "issuer_sentence")),
        Row(_("Below the statement"), _both(paper, "not_a_diploma")),
        Row(_("Signatures"), _signatures(paper)),
        Row(_("On the left"), (Said("", _("French") if paper.french_first else _("English")),)),
    ]


def side_by_side(before: CertificateFacts, after: CertificateFacts) -> list[Pair]:
    """Return the facts of two editions, what differs first."""
    pairs = [
        Pair(one.label, one.texts, other.texts)
        for one, other in zip(rows(before), rows(after), strict=True)
    ]
    return sorted(pairs, key=lambda pair: not pair.differs)


def _both(paper: CertificateFacts, fact: str) -> tuple[Said, ...]:
    return _once(Said(words.suffix, getattr(paper, f"{fact}_{words.suffix}")) for words in SIDES)


def _points(paper: CertificateFacts) -> tuple[Said, ...]:
    units = {words: getattr(paper, f"unit_{words.suffix}") for words in SIDES}
    return _once(
        Said(words.suffix, f"{amount(paper.points, words)} {unit}") for words, unit in units.items()
    )


def _once(texts: Iterable[Said]) -> tuple[Said, ...]:
    """Leave out what is empty, and what the other language says in the same words."""
    found: dict[str, Said] = {}
    for said in texts:
        found.setdefault(said.text, said)
    return tuple(said for text, said in found.items() if text)


def _signatures(paper: CertificateFacts) -> tuple[Said, ...]:
    return tuple(
        said
        for row in paper.signatories
        for said in _once([Said("", row.name), Said("en", row.title_en), Said("fr", row.title_fr)])
    )
