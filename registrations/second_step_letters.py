"""What is written about somebody's second step, in case it wasn't them who changed it."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cec import mail

FACTORS: dict[str, Any] = {
    "totp": gettext_lazy("Codes from an app"),
    "webauthn": gettext_lazy("A passkey"),
}


def _letter(subject: str, paragraph: str, *facts: tuple[str, Any]) -> mail.Letter:
    return mail.Letter(
        subject=subject,
        paragraphs=[paragraph, _("If that was you, there’s nothing to do.")],
        facts=facts,
        button=(_("Look at your account"), mail.absolute_url("mfa_index")),
        closing=[
            _(
                "If it wasn’t you, choose a new password right away. That ends all other sessions"
                " of your account."
            )
        ],
        why=_("You’re getting this because it’s about the safety of your account."),
    )


@mail.letter("factor_added", example=lambda: ("totp",), urgent=True)
def factor_added(factor: str) -> mail.Letter:
    return _letter(
        _("A second step was set up for your account"),
        _("From now on, signing in with your password or a mailed code takes this as well."),
        (_("Added"), FACTORS[factor]),
    )


@mail.letter("factor_removed", example=lambda: ("totp",), urgent=True)
def factor_removed(factor: str) -> mail.Letter:
    return _letter(
        _("A second step was removed from your account"),
        _("It isn’t asked for any more when somebody signs in to your account."),
        (_("Removed"), FACTORS[factor]),
    )


@mail.letter("codes_renewed", example=lambda: (), urgent=True)
def codes_renewed() -> mail.Letter:
    return _letter(
        _("You have new recovery codes"),
        _("The old ones don’t work any more."),
    )


@mail.letter("factor_reset", example=lambda: (), urgent=True)
def factor_reset() -> mail.Letter:
    return mail.Letter(
        subject=_("Your second step was taken away"),
        paragraphs=[
            _(
                "An administrator took it away because it was lost, and ended all your sessions."
                " Sign in with your password or a mailed code, and set up a new one."
            )
        ],
        button=(_("Sign in"), mail.absolute_url("account_login")),
        closing=[
            _("If you didn’t ask for that, answer this e-mail or tell your association right away.")
        ],
        why=_("You’re getting this because it’s about the safety of your account."),
    )
