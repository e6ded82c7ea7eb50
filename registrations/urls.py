from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from registrations.views import (
    account,
    bank,
    deposits,
    desk,
    desk_mentors,
    gates,
    handover,
    ledger,
    life,
    mail_texts,
    memberships,
    mentor_offers,
    mentorships,
    notice_kinds,
    notices,
    organisations,
    payments,
    people,
    plan,
    programs,
    proofs,
    queues,
    registering,
    rosters,
    rules,
    work,
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

one_program = [
    path(_("needed/"), rules.needed, name="rules_needed"),
    path(_("groups/add/"), rules.group, name="rules_group_add"),
    path(_("groups/<slug:group>/"), rules.group, name="rules_group"),
    path(_("types/add/"), rules.activity_type, name="rules_type_add"),
    path(_("types/<slug:type>/"), rules.activity_type, name="rules_type"),
    path(_("remove/<slug:kind>/<slug:key>/"), rules.remove, name="rules_remove"),
    path(_("discard/"), rules.discard, name="rules_discard"),
    path(_("subjects/"), rules.subject_areas, name="rules_subjects"),
]

program_set_up = [
    path("", programs.program, name="program"),
    path(_("parts/<slug:section>/"), programs.section, name="program_part"),
    path(_("statements/"), programs.statement_uses, name="program_uses"),
    path(_("preview/<slug:page>/"), programs.preview, name="program_preview"),
    path(_("open/"), programs.open_it, name="program_open"),
    path(_("close/"), programs.close, name="program_close"),
    path(_("retire/"), programs.retire, name="program_retire"),
    path(_("delete/"), programs.delete, name="program_delete"),
]

notices_desk = [
    path("", notices.listed, name="notices"),
    path("<int:notice>/", notices.notice, name="notice"),
    path(_("<int:notice>/change/"), notices.change, name="notice_change"),
    path("<int:notice>/<slug:language>/", notices.html, name="notice_html"),
    path(_("kinds/"), notice_kinds.kinds, name="notice_kinds"),
    path(_("kinds/<slug:notice_kind>/"), notice_kinds.kind, name="notice_kind"),
    path(_("kinds/<slug:notice_kind>/go-on/"), notice_kinds.go_on, name="notice_kind_go_on"),
    path(
        _("kinds/<slug:notice_kind>/example/<slug:language>/"),
        notice_kinds.example,
        name="notice_example",
    ),
    path(_("failed/"), notice_kinds.failed_mail, name="failed_mail"),
    path(_("failed/<int:mail>/again/"), notice_kinds.mail_again, name="failed_mail_again"),
]

organisations_desk = [
    path("", organisations.listing, name="organisations"),
    path("<int:organisation>/", organisations.organisation, name="organisation"),
    path(
        _("<int:organisation>/allocations/<slug:program>/"),
        organisations.allocations,
        name="allocations",
    ),
]

mail_texts_desk = [
    path("", mail_texts.home, name="mail_texts"),
    path("<slug:program>/", mail_texts.of_program, name="mail_texts_of"),
    path("<slug:program>/<slug:kind>/", mail_texts.text, name="mail_wording"),
    path(_("<slug:program>/<slug:kind>/edit/"), mail_texts.edit, name="mail_wording_edit"),
    path(
        _("<slug:program>/<slug:kind>/<slug:language>/preview/"),
        mail_texts.as_html,
        name="mail_wording_html",
    ),
    path(
        _("<slug:program>/<slug:kind>/<slug:language>/test/"),
        mail_texts.send_test,
        name="mail_wording_test",
    ),
    path(
        _("<slug:program>/<slug:kind>/<slug:language>/standard/"),
        mail_texts.back_to_standard,
        name="mail_wording_standard",
    ),
    path(
        _("<slug:program>/<slug:kind>/<slug:language>/<int:version>/again/"),
        mail_texts.take_again,
        name="mail_wording_again",
    ),
]

urlpatterns = [
    path("", include("registrations.public_urls")),
    path(_("start/"), registering.start, name="start"),
    path(_("address-right/"), account.address_right, name="address_right"),
    path(_("register/"), registering.programs, name="register"),
    path(_("register/<slug:program>/"), registering.application, name="application"),
    path(_("registrations/<int:registration>/"), registering.status, name="registration_status"),
    path(_("registrations/<int:registration>/check/"), registering.check, name="check_answers"),
    path(_("registrations/<int:registration>/withdraw/"), registering.withdraw, name="withdraw"),
    path(_("registrations/"), life.mine, name="my_registrations"),
    path(_("registrations/<int:registration>/changes/"), life.changes, name="changes"),
    path(_("registrations/<int:registration>/correct/"), life.correct, name="correct"),
    path(_("registrations/<int:registration>/move/"), life.move, name="move"),
    path(_("registrations/<int:registration>/proof/"), proofs.upload, name="proof_upload"),
    path(
        _("registrations/<int:registration>/proof/<int:proof>/"),
        proofs.download,
        name="proof_file",
    ),
    path(_("registrations/<int:registration>/plan/"), include(one_plan)),
    path(_("mentoring/"), include(mentoring)),
    path(_("desk/mentors/"), include(mentors_desk)),
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
    path(_("desk/registrations/<int:registration>/member/"), gates.match, name="desk_member"),
    path(_("desk/memberships/"), memberships.memberships, name="desk_memberships"),
    path(_("desk/registrations/<int:registration>/approve/"), gates.approve, name="desk_approve"),
    path(_("desk/registrations/<int:registration>/decline/"), gates.decline, name="desk_decline"),
    path(_("desk/registrations/<int:registration>/note/"), gates.remark, name="desk_remark"),
    path(_("desk/registrations/<int:registration>/payment/"), payments.pay, name="desk_pay"),
    path(_("desk/registrations/<int:registration>/waive/"), payments.waive, name="desk_waive"),
    path(_("desk/registrations/<int:registration>/refund/"), payments.refund, name="desk_refund"),
    path(_("desk/registrations/<int:registration>/move/"), life.desk_move, name="desk_move"),
    path(
        _("desk/registrations/<int:registration>/withdraw/"),
        life.desk_withdraw,
        name="desk_withdraw",
    ),
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
    path(_("desk/mail-texts/"), include(mail_texts_desk)),
    path(_("desk/roster/"), rosters.home, name="roster_home"),
    path(_("desk/roster/<slug:association>/"), rosters.page, name="roster"),
    path(_("desk/roster/<slug:association>/upload/"), rosters.upload, name="roster_upload"),
    path(
        _("desk/roster/<slug:association>/<int:roster>/"),
        rosters.preview_page,
        name="roster_preview",
    ),
    path(
        _("desk/roster/<slug:association>/<int:roster>/columns/"),
        rosters.columns,
        name="roster_columns",
    ),
    path(
        _("desk/roster/<slug:association>/<int:roster>/confirm/"),
        rosters.confirm,
        name="roster_confirm",
    ),
    path(_("desk/roster/<slug:association>/<int:roster>/drop/"), rosters.drop, name="roster_drop"),
    path(_("desk/roster/<slug:association>/<int:roster>/undo/"), rosters.undo, name="roster_undo"),
    path(_("desk/programs/"), programs.home, name="programs_desk"),
    path(_("desk/programs/<slug:program>/"), include(program_set_up)),
    path(_("desk/rules/<slug:program>/"), include(one_program)),
    path(_("desk/people/"), people.appointments, name="appointments"),
    path(_("desk/people/<int:appointment>/"), people.change, name="appointment"),
    path(_("desk/people/<int:appointment>/end/"), people.end, name="appointment_end"),
    path(_("desk/e-mails/"), include(notices_desk)),
    path(_("desk/organizations/"), include(organisations_desk)),
    path(_("desk/handover/"), handover.page, name="handover"),
    path(_("desk/work/"), work.overview, name="work"),
    path(_("desk/work/<slug:work>/again/"), work.again, name="work_again"),
]
