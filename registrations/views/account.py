"""The pages of an account. allauth does the work; here is what we want differently.

The language of a page is the one in its address, also after signing in: whoever reads a page goes
on in its language. The profile's language is that of the mail; it is the page's at sign-up, and
afterwards the person's own choice on the account page.
"""

from typing import Any

from allauth.account import views as allauth
from allauth.account.adapter import get_adapter
from allauth.account.views import (
    account_inactive,
    confirm_login_code,
    email_verification_sent,
    login,
    password_reset_done,
    password_reset_from_key_done,
    request_login_code,
)
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registrations import reaching, reauthenticating, renaming, second_factor
from registrations.forms.accounts import ProfileForm
from registrations.mentoring import offers
from registrations.models import Person
from registrations.reauthenticating import recently_signed_in

__all__ = [
    "ChangeEmailView",
    "ChangePasswordView",
    "ConfirmEmailView",
    "LogoutView",
    "NewPasswordView",
    "ReauthenticateView",
    "ResetPasswordView",
    "SetPasswordView",
    "SignupView",
    "account",
    "account_inactive",
    "address_right",
    "confirm_login_code",
    "email_verification_sent",
    "go_on",
    "login",
    "password_reset_done",
    "password_reset_from_key_done",
    "request_login_code",
]


@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Name, language and colours; the way to e-mail and password."""
    person = Person.objects.get(pk=request.user.pk)  # type: ignore[misc]
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=person)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            renaming.rename(person, name=form.cleaned_data["name"], by=person)
            form.save()
        with translation.override(person.language):
            messages.success(request, _("Your changes are saved."))
            response = redirect("account")
        remember_language(response, person.language)
        return response
    status = 422 if form.is_bound else 200
    context = {
        "form": form,
        "name_to_be_printed": renaming.is_about_to_be_printed(person),
        "name_was_printed": renaming.was_printed(person),
        "mentor_programs": offers.programs(),
        "has_second_factor": second_factor.has(request.user),  # type: ignore[arg-type]
    }
    return render(request, "account/account.html", context, status=status)


@require_GET
def go_on(request: HttpRequest) -> HttpResponse:
    """Give back what somebody sent before they were asked who they are: one more click sends it."""
    kept = reauthenticating.kept(request)
    if kept is None:
        return redirect("start")
    fields = [(name, value) for name, values in kept["fields"] for value in values]
    return render(request, "account/go_on.html", {"to": kept["to"], "fields": fields})


@require_POST
def address_right(request: HttpRequest) -> HttpResponse:
    """The person says that the address is right which mail comes back from."""
    if reaching.confirm(request.user):  # type: ignore[arg-type]
        messages.success(request, _("Thank you. We go on writing to this address."))
    return redirect("account")


def remember_language(response: HttpResponse, language: str) -> None:
    """Let the browser keep the language, for addresses that don't name one."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,  # type: ignore[arg-type]
    )


class Together:
    """What a form does and the mail about it are one transaction (H6)."""

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            return super().form_valid(form)  # type: ignore[misc, no-any-return]


class SignupView(allauth.SignupView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        """Open the account and write the mail together.

        Two tries at once with one address: the second one gets the answer that anybody gets whose
        address has an account.
        """
        try:
            with transaction.atomic():
                return super().form_valid(form)  # type: ignore[no-any-return]
        except IntegrityError:
            form.account_already_exists = True
            with transaction.atomic():
                return super().form_valid(form)  # type: ignore[no-any-return]


class LogoutView(allauth.LogoutView):  # type: ignore[misc]
    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session, and forget the pages that the browser kept (C4)."""
        response: HttpResponse = super().post(*args, **kwargs)
        response["Clear-Site-Data"] = '"cache"'
        return response


class ConfirmEmailView(allauth.ConfirmEmailView):  # type: ignore[misc]
    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Confirm the address; the notice to the old one is written with it."""
        try:
            with transaction.atomic():
                return super().post(*args, **kwargs)  # type: ignore[no-any-return]
        except IntegrityError:  # the address became another account's in the meantime
            messages.error(self.request, _("This address belongs to another account."))
            return redirect("account_login")

    def logout_other_user(self, confirmation: Any) -> None:
        """Sign somebody else out only when they confirm, not because they opened a link (C6)."""
        if self.request.method == "POST":
            super().logout_other_user(confirmation)


@method_decorator(recently_signed_in, name="dispatch")
class ChangeEmailView(allauth.EmailView):  # type: ignore[misc]
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for another address, again, or no longer; it takes effect once confirmed (B7)."""
        with transaction.atomic():
            return super().post(request, *args, **kwargs)  # type: ignore[no-any-return]


class ReauthenticateView(allauth.ReauthenticateView):  # type: ignore[misc]
    """Who it is, by the password; who signs in with mailed codes alone signs in anew."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if get_adapter().get_reauthentication_methods(request.user):
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
            return response
        way_back = self.passthrough_next_url(reverse("account_request_login_code"))
        return render(request, "account/reauthenticate_by_code.html", {"way_back": way_back})


@method_decorator(recently_signed_in, name="dispatch")
class ChangePasswordView(Together, allauth.PasswordChangeView):  # type: ignore[misc]
    """Change the password; it takes the old one."""


@method_decorator(recently_signed_in, name="dispatch")
class SetPasswordView(Together, allauth.PasswordSetView):  # type: ignore[misc]
    """Choose a first password, for those whose account was opened for them."""


class ResetPasswordView(Together, allauth.PasswordResetView):  # type: ignore[misc]
    """Ask for a link to choose a new password."""


class NewPasswordView(Together, allauth.PasswordResetFromKeyView):  # type: ignore[misc]
    """Choose a new password after opening the link; a scanner that opens it changes nothing."""
