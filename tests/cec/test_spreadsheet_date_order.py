from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cec.spreadsheet.date_order import Order, ways

APRIL, MARCH = date(2027, 4, 3), date(2027, 3, 4)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("03/04/2027", {"dmy": APRIL, "mdy": MARCH}),
        ("3-4-2027", {"dmy": APRIL, "mdy": MARCH}),
        ("03.04.2027 00:00:00", {"dmy": APRIL, "mdy": MARCH}),
        ("14/12/2027", {"dmy": date(2027, 12, 14)}),
        ("12/14/2027", {"mdy": date(2027, 12, 14)}),
        ("27/12/31", {"dmy": date(2031, 12, 27), "ymd": date(2027, 12, 31)}),
        ("2027-04-03", {}),
        ("31/02/2027", {}),
        ("03/04/1027", {}),
        ("3/4", {}),
        ("03/04-2027", {}),
        ("lifetime", {}),
        ("٣/٤/٢٠٢٧", {}),
        ("", {}),
    ],
)
def test_three_numbers_are_read_in_every_order_that_makes_a_day(text, found):
    assert ways(text) == found


@pytest.mark.parametrize(
    ("texts", "settled", "told_by"),
    [
        (["03/04/2027", "14/12/2027", "05/06/2027"], "dmy", "14/12/2027"),
        (["03/04/2027", "12/14/2027"], "mdy", "12/14/2027"),
        (["03/04/2027", "05/05/2027"], "", ""),
        (["14/12/2027", "12/14/2027"], "", "14/12/2027"),
        (["27/12/31", "13/13/28"], "", ""),
        (["27/12/31", "12/31/27"], "", ""),
        (["99/12/31", "27/01/02"], "ymd", "99/12/31"),
    ],
)
def test_the_whole_column_settles_the_order_or_nothing_does(texts, settled, told_by):
    order = Order()

    for text in texts:
        if found := ways(text):
            order.see(text, found)

    assert (order.settled, order.told_by) == (settled, told_by)


@given(st.lists(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1))
def test_no_day_is_ever_read_in_another_order_than_it_was_written(days):
    order = Order()
    texts = [day.strftime("%d/%m/%Y") for day in days]

    for text in texts:
        order.see(text, ways(text))

    assert "dmy" in order.possible
    assert [ways(text)["dmy"] for text in texts] == days
