from datetime import date
from decimal import Decimal

import pytest

from activities.import_merge import merge
from activities.workbook.marks import MARKED, read_mark, write_mark

EXPORTED = {
    "title": "Weeding",
    "provider": "",
    "subject": "",
    "outcome": "What to keep",
    "started_on": None,
    "completed_on": date(2025, 5, 1),
    "hours": Decimal("1.50"),
    "choice": "7",
    "planned": False,
}


def merged(*, here=None, file=None, mark=True, version=3):
    """What a file changes, when the export was of version 3 and then both sides edited."""
    noted = read_mark(write_mark(3, EXPORTED)) if mark else None
    found = merge(EXPORTED | (here or {}), EXPORTED | (file or {}), mark=noted, version=version)
    return found.changed, found.clashing


def test_a_mark_knows_each_value_again_however_it_is_spelled():
    mark = read_mark(write_mark(3, EXPORTED))

    assert mark.version == 3
    assert all(mark.holds(name, EXPORTED[name]) for name in MARKED)
    assert mark.holds("hours", Decimal("1.5"))
    assert not mark.holds("title", "Mending")
    assert mark.holds("started_on", date(2025, 5, 1)) is False


def test_a_mark_does_not_hold_the_text_itself():
    assert "eeding" not in write_mark(3, EXPORTED)


@pytest.mark.parametrize(
    "text", ["", "3", "3 ", "x 12345678", "3 1234567", "3 1234567g", "-1 12345678", "9" * 300]
)
def test_anything_else_is_no_mark(text):
    assert read_mark(text) is None


def test_a_shorter_mark_of_an_older_export_tells_what_it_can():
    mark = read_mark(write_mark(3, EXPORTED)[: 2 + 8])

    assert mark.holds("title", "Weeding")
    assert mark.holds("hours", Decimal(1)) is None


@pytest.mark.parametrize(
    ("here", "file", "changed", "clashing"),
    [
        ({}, {}, set(), set()),
        ({}, {"title": "Mending"}, {"title"}, set()),
        ({"title": "Mending"}, {}, set(), set()),
        ({"title": "Mending"}, {"title": "Mending"}, set(), set()),
        ({"title": "Mending"}, {"title": "Binding"}, set(), {"title"}),
        ({"title": "Mending"}, {"hours": Decimal(2)}, {"hours"}, set()),
        ({"planned": True}, {"completed_on": date(2025, 6, 1)}, set(), {"completed_on", "planned"}),
        ({"choice": "8"}, {"choice": "9", "outcome": ""}, {"outcome"}, {"choice"}),
    ],
)
def test_each_side_s_own_edits_hold_and_only_what_both_changed_clashes(
    here, file, changed, clashing
):
    assert merged(here=here, file=file, version=4 if here else 3) == (changed, clashing)


def test_a_table_without_marks_changes_what_differs():
    assert merged(here={"title": "Mending"}, mark=False) == ({"title"}, set())
