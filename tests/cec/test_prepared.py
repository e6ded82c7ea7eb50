"""A query that is built once runs for everybody with their own ids."""

import pytest

from cec.prepared import PLACE, prepare
from registrations.models import Person
from tests import factories as make

pytestmark = pytest.mark.django_db


def counted(one, other):
    return Person.objects.filter(pk__in=[one, other]).count()


def test_each_run_is_for_its_own_ids():
    built = prepare(lambda: counted(PLACE, PLACE + 1))
    ana, ben = make.person(), make.person()

    assert built.fetch({PLACE: ana.pk, PLACE + 1: ben.pk}) == (2,)
    assert built.fetch({PLACE: ana.pk, PLACE + 1: 0}) == (1,)
    assert built.fetch({PLACE: 0, PLACE + 1: 0}) == (0,)


def test_only_one_query_can_be_prepared():
    with pytest.raises(ValueError, match="too many"):
        prepare(lambda: (counted(1, 2), counted(3, 4)))
