from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from activities.views import (
    again,
    audits,
    courses,
    cycle,
    deleting,
    desk_requests,
    entry,
    evidence,
    importing,
    listing,
    mentees,
    questions,
    record,
    requests,
    rule_versions,
    rules,
    several,
    standing,
    years,
)

one_activity = [
    path("", entry.entry, name="activity"),
    path(_("duplicate/"), again.duplicate, name="activity_duplicate"),
    path(_("this-month/"), again.again, name="activity_again"),
    path(_("done/"), again.done, name="activity_done"),
    path(_("suggest/"), mentees.suggest, name="suggest"),
    path(_("ask/"), questions.ask, name="question_ask"),
    path(_("delete/"), deleting.delete, name="activity_delete"),
    path(_("restore/"), deleting.restore, name="activity_restore"),
    path(_("evidence/"), evidence.add, name="evidence_add"),
    path(_("evidence/<int:evidence>/"), evidence.download, name="evidence_file"),
    path(_("evidence/<int:evidence>/remove/"), evidence.remove, name="evidence_remove"),
    path(_("counts-in/<int:other>/"), several.count_in, name="activity_count_in"),
    path(_("counts-in/<int:other>/take-out/"), several.take_out, name="activity_take_out"),
]

activities = [
    path("", listing.activities, name="activities"),
    path(_("add/"), entry.add, name="activity_add"),
    path(_("preview/"), listing.preview, name="activity_preview"),
    path("<int:activity>/", include(one_activity)),
]

one_request = [
    path("", requests.request_page, name="request"),
    path(_("answer/"), requests.answer, name="request_answer"),
    path(_("take-back/"), requests.withdraw, name="request_withdraw"),
]

own_requests = [
    path("", requests.listing, name="requests"),
    path(_("entry/"), requests.for_entry, name="request_entry"),
    path(_("part/"), requests.for_part, name="request_part"),
    path("<int:credit_request>/", include(one_request)),
]

one_desk_request = [
    path("", desk_requests.request_page, name="desk_request"),
    path(_("approve/"), desk_requests.approve, name="desk_request_approve"),
    path(_("decline/"), desk_requests.decline, name="desk_request_decline"),
    path(_("ask/"), desk_requests.ask_back, name="desk_request_ask"),
]

requests_desk = [
    path("", desk_requests.listing, name="desk_requests"),
    path("<int:credit_request>/", include(one_desk_request)),
]

one_record = [
    path("", record.record, name="record"),
    path(_("standing/"), standing.standing, name="standing"),
    path(_("activities/"), include(activities)),
    path(_("suggestions/<int:suggestion>/"), mentees.answer, name="suggestion_answer"),
    path(_("questions/<int:question>/answer/"), questions.answer, name="question_answer"),
    path(_("questions/<int:question>/settle/"), questions.settle, name="question_settle"),
    path(_("courses/"), courses.courses, name="courses"),
    path(_("requests/"), include(own_requests)),
    path(_("import/"), importing.upload, name="record_import"),
    path(_("import/<int:pk>/"), importing.preview, name="import_preview"),
    path(_("import/<int:pk>/columns/"), importing.columns, name="import_columns"),
    path(_("export/"), importing.export, name="record_export"),
]

one_cycle = [
    path("", cycle.cycle, name="cycle"),
    path(_("extend/"), cycle.extend, name="cycle_extend"),
    path(_("leave/"), cycle.leave, name="cycle_leave"),
    path(_("<int:change>/take-back/"), cycle.take_back, name="cycle_take_back"),
]

one_program = [
    path("", rules.program_rules, name="rules"),
    path(_("rehearse/"), rules.rehearse, name="rules_rehearse"),
    path(_("rehearsal/"), rules.rehearsal, name="rules_rehearsal"),
    path(_("publish/"), rules.publish, name="rules_publish"),
    path(_("versions/"), rule_versions.versions, name="rules_versions"),
    path(_("versions/<int:version>/"), rule_versions.version, name="rules_version"),
]

closed_years = [
    path("", years.years, name="years"),
    path(_("export/"), years.export, name="years_export"),
    path("<int:result>/", years.one, name="year_result"),
    path(_("<int:result>/open-again/"), years.reopen, name="year_reopen"),
]

urlpatterns = [
    path(_("record/"), include([path("<int:registration>/", include(one_record))])),
    path(_("desk/registrations/<int:registration>/cycle/"), include(one_cycle)),
    path(_("desk/rules/"), rules.home, name="rules_home"),
    path(_("desk/rules/<slug:program>/"), include(one_program)),
    path(_("desk/registrations/<int:registration>/rules/"), rule_versions.move, name="rules_move"),
    path(_("registrations/<int:registration>/rules/"), rule_versions.own, name="own_rules"),
    path(_("desk/audits/"), audits.audits, name="audits"),
    path(_("desk/audits/draw/"), audits.draw, name="audit_draw"),
    path(_("desk/audits/<int:draw>/"), audits.one, name="audit"),
    path(_("audits/<int:draw>/"), audits.how, name="audit_how"),
    path(_("audits/<int:draw>/list/"), audits.listed, name="audit_list"),
    path(_("desk/years/"), include(closed_years)),
    path(_("desk/organizations/<int:organisation>/requests/"), include(requests_desk)),
    path(_("mentees/"), mentees.mentees, name="mentees"),
    path(_("mentees/<int:mentorship>/"), mentees.mentee, name="mentee"),
]
