import pytest
from django.utils import translation

from tests.activities.workbook_files import BY_HAND


@pytest.fixture(autouse=True)
def _english():
    """A request leaves its language behind; the next test starts in English again."""
    with translation.override("en"):
        yield


@pytest.fixture
def by_hand():
    """The record as people keep it: Chantal Boudreau's workbook."""
    return BY_HAND.read_bytes()
