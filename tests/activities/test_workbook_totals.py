"""The sheet of totals: what it says of the program's rules."""

import io

import pytest
from openpyxl import load_workbook

from registrations.models import Requirement
from tests import factories as make
from tests.activities.imports import exported

pytestmark = pytest.mark.django_db


def test_a_minimum_that_is_only_advised_is_called_suggested_and_not_needed():
    registration = make.registration()
    advised = said(registration)
    registration.rules.requirements.update(strictness=Requirement.Strictness.REQUIRED)

    required = said(registration)

    assert "Suggested in each year" in advised
    assert "Needed in each year" not in advised
    assert "Needed in all" in advised
    assert "Needed in each year" in required


def said(registration):
    """The texts beside the figures."""
    totals = load_workbook(io.BytesIO(exported(registration))).worksheets[1]
    return [row[1].value for row in totals.iter_rows()]
