"""What is written about an account. Whoever types an address causes some of these: those hold no
text that somebody typed."""

from datetime import UTC, date, datetime

from django.utils.translation import gettext as _

from cec import mail
from cec.templatetags.look import moment
from cec.wording import day as write_day

WHEN = datetime(2026, 3, 15, 16, 5, tzinfo=UTC)


def _why() -> str:
    return _("You’re getting this because this address was typed on the sign-in pages.")


def _why_owner() -> str:
    return _("You’re getting this because it’s about the safety of your account.")


def _if_not_you() -> str:
    return _("If that wasn’t you, there’s nothing to do: nothing happens without this e-mail.")


@mail.letter("account_opened", example=lambda: ("Mg:key",), urgent=True)
def account_opened(key: str) -> mail.Letter:
    return mail.Letter(
        subject=_("Confirm your e-mail address"),
        heading=_("One step to your account"),
        paragraphs=[
            _(
                "An account for the Continuing Education Certificate was opened with this address."
                " Open the page below and confirm it there. The link works for three days."
            )
        ],
        button=(_("Go to the page"), mail.absolute_url("account_confirm_email", key=key)),
        closing=[
            _("If you didn’t open an account, don’t confirm anything: nobody can use it then.")
        ],
        why=_("You’re getting this because this address was given for a new account."),
    )


@mail.letter("address_to_confirm", example=lambda: ("Mg:key",), urgent=True)
def address_to_confirm(key: str) -> mail.Letter:
    return mail.Letter(
        subject=_("Confirm this e-mail address"),
        heading=_("Is this your address?"),
        paragraphs=[
            _(
                "An account for the Continuing Education Certificate wants to use this address."
                " Open the page below and confirm it there. The link works for three days."
            )
        ],
        button=(_("Go to the page"), mail.absolute_url("account_confirm_email", key=key)),
        closing=[_if_not_you()],
        why=_why(),
    )


@mail.letter("account_exists", example=lambda: (), urgent=True)
def account_exists() -> mail.Letter:
    return mail.Letter(
        subject=_("You already have an account"),
        paragraphs=[
            _("Somebody, most likely you, wanted to open an account here. You have one already."),
            _("Sign in with your password, or have a code sent to this address."),
        ],
        button=(_("Sign in"), mail.absolute_url("account_login")),
        closing=[_if_not_you()],
        why=_why(),
    )


@mail.letter("account_unknown", example=lambda: (), urgent=True)
def account_unknown() -> mail.Letter:
    return mail.Letter(
        subject=_("There’s no account with this address"),
        paragraphs=[
            _("Somebody, most likely you, wanted to sign in with this address. It has no account."),
            _("Try the address that you gave when you registered, or open an account."),
        ],
        button=(_("Open an account"), mail.absolute_url("account_signup")),
        closing=[_if_not_you()],
        why=_why(),
    )


@mail.letter("sign_in_code", example=lambda: ("BCDF-GHJK",), urgent=True, short_lived=True)
def sign_in_code(code: str) -> mail.Letter:
    return mail.Letter(
        subject=_("Your code to sign in"),
        preheader=_("It works for three minutes."),
        paragraphs=[
            _("Enter this code on the page that asked for it. It works for three minutes.")
        ],
        facts=[(_("Code"), code)],
        closing=[
            _("Don’t give it to anybody: nobody from the program will ask you for it."),
            _if_not_you(),
        ],
        why=_why(),
    )


@mail.letter("password_forgotten", example=lambda: ("7", "key"), urgent=True, short_lived=True)
def password_forgotten(uid: str, key: str) -> mail.Letter:
    return mail.Letter(
        subject=_("Choose a new password"),
        paragraphs=[
            _("Open the page below to choose a new password. The link works once, for one hour.")
        ],
        button=(
            _("Choose a new password"),
            mail.absolute_url("account_reset_password_from_key", uidb36=uid, key=key),
        ),
        closing=[_if_not_you()],
        why=_why(),
    )


@mail.letter("password_changed", example=lambda: (WHEN,), urgent=True)
def password_changed(when: datetime) -> mail.Letter:
    return mail.Letter(
        subject=_("Your password was changed"),
        paragraphs=[_("If that was you, there’s nothing to do.")],
        facts=[(_("Changed"), moment(when))],
        button=(_("It wasn’t me"), mail.absolute_url("account_reset_password")),
        closing=[
            _(
                "If it wasn’t you, choose a new password right away. That ends all other sessions"
                " of your account."
            )
        ],
        why=_why_owner(),
    )


@mail.letter("address_changed", example=lambda: ("new@example.org",), urgent=True)
def address_changed(address: str) -> mail.Letter:
    return mail.Letter(
        subject=_("Your e-mail address was changed"),
        paragraphs=[_("From now on you sign in with the new address, and we write to it.")],
        facts=[(_("New address"), address)],
        closing=[
            _(
                "If it wasn’t you, tell your association right away: this address no longer works"
                " here."
            )
        ],
        why=_why_owner(),
    )


@mail.letter("address_dropped", example=lambda: ("new@example.org",))
def address_dropped(address: str) -> mail.Letter:
    return mail.Letter(
        subject=_("Your e-mail address stays as it is"),
        paragraphs=[_("The change to another address was called off.")],
        facts=[(_("Called off"), address)],
        why=_why_owner(),
    )


@mail.letter("account_ends", example=lambda: (date(2026, 3, 15),))
def account_ends(ends_on: date) -> mail.Letter:
    return mail.Letter(
        subject=_("Do you still want your account?"),
        paragraphs=[
            _(
                "Nobody has signed in to your account for years, and nothing in it goes on. We keep"
                " what is personal no longer than it’s needed, so we erase it after %(day)s."
            ),
            _("If you want to keep it, sign in once before then. That’s all there is to do."),
            _("A certificate that you were issued stays valid and can be verified either way."),
        ],
        button=(_("Sign in"), mail.absolute_url("account_login")),
        why=_("You’re getting this because you have an account with this address."),
        values={"day": write_day(ends_on)},
    )
