"""The committee's figures in a browser: each label once, and the page stays itself."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What can be read under the columns: the line that it stands in, and the words.
SHOWN = """labels => labels.filter(label => label.getBoundingClientRect().width)
    .map(label => `${label.getAttribute("y")} ${label.textContent}`)"""


@pytest.mark.parametrize("width", [320, 1280])
def test_a_column_has_one_label_and_what_comes_later_changes_no_title(visitors, width):
    factories.registration(starts_on=timezone.localdate() - timedelta(days=40))
    one = visitors(width=width)
    one.sign_in(factories.steering())

    one.go("figures")
    expect(one.page.locator("main a", has_text="Add up everybody’s points")).to_have_count(0)
    words = one.page.locator("svg.columns").first.locator("text").evaluate_all(SHOWN)

    assert one.page.title().startswith("Figures –")
    assert len(words) > 2
    assert len(words) == len(set(words))


def test_a_table_is_taken_in_one_format_and_at_once_in_the_other(visitors):
    factories.registration(starts_on=timezone.localdate() - timedelta(days=40))
    one = visitors()
    one.sign_in(factories.steering())
    one.go("figure", "flow")

    taken = []
    for label in ("Excel (.xlsx)", "Text (.csv)"):
        with one.page.expect_download() as download:
            one.page.get_by_role("button", name=label).click()
        taken.append(download.value.suggested_filename.rpartition(".")[2])

    assert taken == ["xlsx", "csv"]
