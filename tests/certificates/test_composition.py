import re
from dataclasses import replace

import pytest

from certificates.bench import FACTS
from certificates.printing.composition import compose
from certificates.printing.pdf import (
    Signatory,
    TooLong,
    UncoveredCharacters,
    render,
)
from tests.certificates.printed import NAMES, run


@pytest.mark.parametrize("name", ["李明", "Nadia 🙂", "محمد علي", "Na\u202edia"])
def test_a_name_that_can_not_be_printed_is_refused_before_the_page_is_composed(name):
    with pytest.raises(UncoveredCharacters):
        compose(replace(FACTS, name=name))


@pytest.mark.parametrize(
    "changes",
    [
        {"title_en": "證書"},
        {"issuer_fr": "組合"},
        {"subject_en": "of 學習"},
        {"unit_fr": "點"},
        {"not_a_diploma_en": "不"},
        {"association_en": "圖書館"},
        {"verify_short": "證.ca"},
        {"signatories": (Signatory("李明", "Chair", "Présidence"),)},
        {"signatories": (Signatory("Ming Li", "主席", "Présidence"),)},
    ],
)
def test_every_other_text_that_can_not_be_printed_is_refused_too(changes):
    with pytest.raises(UncoveredCharacters):
        compose(replace(FACTS, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"title_en": "Certificate of learning " * 12},
        {"issuer_sentence_fr": "Réseau national " * 40},
        {"not_a_diploma_en": "It does not replace a certificate. " * 60},
        {"signatories": (Signatory("Tom Redfeather", "President and " * 30, ""),)},
        {"verify_short": f"{'certificates-' * 6}of-associations.example/v"},
    ],
)
def test_a_text_that_has_no_room_is_refused(changes):
    with pytest.raises(TooLong):
        compose(replace(FACTS, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"verify_url": "javascript:alert(1)"},
        {"verify_url": "file:///etc/passwd"},
        {"signatories": (Signatory("A", "B", "C"),) * 3},
    ],
)
def test_facts_that_fit_no_certificate_are_refused(changes):
    with pytest.raises(ValueError, match=r"has room|web address"):
        compose(replace(FACTS, **changes))


@pytest.mark.parametrize(
    "name",
    ["Nadia Kowalchuk", NAMES[-1], "W" * 300, "Ḵwa̱la " * 40, "ᓇᑖᓕᐊ" * 50, "Anne-" * 60],
)
def test_every_word_stays_in_its_place(name):
    facts = replace(
        FACTS,
        name=name,
        title_en="Certificate of Completed Continuing Professional Education in Libraries",
        association_en="Association of Libraries of the Provinces and Territories",
        association_fr="Association des bibliothèques des provinces et des territoires",
        not_a_diploma_en="It does not replace any other certificate or diploma. " * 5,
        signatories=(
            Signatory(
                "Alexandra Konstantinopolitanskaya-Verreault",
                "Vice-President, Standards, Certification and Professional Development",
                "Vice-présidence, normes, certification et perfectionnement professionnel",
            ),
            Signatory("Tom Redfeather", "President", "Présidence"),
        ),
    )

    words = re.findall(
        r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)<',
        run("pdftotext", "-bbox", "-", "-", pdf=render(facts)),
    )

    boxes = [(*map(float, box), word) for *box, word in words]
    assert min(box[0] for box in boxes) >= 74
    assert max(box[2] for box in boxes) <= 718
    assert min(box[1] for box in boxes) >= 60
    assert max(box[3] for box in boxes) <= 562
    beside_the_seal = [box for box in boxes if box[1] > 430]
    assert all(box[2] < 335 or box[0] > 457 for box in beside_the_seal)
    for one, other in ((a, b) for i, a in enumerate(boxes) for b in boxes[:i]):
        across = min(one[2], other[2]) - max(one[0], other[0])
        along = min(one[3], other[3]) - max(one[1], other[1])
        height = min(one[3] - one[1], other[3] - other[1])
        assert across < 1 or along < height / 2, (one, other)
