"""The certificate's own few words, in both languages.

They are printed side by side whoever reads them, so they are in no catalogue of translations.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Words:
    """The certificate's own words in one language."""

    lang: str
    awarded: str
    statement: str
    serial: str
    edition: str
    issued: str
    verify: str
    seal: str
    code: str
    signature: str
    months: tuple[str, ...]

    @property
    def suffix(self) -> str:
        return self.lang[:2]


ENGLISH = Words(
    lang="en-CA",
    awarded="Awarded to",
    statement="for {amount}{subject}, earned from {start} to {end}.",
    serial="Serial no.",
    edition="Edition",
    issued="Issued",
    verify="Verify",
    seal="Seal: {issuer}",
    code="QR code that leads to {url}",
    signature="Digital signature",
    months=(
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    ),
)
FRENCH = Words(
    lang="fr-CA",
    awarded="Décerné à",
    statement="pour {amount}{subject}, du {start} au {end}.",
    serial="Nº de série",
    edition="Édition",
    issued="Délivré",
    verify="Vérifier",
    seal=f"Sceau{NO_BREAK_SPACE}: {{issuer}}",
    code="Code QR qui mène à {url}",
    signature="Signature numérique",
    months=(
        *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
        *("août", "septembre", "octobre", "novembre", "décembre"),
    ),
)


def day(on: date, words: Words) -> str:
    """A date in words, kept on one line: 15 March 2025, 15 mars 2025, 1er avril 2025."""
    number = "1er" if words is FRENCH and on.day == 1 else str(on.day)
    return NO_BREAK_SPACE.join([number, words.months[on.month - 1], str(on.year)])


def amount(points: Decimal, words: Words) -> str:
    """Points without idle zeros: 124, 124.5, and 124,5 in French."""
    text = f"{points:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if words is FRENCH:
        text = text.replace(",", NO_BREAK_SPACE).replace(".", ",")
    return text
