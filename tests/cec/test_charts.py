"""Where columns, bars and labels stand: nothing outside, nothing over each other."""

import itertools
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cec import charts
from cec.charts import Bar, Label, Part, Series

counts = st.lists(st.integers(0, 10**9), min_size=1, max_size=300)


def drawn(values, other=None):
    other = other or [0] * len(values)
    said = [str(value) for value in values]
    return charts.columns_with_key(
        "one",
        title="Title",
        description="Described",
        labels=[Label("Sept.", str(2000 + at // 12)) for at in range(len(values))],
        series=[Series("A", "spruce", values, said), Series("B", "brass", other, said)],
    )


def rectangles(markup):
    found = re.findall(
        r'class="col" x="([\d.]+)%" y="(\d+)" width="([\d.]+)%" height="(\d+)"', markup
    )
    return [tuple(map(Decimal, each)) for each in found]


@given(counts)
def test_columns_stand_on_the_foot_inside_the_plot_beside_each_other(values):
    columns = rectangles(drawn(values, values))

    assert len(columns) == 2 * sum(value > 0 for value in values)
    assert all(y >= charts.TOP and y + height == charts.FOOT for _x, y, _width, height in columns)
    assert all(x >= 0 and x + width <= Decimal("100.01") for x, _y, width, _height in columns)
    ends = sorted((x, x + width) for x, _y, width, _height in columns)
    assert all(
        before[1] <= after[0] + Decimal("0.003") for before, after in itertools.pairwise(ends)
    )


def test_a_column_is_as_high_as_its_share_of_the_scale():
    columns = rectangles(drawn([100, 50, 1]))

    assert [height for _x, _y, _width, height in columns] == [160, 80, 2]


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 1), (1, 1), (3, 5), (7, 10), (100, 100), (101, 200), (1_234_567, 2_000_000)],
)
def test_a_scale_ends_at_a_round_number(most, top):
    assert charts.top_of(most) == top


@given(st.integers(1, 400), st.sampled_from([charts.NARROW, charts.WIDE]), st.text(max_size=12))
def test_labels_never_touch_each_other(groups, width, word):
    labels = [Label(word, "2026")] * groups
    letters = max(len(word), 4) * charts.LETTER

    at = charts.places(labels, width)

    slot = width / groups
    assert at[0] == 0
    assert all((after - before) * slot >= letters for before, after in itertools.pairwise(at))


def test_the_year_is_said_only_where_it_changes():
    labels = [Label("Nov", "2025"), Label("Dec", "2025"), Label("Jan", "2026")]

    written = re.findall(r'y="206"[^>]*>([^<]+)<', charts._words(labels, charts.WIDE, "many"))

    assert written == ["2025", "2026"]


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=20))
def test_the_parts_of_a_bar_stand_end_to_end_and_add_up(rows):
    made = [Bar("Name", "1", (Part(a, "spruce"), Part(b, "over"))) for a, b in rows]
    most = max(charts._reach(row) for row in made) or Decimal(1)

    for row, (a, b) in zip(made, rows, strict=True):
        parts = [
            (Decimal(x.rstrip("%")), Decimal(width.rstrip("%")))
            for _colour, x, width in charts.pieces(row, most)
        ]
        total = sum(width for _x, width in parts)
        assert abs(total - Decimal(a + b) / most * 100) < Decimal("0.01")
        assert total <= Decimal("100.01")
        assert all(
            abs(x + width - following) < Decimal("0.01")
            for (x, width), (following, _w) in itertools.pairwise(parts)
        )


def test_a_chart_says_what_it_is_and_nothing_in_it_is_markup_of_others():
    markup = drawn([3, 4])
    bars = charts.bars([Bar("<b>", "1", (Part(1, "spruce"),), hint="<i>", url="/?a=1&b=2")])

    assert 'role="img" aria-labelledby="one-t one-d"' in markup
    assert '<title id="one-t">Title</title><desc id="one-d">Described</desc>' in markup
    assert "style=" not in markup + bars
    assert "<b>" not in bars
    assert "&lt;b&gt;" in bars
    assert "a=1&amp;b=2" in bars
