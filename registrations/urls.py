from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from registrations.views import (
    desk,
    desk_mentors,
    gates,
    mentor_offers,
    mentorships,
    payments,
    people,
    plan,
    registering,
)

one_plan = [
    path("", plan.plan, name="plan"),
    path(_("goals/"), plan.add_goal, name="goal_add"),
    path(_("goals/<int:goal>/"), plan.change_goal, name="goal_change"),
    path(_("mentor/ask/"), plan.ask, name="mentor_ask"),
    path(_("mentor/take-back/"), plan.take_back, name="mentor_take_back"),
    path(_("mentor/invite/"), plan.invite, name="mentor_invite"),
    path(_("mentor/invite/<int:invitation>/take-back/"), plan.revoke, name="invitation_revoke"),
    path(_("note/"), plan.note, name="plan_note"),
]

mentoring = [
    path(_("offer/<slug:program>/"), mentor_offers.offer, name="mentor_offer"),
    path(_("offer/<slug:program>/change/"), mentor_offers.offer_state, name="mentor_offer_state"),
    path(_("invitation/<str:secret>/"), mentorships.invitation, name="mentor_invitation"),
    path(_("<int:mentorship>/accept/"), mentorships.accept, name="mentorship_accept"),
    path(_("<int:mentorship>/decline/"), mentorships.decline, name="mentorship_decline"),
    path(_("<int:mentorship>/end/"), mentorships.end, name="mentorship_end"),
]

mentors_desk = [
    path("", desk_mentors.mentors, name="desk_mentors"),
    path(_("offers/<int:offer>/confirm/"), desk_mentors.confirm, name="mentor_confirm"),
    path(_("offers/<int:offer>/end/"), desk_mentors.turn_down, name="mentor_turn_down"),
    path(_("<int:registration>/assign/"), desk_mentors.assign, name="mentor_assign"),
    path(_("<int:registration>/end/"), desk_mentors.end, name="mentor_end"),
]

urlpatterns = [
    path("", include("registrations.public_urls")),
    path(_("start/"), registering.start, name="start"),
    path(_("register/"), registering.programs, name="register"),
    path(_("register/<slug:program>/"), registering.application, name="application"),
    path(_("registrations/<int:registration>/"), registering.status, name="registration_status"),
    path(_("registrations/<int:registration>/check/"), registering.check, name="check_answers"),
    path(_("registrations/<int:registration>/withdraw/"), registering.withdraw, name="withdraw"),
    path(_("registrations/<int:registration>/plan/"), include(one_plan)),
    path(_("mentoring/"), include(mentoring)),
    path(_("desk/mentors/"), include(mentors_desk)),
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
    path(_("desk/payments/"), payments.ledger, name="payments"),
    path(_("desk/people/"), people.appointments, name="appointments"),
    path(_("desk/people/<int:appointment>/end/"), people.end, name="appointment_end"),
]
