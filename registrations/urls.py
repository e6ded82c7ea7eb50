from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from registrations.views import desk, gates, handover, payments, people, queues, registering

urlpatterns = [
    path("", include("registrations.public_urls")),
    path(_("start/"), registering.start, name="start"),
    path(_("register/"), registering.programs, name="register"),
    path(_("register/<slug:program>/"), registering.application, name="application"),
    path(_("registrations/<int:registration>/"), registering.status, name="registration_status"),
    path(_("registrations/<int:registration>/check/"), registering.check, name="check_answers"),
    path(_("registrations/<int:registration>/withdraw/"), registering.withdraw, name="withdraw"),
    path(_("desk/"), desk.home, name="desk"),
    path(_("desk/registrations/"), queues.queue, name="queue"),
    path(_("desk/registrations/together/"), queues.together, name="queue_together"),
    path(_("desk/registrations/take-back/"), queues.take_back, name="queue_take_back"),
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
    path(_("desk/registrations/<int:registration>/note/"), gates.remark, name="desk_remark"),
    path(_("desk/registrations/<int:registration>/payment/"), payments.pay, name="desk_pay"),
    path(_("desk/registrations/<int:registration>/waive/"), payments.waive, name="desk_waive"),
    path(_("desk/registrations/<int:registration>/refund/"), payments.refund, name="desk_refund"),
    path(_("desk/payments/"), payments.ledger, name="payments"),
    path(_("desk/people/"), people.appointments, name="appointments"),
    path(_("desk/people/<int:appointment>/"), people.change, name="appointment"),
    path(_("desk/people/<int:appointment>/end/"), people.end, name="appointment_end"),
    path(_("desk/handover/"), handover.page, name="handover"),
]
