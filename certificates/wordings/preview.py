"""A specimen of a program's certificate: any version of its texts, whoever signs on a day.

It is made up, says so across the page and in its title, and is never stored or signed.
"""

import zlib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from cec import mail
from certificates.facts import association_names, short_address, signatures_of
from certificates.models import CertificateWording, Signatory
from certificates.printing import art
from certificates.printing.art import Art
from certificates.printing.lettering import STRONG
from certificates.printing.paper import CertificateFacts
from registrations.calendar import anniversary
from registrations.models import Association

SPECIMEN = "SPECIMEN / SPÉCIMEN"
HOLDERS = {
    "short": "Ida Roy",
    "long": "Marie-Hélène Kwiatkowska-Fitzgerald-Lafontaine",
    "syllabics": "ᓇᑖᓕᐊ ᐊᓇᓇ",
}
WITHOUT_TOTAL, WITHOUT_END = Decimal(100), 3
PALE = (0xEF, 0xD3, 0xDA)  # cranberry, light enough to read the text on it
# Where the word begins, how large it is, and how steep it goes up: points and radians.
BEGINS, SIZE, SLOPE = (132, 132), 66, 0.56


def facts_of_specimen(
    wording: CertificateWording,
    *,
    on: date,
    association: Association | None,
    holder: str,
    french_first: bool,
    with_pictures: bool,
) -> CertificateFacts:
    """What a specimen says if it were issued on that day; `holder` is a key of `HOLDERS`."""
    program = wording.program
    total = program.coming_rules.requirement("cycle")
    signing = Signatory.objects.on(on).for_members(
        program.pk, association.pk if association else None
    )
    signatures = signatures_of(signing)
    if not with_pictures:
        signatures = tuple(replace(signature, image=None) for signature in signatures)
    association_en, association_fr = association_names(association)
    return CertificateFacts(
        **wording.texts,
        name=HOLDERS[holder],
        points=total.points if total else WITHOUT_TOTAL,
        unit_en=program.text("unit", "en"),
        unit_fr=program.text("unit", "fr"),
        starts_on=anniversary(on, -(program.cycle_years or WITHOUT_END)),
        ends_on=on - timedelta(days=1),
        association_en=association_en,
        association_fr=association_fr,
        serial=f"{program.code}-0000-0000-00",
        issued_on=on,
        verify_url=mail.absolute_url("verify"),
        verify_short=short_address(),
        signatories=signatures,
        french_first=french_first,
    )


def render(facts: CertificateFacts) -> bytes:
    """The PDF of a specimen. Raises what `pdf.render` does."""
    from certificates.printing.bounded import printed  # WeasyPrint, which few requests need
    from certificates.printing.composition import compose

    page = compose(facts)
    assert page.behind is not None
    return printed(
        replace(
            page,
            html=page.html.replace("<title>", f"<title>{SPECIMEN} – ", 1),
            behind=_marked(page.behind),
        )
    )


def _marked(sheet: Art) -> Art:
    """The sheet with the word across it, drawn, so that nobody copies it into a name."""
    drawn = [zlib.decompress(sheet.content).decode("ascii"), art.fill(PALE)]
    x = 0.0
    letters = []
    for letter in SPECIMEN:
        if letter != " ":
            letters += art.moved(x, 0, art.outline(letter), "f")
        x += STRONG.advance(letter) * 1000
    scale = art.matrix(SIZE / 1000, 0, 0, SIZE / 1000)
    drawn += art.moved(*BEGINS, scale, *letters, turn=SLOPE)
    return Art.of("specimen", sheet.width, sheet.height, drawn)
