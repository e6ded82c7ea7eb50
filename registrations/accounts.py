"""Accounts by allauth, in the product's own words and with all mail through the outbox."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cec import mail, security_log
from registrations import reauthenticating
from registrations.models import Person

Context = dict[str, Any]

# Each mail of allauth by its template prefix: the kind of our letter and what the letter is about.
LETTERS: dict[str, tuple[str, Callable[[Context], tuple[Any, ...]]]] = {
    "email_confirmation_signup": ("account_opened", lambda about: (about["key"],)),
    "email_confirmation": ("address_to_confirm", lambda about: (about["key"],)),
    "account_already_exists": ("account_exists", lambda about: ()),
    "unknown_account": ("account_unknown", lambda about: ()),
    "login_code": ("sign_in_code", lambda about: (about["code"],)),
    "password_reset_key": ("password_forgotten", lambda about: (about["uid"], about["key"])),
    "password_reset": ("password_changed", lambda about: (about["timestamp"],)),
    "password_changed": ("password_changed", lambda about: (about["timestamp"],)),
    "password_set": ("password_changed", lambda about: (about["timestamp"],)),
    "email_changed": ("address_changed", lambda about: (about["to_email"],)),
    "email_deleted": ("address_dropped", lambda about: (about["deleted_email"],)),
}
PREFIX = "account/email/"
LINK_SENT_TO = "link_sent_to"  # in the session: the address that a link to confirm it went to

# What a sign-in failed at, and when too many did (reliability J3).
NOTED = {
    "email_password_mismatch": security_log.SIGN_IN_FAILED,
    "incorrect_password": security_log.SIGN_IN_FAILED,
    "incorrect_code": security_log.SIGN_IN_FAILED,
    "too_many_login_attempts": security_log.RATE_LIMITED,
    "rate_limited": security_log.RATE_LIMITED,
}


@transaction.atomic
def open_account(
    *, email: str, name: str, language: str = "en", password: str | None = None
) -> Person:
    """Open an account for somebody whose address needs no confirming, like those of the demo.

    Without a password the person signs in by a mailed code and can choose one then.
    """
    person = Person.objects.create_user(email, password=password, name=name, language=language)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth asks us."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail or the password isn’t right."),
        "too_many_login_attempts": _(
            "That was wrong several times. Wait five minutes, or sign in by a code sent by e-mail."
        ),
        "incorrect_password": _("This isn’t your password."),
        "enter_current_password": _("This isn’t your password now."),
        "incorrect_code": _("This isn’t the code. Look at the newest e-mail from us."),
        "duplicate_email": _("This is your e-mail already."),
        "email_taken": _("This e-mail belongs to another account."),
        "rate_limited": _("Too many tries. Wait a few minutes, then try again."),
        "invalid_password_reset": _("This link has been used, or it is too old."),
        "account_inactive": _("This account is closed."),
    }

    def validation_error(self, code: str, *args: Any) -> Any:
        """Note what failed; who tried isn't known, and what they typed is nobody's business."""
        if code in NOTED:
            security_log.note(NOTED[code], code=code)
        return super().validation_error(code, *args)

    def send_mail(self, template_prefix: str, email: str, context: Context) -> None:
        """Post our letter in place of allauth's; a mail that has none is a defect."""
        kind, about = LETTERS[template_prefix.removeprefix(PREFIX)]
        person = context.get("user") or Person.objects.filter(email=email.lower()).first()
        if person is None:
            mail.post(kind, *about(context), to=email)
        else:
            mail.post(kind, *about(context), to=person, address=email)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: Context | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the owner, in their language also when the mail goes to their old address.

        `second_factor.changed` tells of the second step, in the transaction of the deed.
        """
        if template_prefix.startswith("mfa/"):
            return
        super().send_notification_mail(
            template_prefix, user, {**(context or {}), "user": user}, email
        )

    def respond_email_verification_sent(
        self, request: HttpRequest, user: Person | None
    ) -> HttpResponse:
        """Remember for the next page what was typed, and nothing that an account says (B1)."""
        request.session[LINK_SENT_TO] = request.POST.get("email") or request.POST.get("login")
        response: HttpResponse = super().respond_email_verification_sent(request, user)
        return response

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """After confirming: the account page for a change of address, else the way in."""
        signed_in = self.request.user.is_authenticated
        return reverse("account" if signed_in else "account_login")

    def is_reauthentication_required(self, *, app: str = "") -> bool:
        """Ask again by the one rule that our own pages have (B7), allauth's pages included."""
        return not reauthenticating.is_recent(context.request)

    def is_ajax(self, request: HttpRequest) -> bool:
        """Never answer in JSON: nothing here asks for it, and each form has its page."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """What allauth asks us about the second step.

    The secrets of apps and recovery codes are encrypted with SECRET_KEY, so that a copy of the
    database is no second factor. With another key, and without the old one among
    SECRET_KEY_FALLBACKS, no code of theirs is right any more; passkeys go on working.
    """

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This isn’t the code. Wait for the next one, and type that."),
        "unverified_email": _("Confirm your e-mail address first: we’ve sent you a link."),
    }

    def encrypt(self, text: str) -> str:
        return _secret_keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret; one that nobody knows when it can't be read."""
        try:
            return _secret_keys().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return gettext("Passkey")


def _secret_keys() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(f"second step {key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
