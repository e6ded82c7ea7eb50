"""The way into an account: allauth's pages under addresses of our own, by allauth's names."""

from django.urls import path, re_path
from django.utils.translation import gettext_lazy as _

from registrations.views import account as views
from registrations.views import personal, reminders

urlpatterns = [
    path("", views.account, name="account"),
    path(_("open/"), views.SignupView.as_view(), name="account_signup"),
    path(_("sign-in/"), views.login, name="account_login"),
    path(_("sign-in/code/"), views.request_login_code, name="account_request_login_code"),
    path(_("sign-in/code/enter/"), views.confirm_login_code, name="account_confirm_login_code"),
    path(_("sign-out/"), views.LogoutView.as_view(), name="account_logout"),
    path(_("closed/"), views.account_inactive, name="account_inactive"),
    path(_("reminders/"), reminders.reminders, name="reminders"),
    path(_("data/"), personal.my_data, name="my_data"),
    path(_("data/copy/"), personal.ask_copy, name="data_copy_ask"),
    path(_("data/copy/<int:copy>/"), personal.download, name="data_copy"),
    path(_("data/erase/"), personal.erase, name="erase_data"),
    path(_("data/keep/"), personal.keep, name="keep_data"),
    path(_("data/keep/<str:token>/"), personal.keep_by_link, name="erasure_keep"),
    path(_("is-it-you/"), views.reauthenticate, name="account_reauthenticate"),
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
