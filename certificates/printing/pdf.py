"""The certificate as a PDF: facts in, bytes out.

One Letter page, landscape, English and French side by side with equal weight, tagged (PDF/UA-1), in
the shipped fonts. No model, no request, no program's name is known here. Equal facts make equal
bytes.
"""

from certificates.printing.bounded import printed
from certificates.printing.composition import compose
from certificates.printing.lettering import TooLong, UncoveredCharacters
from certificates.printing.paper import CertificateFacts, Signatory
from certificates.printing.press import Unprintable
from certificates.printing.signature import UnusableSignature

__all__ = [
    "CertificateFacts",
    "Signatory",
    "TooLong",
    "UncoveredCharacters",
    "Unprintable",
    "UnusableSignature",
    "render",
]


def render(facts: CertificateFacts) -> bytes:
    """The certificate's PDF, complete.

    Raises UncoveredCharacters if a name or a text has a character that no shipped font prints,
    TooLong or UnusableSignature, and ValueError for other facts that fit no certificate: all before
    anything is drawn. Raises Unprintable if the page then didn't come out as it should.
    """
    return printed(compose(facts))
