"""Rosette, shelf and cap bar: exact widths, full sentences, safe text."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.utils.translation import override

from cec.rosette import rosette
from cec.shelves import capbar, shelf, shelf_scale


@dataclass
class Spine:
    title: str
    counted: Decimal
    code: str = "PD-I"
    colour: str = "jade"


@dataclass
class Year:
    spines: list[Spine] = field(default_factory=list)
    over: Decimal = Decimal(0)
    number: int = 2
    suggested: Decimal | None = Decimal(30)
    steady: Decimal | None = Decimal(40)

    @property
    def counted(self) -> Decimal:
        return sum((spine.counted for spine in self.spines), Decimal(0))


@dataclass
class Cap:
    counted: Decimal
    parked: Decimal = Decimal(0)
    limit: Decimal | None = Decimal(20)
    code: str = "PD-I"
    name: str = "Professional development"
    colour: str = "jade"


def year_of(*points: str, over: str = "0", **more) -> Year:
    spines = [Spine(f"Webinar {n}", Decimal(value)) for n, value in enumerate(points, start=1)]
    return Year(spines, over=Decimal(over), **more)


def draw(year: Year, **options) -> str:
    return shelf(year, scale=options.pop("scale", shelf_scale([year])), **options)


def widths(drawing: str, kind: str) -> list[float]:
    return [
        float(rect.get("width").rstrip("%"))
        for rect in ElementTree.fromstring(drawing).iter("rect")
        if rect.get("class") == kind
    ]


def petals(drawing: str, kind: str) -> str:
    paths = ElementTree.fromstring(drawing).iter("path")
    return next(path.get("d") for path in paths if path.get("class") == kind)


@pytest.mark.parametrize(
    ("counted", "full", "partly"),
    [("0", 0, 0), ("10", 1, 0), ("73", 7, 1), ("119.75", 11, 1), ("120", 12, 0), ("500", 12, 0)],
)
def test_petals_fill_with_the_points(counted, full, partly):
    drawing = rosette(Decimal(counted), Decimal(120))

    assert petals(drawing, "full").count("Z") == full + partly
    assert petals(drawing, "full").count("A") == partly
    assert petals(drawing, "petal").count("Z") == 12


def test_a_part_of_a_petal_ends_at_its_share_of_the_length():
    drawing = rosette(Decimal(5), Decimal(120))

    radius = float(re.search(r"A([\d.]+)", petals(drawing, "full")).group(1))

    assert radius == pytest.approx(22.5 + 27 / 2, abs=0.05)


def test_a_petal_is_a_twelfth_of_whatever_the_program_needs():
    drawing = rosette(Decimal(30), Decimal(60))

    assert petals(drawing, "full").count("Z") == 6


def test_rosette_says_in_a_sentence_what_it_shows():
    drawing = ElementTree.fromstring(rosette(Decimal("73.50"), Decimal(120)))

    assert drawing.get("role") == "img"
    assert drawing.get("aria-label") == "73.5 of 120\u00a0points. 7 of 12 petals are full."


def test_rosette_of_a_program_without_a_total_shows_the_sum_alone():
    drawing = rosette(Decimal(200), None, unit="credits")

    assert petals(drawing, "full") == ""
    assert 'aria-label="200\u00a0credits"' in drawing


def test_equal_records_draw_equal_pictures_without_ids():
    first, second = (rosette(Decimal(73), Decimal(120)) for _ in range(2))

    assert first == second
    assert " id=" not in first


def test_small_rosette_has_no_text():
    assert "<text" not in rosette(Decimal(73), Decimal(120), small=True)


def test_a_spine_is_exactly_as_wide_as_its_points():
    drawing = draw(year_of("20", "1.5", "0.25"))

    assert widths(drawing, "sp") == [41.667, 3.125, 0.521]


def test_spines_stand_side_by_side_without_gap_or_overlap():
    drawing = ElementTree.fromstring(draw(year_of("3", "7.75", "12")))
    rects = [rect for rect in drawing.iter("rect") if rect.get("class") == "sp"]

    ends = [float(r.get("x")[:-1]) + float(r.get("width")[:-1]) for r in rects]

    assert [float(r.get("x")[:-1]) for r in rects[1:]] == pytest.approx(ends[:-1], abs=0.002)


def test_a_shelf_holds_a_fifth_more_than_a_steady_year():
    assert shelf_scale([year_of("10")]) == 48
    assert shelf_scale([year_of("10", suggested=Decimal(5), steady=Decimal(10))]) == 12


def test_a_full_shelf_grows_so_that_nothing_sticks_out():
    year = year_of("20", "20", "18", "3.5", over="2")

    drawing = draw(year)

    assert shelf_scale([year]) == Decimal("65.5")
    assert all(end <= 100 for end in ends_of(drawing))


def test_what_is_over_stands_past_the_steady_line_and_fits():
    drawing = draw(year_of("20", over="18"))

    over = next(
        rect for rect in ElementTree.fromstring(drawing).iter("rect") if rect.get("class") == "over"
    )

    assert float(over.get("x")[:-1]) > float(40 / shelf_scale([year_of("20", over="18")]) * 100)
    assert all(end <= 100 for end in ends_of(drawing))


def ends_of(drawing: str) -> list[float]:
    return [
        float((rect.get("x") or "0").rstrip("%")) + float(rect.get("width").rstrip("%"))
        for rect in ElementTree.fromstring(drawing).iter("rect")
    ]


def test_a_huge_surplus_keeps_its_number_but_does_not_squeeze_the_spines():
    drawing = draw(year_of("20", over="900"))

    assert "+900" in drawing
    assert widths(drawing, "sp")[0] > 25


def test_shelves_together_share_one_scale():
    years = [year_of("20", "20", "20"), year_of("20")]
    scale = shelf_scale(years)

    drawn = [widths(draw(year, scale=scale), "sp")[0] for year in years]

    assert drawn[0] == drawn[1]


def test_a_program_without_yearly_points_has_a_shelf_without_ticks():
    drawing = draw(year_of("200", "50", suggested=None, steady=None))

    assert "tick" not in drawing
    assert sum(widths(drawing, "sp")) > 95


def test_an_empty_year_is_an_empty_place_up_to_the_steady_line():
    drawing = draw(year_of())

    assert widths(drawing, "slot") == [83.333]
    assert 'aria-label="Year 2: 0\u00a0points counted."' in drawing


def test_an_entry_that_counts_nothing_has_no_spine():
    assert len(widths(draw(year_of("0", "5")), "sp")) == 1


def test_widths_have_a_full_stop_in_french_and_text_a_comma():
    with override("fr"):
        drawing = draw(year_of("1.5"))

    assert widths(drawing, "sp") == [3.125]
    assert "Webinar 1 1,5" in drawing


def test_a_title_cannot_bring_markup_into_the_picture():
    year = Year([Spine("<script>alert(1)</script>", Decimal(20), code="<b>")])

    drawing = draw(year)

    assert "<script>" not in drawing
    assert "<b>" not in drawing
    assert "&lt;script&gt;" in drawing


def test_a_label_is_left_out_where_the_spine_is_too_narrow():
    drawing = draw(year_of("20", "1"))

    assert drawing.count(">PD-I<") == 1


def test_a_cap_bar_says_how_much_of_the_limit_is_used():
    item = capbar(Cap(Decimal("5.50")))

    assert '<span class="n">5.5 of 20</span>' in item
    assert widths(item[item.index("<svg") : item.index("</svg>") + 6], "bar") == [22.0]
    assert "hint" not in item


def test_a_full_cap_bar_says_what_is_parked():
    item = capbar(Cap(Decimal(20), parked=Decimal(3)))

    assert "Full for this year. Over the limit and kept in the record: 3\u00a0points." in item
    assert widths(item[item.index("<svg") : item.index("</svg>") + 6], "over") == [12.0]


def test_parked_points_never_leave_the_bar():
    item = capbar(Cap(Decimal(20), parked=Decimal(500)))

    assert all(end <= 100 for end in ends_of(item[item.index("<svg") : item.index("</svg>") + 6]))


def test_a_type_without_a_limit_shows_its_points_alone():
    item = capbar(Cap(Decimal(40), limit=None))

    assert '<span class="n">40</span>' in item
    assert "<svg" not in item
