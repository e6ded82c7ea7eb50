"""Composes the certificate: what stands where, in which face and size, in both languages.

Nothing here knows a program: its names and sentences all come with the facts.
"""

from typing import NamedTuple

from django.template.loader import render_to_string

from certificates.printing import art
from certificates.printing.lettering import (
    MARKS,
    SANS,
    SERIF,
    STRONG,
    Face,
    Lettering,
    Sizes,
    TooLong,
    choose,
    clean,
    fit,
    letter,
    wrap,
)
from certificates.printing.paper import CertificateFacts
from certificates.printing.press import Image, Page
from certificates.printing.signature import usable_signature
from certificates.printing.words import ENGLISH, FRENCH, NO_BREAK_SPACE, Words, amount, day

TEMPLATE = "certificates/pdf/certificate.html"

# Room and sizes of each text in points: (size, most lines); the largest that fits is used.
TITLE_SIZES, TITLE_WIDTH = ((24, 2), (20, 2), (17, 3), (14, 4)), 292
ISSUER_SIZES, ISSUER_WIDTH = ((13.5, 1), (11, 1), (9, 2)), 205
SENTENCE_SIZES = ((9.2, 2), (8, 3), (7, 4))
ASSOCIATION_SIZES, ASSOCIATION_WIDTH = ((10.5, 1), (9, 1), (8, 1), (7, 1)), 300
ADDRESS_SIZES, ADDRESS_WIDTH = ((9.2, 1), (8, 1), (7, 1), (6.2, 1)), 128
SIGNED_SIZES, SIGNATURE_WIDTH = ((10, 1), (9, 1), (8, 1), (7, 1), (6.2, 2)), 137
# The titles below a signature: their size, and the most lines in both languages together.
OFFICE_SIZES = ((8.6, 3), (8, 3), (7, 4), (6.2, 5))
# The statement and the sentence below it: their sizes, and the height of both together.
TEXT_SIZES, TEXT_WIDTH, TEXT_HEIGHT = ((11, 8.6), (10, 8), (9, 7), (8, 6.2)), 299, 98
TEXT_LEADING, TEXT_GAP = 1.4, 7


class Line(NamedTuple):
    """A text of one language."""

    lang: str
    text: Lettering


def compose(facts: CertificateFacts) -> Page:
    """The page to print.

    Raises UncoveredCharacters, TooLong, UnusableSignature, and ValueError for other facts that fit
    no certificate; all before anything is drawn.
    """
    if len(facts.signatories) > 2:
        raise ValueError("a certificate has room for two signatures")
    if not facts.verify_url.startswith(("https://", "http://")):
        raise ValueError("the address for checking must be a web address")
    words = (FRENCH, ENGLISH) if facts.french_first else (ENGLISH, FRENCH)
    images: dict[str, Image] = {}
    issuers = [_said(facts, "issuer", side, STRONG) for side in words]
    context = {
        "left": words[0],
        "right": words[1],
        "sides": _sides(facts, words),
        "name": letter(facts.name),
        "whole_name": clean(facts.name),
        "associations": _associations(facts, words),
        "signatures": _signatures(facts, images),
        "serial": facts.serial,
        "edition": _edition(facts),
        "issued_on": facts.issued_on.isoformat(),
        "address": _fit(facts.verify_short, STRONG, sizes=ADDRESS_SIZES, width=ADDRESS_WIDTH),
        "url": facts.verify_url,
        "seal": words[0].seal.format(issuer=issuers[0]),
        "code": words[0].code.format(url=facts.verify_url),
        "title": _document_title(facts, words),
        "author": " / ".join(dict.fromkeys(issuers)),
    }
    drawings = {"art:seal": art.seal(*issuers), "art:code": art.qr(facts.verify_url)}
    html = render_to_string(TEMPLATE, context)
    return Page(
        html=html,
        behind=art.sheet(),
        signature=words[0].signature,
        art=drawings,
        images=images,
    )


def _edition(facts: CertificateFacts) -> str:
    """Which edition it is and its day, like "2, 2029-01-05"; nothing on the first one."""
    return f"{facts.edition}, {facts.edition_on.isoformat()}" if facts.edition_on else ""


def _said(facts: CertificateFacts, field: str, words: Words, face: Face) -> str:
    """A text of the facts in one language, or in the other if there is no translation.

    Raises UncoveredCharacters if `face` doesn't print it.
    """
    other = ENGLISH if words is FRENCH else FRENCH
    text = clean(
        getattr(facts, f"{field}_{words.suffix}") or getattr(facts, f"{field}_{other.suffix}")
    )
    choose(text, face)
    return text


def _fit(text: str, *faces: Face, sizes: Sizes, width: float) -> Lettering:
    text = clean(text)
    return fit(text, choose(text, *faces), sizes=sizes, width=width)


def _alike(texts: list[str], face: Face, *, sizes: Sizes, width: float) -> list[Lettering]:
    """Texts in the largest size that fits them all, for neither language stands out."""
    size = min(fit(text, face, sizes=sizes, width=width).size for text in texts)
    smaller = tuple(step for step in sizes if step[0] <= size)
    return [fit(text, face, sizes=smaller, width=width) for text in texts]


def _sides(facts: CertificateFacts, words: tuple[Words, Words]) -> list[dict[str, object]]:
    """Issuer, title and sentences of both halves, the same size left and right."""
    issuers = _alike(
        [_said(facts, "issuer", side, SERIF) for side in words],
        SERIF,
        sizes=ISSUER_SIZES,
        width=ISSUER_WIDTH,
    )
    sentences = _alike(
        [_said(facts, "issuer_sentence", side, SANS) for side in words],
        SANS,
        sizes=SENTENCE_SIZES,
        width=ISSUER_WIDTH,
    )
    titles = _alike(
        [_said(facts, "title", side, SERIF) for side in words],
        SERIF,
        sizes=TITLE_SIZES,
        width=TITLE_WIDTH,
    )
    texts = _texts(
        [(_statement(facts, side), _said(facts, "not_a_diploma", side, SANS)) for side in words]
    )
    return [
        {
            "place": place,
            "lang": side.lang,
            "issuer": issuers[index],
            "sentence": sentences[index],
            "title": titles[index],
            "statement": texts[index][0],
            "not_a_diploma": texts[index][1],
        }
        for index, (place, side) in enumerate(zip(("left", "right"), words, strict=True))
    ]


def _statement(facts: CertificateFacts, words: Words) -> str:
    unit = _said(facts, "unit", words, SANS)
    subject = _said(facts, "subject", words, SANS)
    return words.statement.format(
        amount=f"{amount(facts.points, words)}{NO_BREAK_SPACE}{unit}",
        subject=f" {subject}" if subject else "",
        start=day(facts.starts_on, words),
        end=day(facts.ends_on, words),
    )


def _texts(pairs: list[tuple[str, str]]) -> list[tuple[Lettering, Lettering]]:
    """Each side's statement and the sentence below it, in the largest sizes with room for all."""
    for large, small in TEXT_SIZES:
        set_pairs = [
            (wrap(above, SANS, large, TEXT_WIDTH), wrap(below, SANS, small, TEXT_WIDTH))
            for above, below in pairs
        ]
        heights = [
            (len(above.lines) * large + len(below.lines) * small) * TEXT_LEADING + TEXT_GAP
            for above, below in set_pairs
        ]
        if max(heights) <= TEXT_HEIGHT:
            return set_pairs
    raise TooLong(" ".join(pairs[0]))


def _associations(facts: CertificateFacts, words: tuple[Words, Words]) -> list[Line]:
    """The holder's association, in both languages or once if both are one; none if it is empty."""
    names: dict[str, str] = {}
    for side in words:
        names.setdefault(clean(getattr(facts, f"association_{side.suffix}")), side.lang)
    return [
        Line(lang, _fit(name, SANS, MARKS, sizes=ASSOCIATION_SIZES, width=ASSOCIATION_WIDTH))
        for name, lang in names.items()
        if name
    ]


def _signatures(facts: CertificateFacts, images: dict[str, Image]) -> list[dict[str, object]]:
    """What stands at each signature; the pictures go to `images`."""
    offices = _offices(facts)
    signatures = []
    for index, signatory in enumerate(facts.signatories):
        source = ""
        if signatory.image is not None:
            source = f"signature:{index}"
            images[source] = usable_signature(signatory.image)
        name = _fit(signatory.name, STRONG, MARKS, sizes=SIGNED_SIZES, width=SIGNATURE_WIDTH)
        signatures.append(
            {
                "source": source,
                "name": name,
                "whole_name": clean(signatory.name),
                "offices": offices[index],
            }
        )
    return signatures


def _offices(facts: CertificateFacts) -> list[list[Line]]:
    """Each signatory's title in both languages, or once if they are the same; all in one size."""
    titles = []
    for signatory in facts.signatories:
        shown = {clean(signatory.title_en): ENGLISH.lang, clean(signatory.title_fr): FRENCH.lang}
        ordered = [(text, lang) for text, lang in shown.items() if text]
        titles.append(ordered[::-1] if facts.french_first else ordered)
    for size, most in OFFICE_SIZES:
        offices = [
            [
                Line(lang, wrap(text, choose(text, SANS, MARKS), size, SIGNATURE_WIDTH))
                for text, lang in each
            ]
            for each in titles
        ]
        if all(sum(len(office.text.lines) for office in each) <= most for each in offices):
            return offices
    raise TooLong(" ".join(text for each in titles for text, lang in each))


def _document_title(facts: CertificateFacts, words: tuple[Words, Words]) -> str:
    titles = dict.fromkeys(_said(facts, "title", side, SERIF) for side in words)
    return f"{' / '.join(titles)} – {clean(facts.name)} – {facts.serial}"
