"""How long one certificate takes, beside the plainest way to make it and the text alone."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import segno

from certificates.printing import art, lettering
from certificates.printing.composition import compose
from certificates.printing.paper import CertificateFacts, Signatory
from certificates.printing.pdf import render
from certificates.printing.press import Image, Page, Press, press
from certificates.signing import SigningKey, sign
from certificates.signing.key import PrivateKey, own_certificate

ROUNDS = 8
SIGNATURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 40">'
    b'<path d="M6 29C18 9 30 2 29 13S14 38 22 33 38 14 43 17 36 31 45 29 57 15 62 17 56 30 66 27"'
    b' fill="none" stroke="#15221D" stroke-width="1.5"/></svg>'
)
FACTS = CertificateFacts(
    name="Nadia Kowalchuk",
    title_en="Continuing Education Certificate",
    title_fr="Certificat de formation continue",
    issuer_en="The Partnership",
    issuer_fr="Le Partenariat",
    issuer_sentence_en="Canada’s national network of provincial and territorial associations",
    issuer_sentence_fr="Réseau national canadien des associations provinciales et territoriales",
    points=Decimal("124"),
    unit_en="points",
    unit_fr="points",
    subject_en="of continuing learning in library and information work",
    subject_fr="de formation continue en bibliothéconomie et en information",
    starts_on=date(2025, 3, 15),
    ends_on=date(2028, 3, 14),
    not_a_diploma_en="It does not replace a technician’s or other post-secondary certificate.",
    not_a_diploma_fr="Il ne remplace ni un certificat de technicien ou technicienne ni un autre.",
    serial="CEC-2028-0417-EN",
    issued_on=date(2028, 3, 28),
    verify_url="https://cec.example.ca/v/q7Jm2Vx0TtKpLr4BzN8cWg",
    verify_short="cec.example.ca/v",
    signatories=(
        Signatory("Marguerite Oyelaran", "Chair, National Committee", "Présidence", SIGNATURE),
        Signatory("Tom Redfeather", "President", "Présidence", SIGNATURE),
    ),
)


def bench_certificate() -> tuple[float, float, float, int]:
    """Seconds of the naive way, of ours and of the text alone, and our bytes.

    Each is the least processor time of some rounds, taken in turns in one run.
    """
    size = len(render(FACTS))
    ways = (naively, lambda: render(FACTS), text_alone)
    rounds = [[_time(way) for way in ways] for _ in range(ROUNDS)]
    naive, ours, text = (min(times) for times in zip(*rounds, strict=True))
    return naive, ours, text, size


def bench_signature(private: PrivateKey) -> tuple[float, float, int]:
    """Seconds of the signature and of the rendering, in turns, and the bytes of both together."""
    key = SigningKey(private=private, certificate=own_certificate(private))
    printed = render(FACTS)
    size = len(sign(printed, key, reason=FACTS.serial))
    ways = (lambda: sign(printed, key, reason=FACTS.serial), lambda: render(FACTS))
    rounds = [[_time(way) for way in ways] for _ in range(ROUNDS)]
    signature, rendering = (min(times) for times in zip(*rounds, strict=True))
    return signature, rendering, size


def _time(way: Callable[[], object]) -> float:
    start = time.process_time()
    way()
    return time.process_time() - start


def naively() -> bytes:
    """Fonts, stylesheet, letters and art anew for each certificate; the QR code as plain SVG."""
    for kept in (art.sheet, art.seal, lettering.choose, lettering.fit, lettering.wrap):
        kept.cache_clear()
    page = compose(FACTS)
    code = BytesIO()
    segno.make_qr(FACTS.verify_url, error="q").save(code, kind="svg", border=0)
    images = {**page.images, "art:code": Image(code.getvalue(), "image/svg+xml")}
    drawings = {"art:seal": page.art["art:seal"]}
    return Press().print(replace(page, art=drawings, images=images))


def text_alone() -> bytes:
    """The same words in the same places, without frame, seal, signatures and QR code."""
    page = compose(
        replace(FACTS, signatories=tuple(replace(s, image=None) for s in FACTS.signatories))
    )
    return press().print(Page(html=re.sub("<img[^>]*>", "", page.html)))
