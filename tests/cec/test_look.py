"""The promises of the look: contrast, budgets, vendored files, and nothing inline."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template

from tests.policy import inline_parts

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
CSS = (STATIC / "cec.css").read_text()
TEMPLATES = ROOT / "templates"
# Mail needs inline styles, and what WeasyPrint prints is no page of the browser.
PRINTED_OR_MAILED = ("mail", "pdf")
SIZE = "filesizeformat"  # of Django: "Mio" in French

TEXT, SHAPE = 4.5, 3.0
SURFACES = ("canvas", "surface", "card")
PAIRS = [
    *[(ink, on, TEXT) for ink in ("ink", "ink-2", "link") for on in (*SURFACES, "sunken")],
    *[(ink, on, TEXT) for ink in ("brass", "cranberry", "bad") for on in ("canvas", "surface")],
    ("cranberry", "card", TEXT),
    ("primary", "canvas", SHAPE),
    ("on-primary", "primary", TEXT),
    ("on-primary", "primary-hover", TEXT),
    ("on-deep", "deep", TEXT),
    ("on-deep-2", "deep", TEXT),
    ("gold", "deep", TEXT),
    ("on-gold", "gold", TEXT),
    ("on-gold", "gold-hover", TEXT),
    *[(kind, f"{kind}-bg", TEXT) for kind in ("ok", "warn", "bad", "info", "neutral")],
    *[(line, on, SHAPE) for line in ("edge", "focus") for on in SURFACES],
]
SPINES = {
    "spruce": "on-dark-spine",
    "jade": "on-light-spine",
    "wine": "on-dark-spine",
    "rose": "on-light-spine",
    "brass": "on-light-spine",
    "indigo": "on-dark-spine",
}


def tokens(theme: str) -> dict[str, str]:
    """Read the colours of cec.css for "light" or "dark"."""
    found = re.findall(r"--([\w-]+):(?:light-dark\((#\w{6}),(#\w{6})\)|(#\w{6}));", CSS)
    which = 0 if theme == "light" else 1
    return {name: both or (light, dark)[which] for name, light, dark, both in found}


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio of two colours."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def compressed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def page_templates() -> list[Path]:
    return [
        path
        for path in sorted(TEMPLATES.rglob("*.html"))
        if not set(path.relative_to(TEMPLATES).parts[:-1]) & set(PRINTED_OR_MAILED)
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "on", "least"), PAIRS)
def test_text_and_controls_stand_out_from_what_they_are_on(theme, ink, on, least):
    colours = tokens(theme)

    ratio = contrast(colours[ink], colours[on])

    assert ratio >= least, f"{ink} on {on} is {ratio:.2f}"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("spine", "label"), SPINES.items())
def test_a_spine_stands_out_from_the_page_and_its_label_from_the_spine(theme, spine, label):
    colours = tokens(theme)
    fill = colours[f"spine-{spine}"]

    assert contrast(fill, colours["surface"]) >= SHAPE
    assert contrast(colours[label], fill) >= TEXT
    assert f".{spine}{{--fill:var(--spine-{spine});--on:var(--{label})}}" in CSS


def test_contrast_is_computed_as_wcag_says():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_every_colour_that_is_used_is_defined():
    used = set(re.findall(r"var\(--([\w-]+)", CSS))
    defined = set(re.findall(r"--([\w-]+):", CSS))

    assert used - defined == set()


def test_first_visit_stays_within_the_budget():
    htmx = Path(finders.find("django_htmx/htmx-2.min.js"))
    first_fonts = [
        STATIC / "fonts/source-sans-3-latin-wght-normal.woff2",
        STATIC / "fonts/literata-latin-wght-normal.woff2",
    ]

    assert compressed(STATIC / "cec.css") <= 10_000
    assert compressed(STATIC / "cec.js") + compressed(htmx) <= 20_000
    assert compressed(STATIC / "icons.svg") <= 3_000
    assert sum(font.stat().st_size for font in first_fonts) <= 85_000


def test_vendored_files_are_the_ones_that_the_list_names():
    rows = re.findall(r"^\| (\S+) \|.*\| (\w{64}) \|$", (STATIC / "VENDOR.md").read_text(), re.M)

    hashes = {name: hashlib.sha256((STATIC / name).read_bytes()).hexdigest() for name, _ in rows}

    assert hashes == dict(rows)
    assert {str(path.relative_to(STATIC)) for path in STATIC.rglob("*.woff2")} <= set(hashes)


def test_vendored_files_come_with_their_licences():
    named = set(re.findall(r"(\S+LICENSE\.txt)", (STATIC / "VENDOR.md").read_text()))

    texts = [" ".join((STATIC / name).read_text().split()) for name in named]

    assert len(texts) == 4
    assert all("ermission is hereby granted" in t or "Permission to use" in t for t in texts)


def test_stylesheet_loads_nothing_from_elsewhere():
    addresses = re.findall(r"url\(\"?([^)\"]+)", CSS)

    assert addresses
    assert all((STATIC / address).is_file() for address in addresses)


@pytest.mark.parametrize("template", page_templates(), ids=lambda path: str(path.name))
def test_a_page_has_no_inline_style_script_or_handler(template):
    assert inline_parts(template.read_text()) == []


@pytest.mark.parametrize(
    "markup",
    [
        '<p style="color:red">',
        "<style>p{}</style>",
        "<script>alert(1)</script>",
        '<a onclick="x()">',
        '<a hx-on:click="x()">',
        '<a href="javascript:x()">',
        '<img src="https://cdn.example.org/x.png">',
    ],
)
def test_the_search_for_inline_parts_finds_them(markup):
    assert len(inline_parts(markup)) == 1


def test_every_icon_that_a_template_names_exists():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    pages = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    named = set(re.findall(r'{% icon "([\w-]+)"', pages))

    assert named
    assert named - drawn == set()


def test_every_size_of_a_file_is_written_in_the_words_of_this_site():
    guilty = [
        path.name for path in TEMPLATES.rglob("*") if path.is_file() and SIZE in path.read_text()
    ]

    assert guilty == []


def test_a_table_that_steps_page_by_page_has_the_one_frame():
    steps = "components/stepping.html"
    stepping = {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if steps in path.read_text()
    }

    # The table of the queue stands in a form, which ends before the steps.
    assert stepping == {"components/stepping_table.html", "registrations/queue.html"}


def test_the_frame_names_the_table_by_its_caption_and_escapes_what_stands_in_it():
    table = Template(
        '{% load look %}{% stepping_table page "rows" %}<caption id="rows">{{ name }}</caption>'
        "{% endstepping_table %}{{ caption }}"
    )

    markup = table.render(Context({"page": {"whole": True}, "name": "A & B"}))

    assert 'aria-labelledby="rows"' in markup
    assert '<caption id="rows">A &amp; B</caption>' in markup
    assert "<nav" not in markup
    assert not markup.endswith("rows")
