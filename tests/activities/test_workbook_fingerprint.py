from datetime import date
from decimal import Decimal

import pytest

from activities.workbook import row_fingerprint

ROW = {
    "title": "L’heure du conte – présentation",
    "completed_on": date(2026, 2, 11),
    "choice_key": "pub-i",
    "hours": Decimal("3.5"),
}


@pytest.mark.parametrize(
    "same",
    [
        {"title": "  l'heure DU conte -  présentation "},
        {"title": "L’heure du conte\u00a0– pre\u0301sentation"},
        {"hours": Decimal("3.50")},
    ],
)
def test_the_same_activity_written_otherwise_has_the_same_fingerprint(same):
    assert row_fingerprint(**(ROW | same)) == row_fingerprint(**ROW)


@pytest.mark.parametrize(
    "other",
    [
        {"title": "L’heure du conte – presentation"},
        {"title": ""},
        {"completed_on": date(2026, 2, 12)},
        {"choice_key": "pub-f"},
        {"hours": Decimal("35")},
        {"hours": None},
    ],
)
def test_another_activity_has_another_fingerprint(other):
    assert row_fingerprint(**(ROW | other)) != row_fingerprint(**ROW)
