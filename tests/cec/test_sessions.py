"""The session cookie is what the browser says: nothing in it makes a page fail."""

import pytest
from django.conf import settings
from django.urls import reverse

from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "cookie", ['"\\000aaaaaaaaaaaaaaaa"', "short", "x" * 5000, "\xff\xfe\xfdaaaaaaaa", "a b;c/../d"]
)
def test_a_cookie_that_is_no_session_is_nobody(client, cookie):
    cookies = f"{settings.SESSION_COOKIE_NAME}={cookie}"

    page = client.get(reverse("account"), HTTP_COOKIE=cookies)

    assert page.status_code == 302
    assert page.url.startswith(reverse("account_login"))


def test_a_session_of_ours_is_somebody(client):
    client.force_login(make.person("Nadia Kowalchuk"))

    page = client.get(reverse("account"))

    assert "Nadia Kowalchuk" in page.text
