from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from registrations.views import bank, deposits, desk, gates, ledger, payments, people, registering

urlpatterns = [
    path("", include("registrations.public_urls")),
    path(_("start/"), registering.start, name="start"),
    path(_("register/"), registering.programs, name="register"),
    path(_("register/<slug:program>/"), registering.application, name="application"),
    path(_("registrations/<int:registration>/"), registering.status, name="registration_status"),
    path(_("registrations/<int:registration>/check/"), registering.check, name="check_answers"),
    path(_("registrations/<int:registration>/withdraw/"), registering.withdraw, name="withdraw"),
    path(_("desk/"), desk.home, name="desk"),
    path(_("desk/registrations/"), desk.queue, name="queue"),
    path(
        _("desk/registrations/<int:registration>/"),
        desk.registration_page,
        name="desk_registration",
    ),
    path(
        _("desk/registrations/<int:registration>/membership/"),
        gates.membership,
        name="desk_membership",
    ),
    path(_("desk/registrations/<int:registration>/approve/"), gates.approve, name="desk_approve"),
    path(_("desk/registrations/<int:registration>/decline/"), gates.decline, name="desk_decline"),
    path(_("desk/registrations/<int:registration>/payment/"), payments.pay, name="desk_pay"),
    path(_("desk/registrations/<int:registration>/waive/"), payments.waive, name="desk_waive"),
    path(_("desk/registrations/<int:registration>/refund/"), payments.refund, name="desk_refund"),
    path(_("desk/payments/"), ledger.owing, name="payments"),
    path(_("desk/payments/ledger/"), ledger.lines, name="ledger"),
    path(_("desk/payments/ledger/export/"), ledger.export, name="ledger_export"),
    path(_("desk/payments/months/"), ledger.months, name="ledger_months"),
    path(_("desk/payments/bank/"), bank.exports, name="bank_exports"),
    path(_("desk/payments/bank/<int:export>/"), bank.export, name="bank_export"),
    path(_("desk/payments/bank/<int:export>/record/"), bank.confirm, name="bank_confirm"),
    path(_("desk/payments/deposits/<int:line>/"), deposits.deposit, name="bank_line"),
    path(_("desk/payments/deposits/<int:line>/aside/"), deposits.set_aside, name="bank_line_aside"),
    path(_("desk/payments/deposits/<int:line>/back/"), deposits.take_back, name="bank_line_back"),
    path(_("desk/people/"), people.appointments, name="appointments"),
    path(_("desk/people/<int:appointment>/end/"), people.end, name="appointment_end"),
]
