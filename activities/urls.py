from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from activities.views import (
    courses,
    cycle,
    deleting,
    desk_requests,
    entry,
    importing,
    listing,
    mentees,
    record,
    requests,
)

one_activity = [
    path("", entry.entry, name="activity"),
    path(_("suggest/"), mentees.suggest, name="suggest"),
    path(_("delete/"), deleting.delete, name="activity_delete"),
    path(_("restore/"), deleting.restore, name="activity_restore"),
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
    path(_("activities/"), include(activities)),
    path(_("suggestions/<int:suggestion>/"), mentees.answer, name="suggestion_answer"),
    path(_("courses/"), courses.courses, name="courses"),
    path(_("requests/"), include(own_requests)),
    path(_("import/"), importing.upload, name="record_import"),
    path(_("import/<int:pk>/"), importing.preview, name="import_preview"),
    path(_("export/"), importing.export, name="record_export"),
]

one_cycle = [
    path("", cycle.cycle, name="cycle"),
    path(_("extend/"), cycle.extend, name="cycle_extend"),
    path(_("leave/"), cycle.leave, name="cycle_leave"),
    path(_("<int:change>/take-back/"), cycle.take_back, name="cycle_take_back"),
]

urlpatterns = [
    path(_("record/"), include([path("<int:registration>/", include(one_record))])),
    path(_("desk/registrations/<int:registration>/cycle/"), include(one_cycle)),
    path(_("desk/organizations/<int:organisation>/requests/"), include(requests_desk)),
    path(_("mentees/"), mentees.mentees, name="mentees"),
    path(_("mentees/<int:mentorship>/"), mentees.mentee, name="mentee"),
]
