"""The way into an account: allauth's pages under addresses of our own, by allauth's names."""

from django.urls import path, re_path
from django.utils.translation import gettext_lazy as _

from registrations.views import account as views
from registrations.views import own_privacy, personal, reminders, second_step, sessions

urlpatterns = [
    path("", views.account, name="account"),
    path(_("open/"), views.SignupView.as_view(), name="account_signup"),
    path(_("sign-in/"), views.login, name="account_login"),
    path(_("sign-in/code/"), views.request_login_code, name="account_request_login_code"),
    path(_("sign-in/code/enter/"), views.confirm_login_code, name="account_confirm_login_code"),
    path(_("sign-in/second-step/"), second_step.take, name="mfa_authenticate"),
    path(_("sign-in/passkey/"), second_step.sign_in_by_passkey, name="mfa_login_webauthn"),
    path(_("sign-out/"), views.LogoutView.as_view(), name="account_logout"),
    path(_("closed/"), views.account_inactive, name="account_inactive"),
    path(_("consents/"), own_privacy.agreed, name="consents"),
    path(_("who-looked/"), own_privacy.looked, name="who_looked"),
    path(_("reminders/"), reminders.reminders, name="reminders"),
    path(_("data/"), personal.my_data, name="my_data"),
    path(_("data/copy/"), personal.ask_copy, name="data_copy_ask"),
    path(_("data/copy/<int:copy>/"), personal.download, name="data_copy"),
    path(_("data/erase/"), personal.erase, name="erase_data"),
    path(_("data/keep/"), personal.keep, name="keep_data"),
    path(_("data/keep/<str:token>/"), personal.keep_by_link, name="erasure_keep"),
    path(_("is-it-you/"), views.ReauthenticateView.as_view(), name="account_reauthenticate"),
    path(_("is-it-you/code/"), second_step.again_by_code, name="mfa_reauthenticate"),
    path(_("is-it-you/passkey/"), second_step.again_by_passkey, name="mfa_reauthenticate_webauthn"),
    path(_("is-it-you/go-on/"), views.go_on, name="account_go_on"),
    path(_("second-step/"), second_step.overview, name="mfa_index"),
    path(_("second-step/app/"), second_step.set_up_app, name="mfa_activate_totp"),
    path(_("second-step/app/picture/"), second_step.picture, name="mfa_totp_picture"),
    path(_("second-step/app/remove/"), second_step.remove_app, name="mfa_deactivate_totp"),
    path(_("second-step/passkey/"), second_step.add_passkey, name="mfa_add_webauthn"),
    path(
        _("second-step/passkey/<int:pk>/rename/"),
        second_step.rename_passkey,
        name="mfa_edit_webauthn",
    ),
    path(
        _("second-step/passkey/<int:pk>/remove/"),
        second_step.remove_passkey,
        name="mfa_remove_webauthn",
    ),
    path(_("second-step/codes/"), second_step.codes, name="mfa_view_recovery_codes"),
    path(_("second-step/codes/new/"), second_step.new_codes, name="mfa_generate_recovery_codes"),
    path(_("sessions/"), sessions.listed, name="usersessions_list"),
    path(_("sessions/<int:session>/end/"), sessions.end, name="session_end"),
    path(_("sessions/end-others/"), sessions.end_others, name="sessions_end_others"),
    path(_("e-mail/"), views.ChangeEmailView.as_view(), name="account_email"),
    path(
        _("e-mail/confirm/"),
        views.email_verification_sent,
        name="account_email_verification_sent",
    ),
    path(
        _("e-mail/confirm/<str:key>/"),
        views.ConfirmEmailView.as_view(),
        name="account_confirm_email",
    ),
    path(_("password/"), views.ChangePasswordView.as_view(), name="account_change_password"),
    path(_("password/first/"), views.SetPasswordView.as_view(), name="account_set_password"),
    path(
        _("password/forgotten/"), views.ResetPasswordView.as_view(), name="account_reset_password"
    ),
    path(
        _("password/forgotten/sent/"),
        views.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        _("password/forgotten/done/"),
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        _(r"^password/forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"),
        views.NewPasswordView.as_view(),
        name="account_reset_password_from_key",
    ),
]
