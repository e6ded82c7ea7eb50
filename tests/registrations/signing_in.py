"""What the tests of accounts have in common: accounts, their mail, and what a form answers."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

from cec.outbox import OutgoingMail
from registrations.accounts import open_account
from registrations.models import Person

PASSWORD = "velvet otter lamp"
SIGN_UP = "/en/account/open/"
SIGN_IN = "/en/account/sign-in/"
CODE = "/en/account/sign-in/code/"
ENTER_CODE = "/en/account/sign-in/code/enter/"
FORGOTTEN = "/en/account/password/forgotten/"


def someone(email: str = "robin@example.org", **fields: str) -> Person:
    """A person with a confirmed address and a password."""
    fields = {"name": "Robin Bouchard", "password": PASSWORD, **fields}
    return open_account(email=email, **fields)


def sign_in(client: Client, email: str = "robin@example.org", password: str = PASSWORD, **headers):
    return client.post(SIGN_IN, {"login": email, "password": password}, **headers)


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def is_open(response) -> bool:
    """Whether a sign-in led into the account."""
    return response.status_code == 302 and response["Location"] == "/en/start/"


def last_mail(kind: str | None = None) -> OutgoingMail:
    mails = OutgoingMail.objects.order_by("-id")
    return mails.filter(kind=kind).first() if kind else mails.first()


def link(mail: OutgoingMail) -> str:
    """The path of the first address in a mail; it is this site's."""
    address = re.search(r"https?://\S+", mail.text).group()
    assert address.startswith(settings.SITE_URL + "/")
    return urlsplit(address).path


def code(mail: OutgoingMail) -> str:
    return re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", mail.text).group()


def says(response) -> str:
    """The page without what differs each time: tokens, and the address that was typed."""
    text = response.content.decode()
    text = re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", text)
    return re.sub(r"[\w.+-]+@[\w.-]+", "…", text)
