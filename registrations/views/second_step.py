"""The second step: setting it up, taking it at sign-in, and proving by it who one is.

allauth does the work. What changes a factor is asked for by somebody who said a moment ago who they
are, and is written into the history and to its owner in the same transaction.
"""

import json
from functools import wraps
from typing import Any

import segno
from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows as recovery
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.generic.edit import FormView

from registrations import second_factor
from registrations.models import Event
from registrations.reauthenticating import View, recently_signed_in

PICTURE = 6  # how many pixels a module of the QR code is wide


def by_all_its_steps(view: View) -> View:
    """Let a page of factors be reached by whoever said who they are a moment ago, by all steps.

    A session from before there was a second step, and the password, would else be enough to add a
    factor, take the others away, or see the recovery codes.
    """
    lately = recently_signed_in(view)

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person: Any = request.user
        if second_factor.has(person) and not second_factor.passed(request, person):
            return redirect(second_factor.way(request, person))
        return lately(request, *args, **kwargs)

    return asked


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What the person has, what they can add, and why their committee pages wait."""
    rows = list(Authenticator.objects.filter(user=request.user).order_by("pk"))  # type: ignore[misc]
    of = {row.type: row for row in rows}
    codes = of.get(Authenticator.Type.RECOVERY_CODES)
    kept = codes.wrap() if codes else None
    return render(
        request,
        "mfa/index.html",
        {
            "missed": second_factor.is_missed(request.user),
            "needed": second_factor.is_needed_by(request.user),
            "is_trial": not second_factor.is_required(),
            "app": of.get(Authenticator.Type.TOTP),
            "passkeys": [row for row in rows if row.type == Authenticator.Type.WEBAUTHN],
            "codes_left": len(kept.get_unused_codes()) if kept else None,
            "codes_were_shown": kept is not None and kept.did_view,
        },
    )


class Changing:
    """A change of somebody's factors: with its line in the history and its mail, or not at all."""

    kind: str
    factor: str

    def form_valid(self, form: Any) -> HttpResponse:
        request: HttpRequest = self.request  # type: ignore[attr-defined]
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            second_factor.changed(request.user, self.kind, self.factor)  # type: ignore[arg-type]
        return response


class Adding(Changing):
    """Whoever sets a factor up has taken the second step, in this session and no other."""

    kind = Event.Kind.FACTOR_ADDED

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        second_factor.take(self.request)  # type: ignore[attr-defined]
        return response


@method_decorator(by_all_its_steps, name="dispatch")
class SetUpApp(Adding, ActivateTOTPView):  # type: ignore[misc]
    factor = Authenticator.Type.TOTP

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the secret; the picture of it comes from `picture`, since pages hold no data."""
        context: dict[str, Any] = FormView.get_context_data(self, **kwargs)
        secret = context["form"].secret
        fours = [secret[start : start + 4] for start in range(0, len(secret), 4)]
        return context | {"secret": " ".join(fours)}


@require_GET
@by_all_its_steps
def picture(request: HttpRequest) -> HttpResponse:
    """The secret that the page before shows, as a QR code; dark on white in either theme."""
    secret = request.session.get(SECRET_SESSION_KEY)
    if not secret:
        raise Http404
    code = segno.make_qr(second_factor.address(request, secret), error="m")
    response = HttpResponse(content_type="image/svg+xml")
    code.save(response, kind="svg", scale=PICTURE, border=4, light="white")
    return response


@method_decorator(by_all_its_steps, name="dispatch")
class RemoveApp(Changing, DeactivateTOTPView):  # type: ignore[misc]
    kind, factor = Event.Kind.FACTOR_REMOVED, Authenticator.Type.TOTP


@method_decorator(by_all_its_steps, name="dispatch")
class AddPasskey(Adding, AddWebAuthnView):  # type: ignore[misc]
    factor = Authenticator.Type.WEBAUTHN

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Let the device make a passkey that it finds again by itself and guards."""
        context: dict[str, Any] = FormView.get_context_data(self, **kwargs)
        options = webauthn.begin_registration(self.request.user, passwordless=True)
        return context | {"options": json.dumps(options)}


@method_decorator(by_all_its_steps, name="dispatch")
class RenamePasskey(EditWebAuthnView):  # type: ignore[misc]
    """What the person calls it: nothing that a history or a mail needs."""

    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        messages.success(self.request, _("Your passkey has its new name."))
        return response


@method_decorator(by_all_its_steps, name="dispatch")
class RemovePasskey(Changing, RemoveWebAuthnView):  # type: ignore[misc]
    kind, factor = Event.Kind.FACTOR_REMOVED, Authenticator.Type.WEBAUTHN
    success_url = reverse_lazy("mfa_index")


@require_http_methods(["GET", "POST"])
@by_all_its_steps
def codes(request: HttpRequest) -> HttpResponse:
    """Say how many recovery codes are left; show them, once, to whoever asks for that."""
    found = second_factor.recovery_codes(request.user)  # type: ignore[arg-type]
    if found is None:
        raise Http404
    shown = second_factor.show_once(found) if request.method == "POST" else []
    return render(
        request,
        "mfa/recovery_codes/index.html",
        {
            "codes": shown,
            "left": len(found.get_unused_codes()),
            "were_shown": found.did_view and not shown,
        },
    )


@require_POST
@by_all_its_steps
def new_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes in place of the old ones."""
    if not second_factor.has(request.user):  # type: ignore[arg-type]
        raise Http404
    with transaction.atomic():
        recovery.generate_recovery_codes(request)
        second_factor.changed(request.user, Event.Kind.CODES_RENEWED)  # type: ignore[arg-type]
    return redirect("mfa_view_recovery_codes")


class Take(AuthenticateView):  # type: ignore[misc]
    """The second step at sign-in, after whatever the first one was."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask for a passkey, or for an app's code, only if there is one."""
        person = self.stage.login.user
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["has_app"] = second_factor.has_app(person)
        if second_factor.has_passkey(person):
            context["options"] = json.dumps(context["js_data"]["request_options"])
        return context


class AgainByCode(ReauthenticateView):  # type: ignore[misc]
    """Who it is, by a code."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"has_app": second_factor.has_app(self.request.user)}


class AgainByPasskey(ReauthenticateWebAuthnView):  # type: ignore[misc]
    """Who it is, by a passkey."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"options": json.dumps(context["js_data"]["request_options"])}

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, _("That passkey isn’t one of yours. Try another way."))
        return redirect(self.passthrough_next_url(self.request.path))


class SignInByPasskey(LoginWebAuthnView):  # type: ignore[misc]
    """Both steps in one, without a password; a script asks for the options first."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return what the device is to sign."""
        return JsonResponse({"options": webauthn.begin_authentication(user=None)})

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, _("We don’t know this passkey. Sign in another way."))
        return redirect("account_login")


set_up_app, remove_app = SetUpApp.as_view(), RemoveApp.as_view()
add_passkey, rename_passkey = AddPasskey.as_view(), RenamePasskey.as_view()
remove_passkey = RemovePasskey.as_view()
take, sign_in_by_passkey = Take.as_view(), SignInByPasskey.as_view()
again_by_code, again_by_passkey = AgainByCode.as_view(), AgainByPasskey.as_view()
