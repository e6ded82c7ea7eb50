"""The page of what runs by itself, as its tests read it."""

import html

from django.utils.html import strip_tags

from registrations.backends import SignedIn
from tests import factories as make

PAGE = "/en/desk/work/"


def signed_in(person):
    """The person as a page has them."""
    return SignedIn().get_user(person.pk)


def said(page):
    """What the page says, without its markup."""
    return " ".join(html.unescape(strip_tags(page.text)).replace("\xa0", " ").split())


def owed():
    """A notice that is decided and not yet written."""
    return make.notice(make.registration(status="submitted"))
