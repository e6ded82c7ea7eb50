"""What the tests of accounts have in common: accounts, their mail, and what a form answers."""

import base64
import hashlib
import hmac
import re
import struct
import time
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client, TestCase

from cec.outbox import OutgoingMail
from registrations.accounts import open_account
from registrations.models import Person

PASSWORD = "velvet otter lamp"
SIGN_UP = "/en/account/open/"
SIGN_IN = "/en/account/sign-in/"
CODE = "/en/account/sign-in/code/"
ENTER_CODE = "/en/account/sign-in/code/enter/"
STEP = "/en/account/sign-in/second-step/"
APP = "/en/account/second-step/app/"
CODES = "/en/account/second-step/codes/"
AGAIN = "/en/account/is-it-you/"
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


def a_while_later(client: Client, seconds: int = 301) -> None:
    """Let time pass since the person said who they are."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= seconds
    session.save()


def one_step_only(client: Client) -> None:
    """Let the session be one that took no second step."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()


def app_code(secret: str, *, steps: int = 0) -> str:
    """What an authenticator app shows (RFC 6238), now or some half-minutes later."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def set_up_app(client: Client) -> str:
    """Set an app up in the session of whoever is signed in; return its secret."""
    client.get(APP)
    secret: str = client.session["mfa.totp.secret"]
    with TestCase.captureOnCommitCallbacks(execute=True):
        done = client.post(APP, {"code": app_code(secret)})
    assert done["Location"] == "/en/account/second-step/codes/", done.content
    return secret


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
