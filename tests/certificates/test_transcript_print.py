"""The transcript's PDF: its shelves, its pages, what readers that speak are told, and safety."""

import re
import zlib
from datetime import date, timedelta
from decimal import Decimal

import pytest

from activities import log, shelves
from activities.record import Record
from cec.shelves import shelf_scale
from certificates import transcript
from certificates.transcript import drawing
from tests import factories as make
from tests.certificates.printed import read, tags_of, words_of

pytestmark = pytest.mark.django_db

BOX = re.compile(r"(\S+) \S+ (\S+) \S+ re")


def begun():
    return make.registration(make.person("Nadia Kowalchuk"), starts_on=date(2025, 3, 15))


def printed(row, language="en"):
    return transcript.render(transcript.write(row, language=language))


def test_three_hundred_long_entries_take_pages_whose_tables_have_heads():
    row = begun()
    rate = make.rate("PD-I")
    made = [
        (
            log.Activity(
                title=f"{number} {'very long ' * 20}"[:199] + "!",
                completed_on=row.starts_on + timedelta(days=number),
                hours=Decimal("0.25"),
            ),
            rate,
        )
        for number in range(300)
    ]
    log.add_all(row, made)

    pdf = printed(row)

    pages = [" ".join(page.extract_text().split()) for page in read(pdf).pages]
    text = words_of(pdf)

    assert 10 < len(pages) < 60
    assert text.count("!") == 300
    for number, page in enumerate(pages, start=1):
        assert page.endswith(f"Page {number} of {len(pages)}")
        assert f"{row.reference} · In progress · " in page.replace("\u00a0", " ")
    for page in pages[2:-1]:
        assert page.startswith("Date Activity Type Hours Rate Points Counted Not counted")


def test_spines_are_as_wide_as_their_points():
    row = begun()
    make.activity(row, "PD-F", hours="5", on="2025-05-01")
    make.activity(row, "PD-I", hours="2.5", on="2025-06-01")
    (year, *_others) = shelves.years_of(Record(row))
    scale = shelf_scale([year])

    art = drawing.shelf(year, scale=scale)

    boxes = BOX.findall(zlib.decompress(art.content).decode())
    slot, *spines = [float(width) for _left, width in boxes[:9]]  # a spine has three bands
    point = drawing.WIDTH / float(scale)
    assert slot == pytest.approx(27.5 * point, abs=0.1)
    hair = 0.8
    assert spines[:4] == pytest.approx([10 * point - hair] * 4, abs=0.1)
    assert spines[4:] == pytest.approx([2.5 * point - hair] * 4, abs=0.1)


def test_a_code_that_no_face_draws_is_left_off_its_spine():
    row = begun()
    row.rules.types.filter(code_en="PD-F").update(code_en="林")
    make.activity(row, "林", hours="10", on="2025-05-01")

    text = words_of(printed(row))

    assert "[U+6797] Professional development – formal 20 of 20" in text


def test_readers_that_speak_hear_each_shelf_and_how_cells_belong_together():
    row = begun()
    make.activity(row, "PD-F", hours="11", on="2025-05-01")

    pdf = printed(row)

    figures = [tag["/Alt"].replace("\u00a0", " ") for tag in tags_of(pdf, "/Figure")]
    assert figures[0] == "A shelf: 20 points from 1 activity. 2 points over a yearly limit."
    assert figures[1] == "A shelf: 0 points from 0 activities."
    assert all(tag["/A"]["/Headers"] for tag in tags_of(pdf, "/TD"))
    assert len(tags_of(pdf, "/THead")) == 2


def test_it_names_its_language_its_title_and_its_years():
    row = begun()

    english, french = read(printed(row)), read(printed(row, "fr"))

    assert (english.trailer["/Root"]["/Lang"], french.trailer["/Root"]["/Lang"]) == (
        "en-CA",
        "fr-CA",
    )
    assert english.metadata.title == "Transcript – Nadia Kowalchuk"
    years = [mark.title for mark in english.outline[1] if mark.title.startswith("Year")]
    assert [year.split(",")[0] for year in years] == ["Year 1", "Year 2", "Year 3"]


def test_french_says_how_much_of_how_much_as_the_pages_do_and_wants_no_colon():
    row = begun()
    make.activity(row, "PD-F", hours="10", on=row.starts_on)

    text = words_of(printed(row, "fr"))

    assert "20 sur 20" in text
    assert "de 20" not in text
    assert re.search(r"Année 1, .{10,60}, 20 points", text)


def test_what_runs_along_the_foot_of_pages_is_no_part_of_the_text():
    pdf = printed(begun())

    page = read(pdf).pages[0]
    stream = page.get_contents().get_data().decode("latin-1")
    marked = re.findall(r"/Artifact\s*<<\s*/Type\s*/Pagination\s*>>\s*BDC", stream)
    numbers = read(pdf).trailer["/Root"]["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    assert len(marked) >= 2
    assert "null" in str(numbers[1]).lower()


@pytest.mark.parametrize(
    "markup",
    [
        "<img src=file:///etc/passwd>",
        "<style>@import url(http://127.0.0.1/a.css)</style>",
        "</table><script>alert(1)</script>",
        "{{ transcript }} {% include 'base.html' %}",
    ],
)
def test_markup_is_printed_and_never_followed(markup):
    row = make.registration(make.person(markup), starts_on=date(2025, 3, 15))
    make.activity(row, title=markup, provider=markup)

    pdf = printed(row)

    assert words_of(pdf).replace(" ", "").count(markup.replace(" ", "")) == 3
    assert b"root:" not in pdf
