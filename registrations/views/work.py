"""What runs by itself: what waits, runs and has failed, and when each periodic job last ran."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from cec import backlog, broker
from cec import overview as at_a_glance
from cec.backups import standing
from cec.holding import MailHold
from cec.jobs import Job
from registrations import releasing, trying_again
from registrations.permissions import may, require


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The page; it looks again by itself while nothing on it waits to be read or pressed."""
    require(request.user, "see_work")
    backlogs = list(backlog.all_of_it())
    queues = at_a_glance.queues()
    jobs = at_a_glance.jobs()
    tasks = list(Job.failed_tasks())
    failed = [row for row in backlogs if row.failed]
    hold = MailHold.objects.first()
    backed_up_at = standing.last_made()
    context = {
        "hold": hold,
        "backed_up_at": backed_up_at,
        "backup_is_late": standing.is_late(backed_up_at),
        "backlogs": backlogs,
        "failed": failed,
        "queues": queues,
        "quiet": [queue for queue in queues if queue.is_quiet],
        "broker_answers": broker.answers(),
        "jobs": jobs,
        "tasks": tasks,
        "may_run": may(request.user, "run_work"),
        "looks_again": not hold
        and not failed
        and not tasks
        and all(job.state != "failing" for job in jobs),
    }
    return render(request, "registrations/work.html", context)


@require_POST
def again(request: HttpRequest, work: str) -> HttpResponse:
    """Let one row that failed, or all of a kind, be tried again."""
    require(request.user, "run_work")
    found = backlog.kinds().get(work)
    row = request.POST.get("row", "")
    if found is None or not found.retries or (row and not row.isdecimal()):
        raise Http404
    count = trying_again.try_again(found, int(row) if row else None, by=request.user)
    if count:
        said = ngettext(
            "It will be tried again within a minute.",
            "%(count)s will be tried again within a minute.",
            count,
        )
        messages.success(request, said % {"count": count})
    else:
        messages.info(request, _("It has been tried again already, or isn’t needed any more."))
    return redirect("work")


@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """Let mail go out of a copy that was restored."""
    if releasing.release_mail(by=request.user):
        messages.success(request, _("E-mail goes out again."))
    else:
        messages.info(request, _("E-mail isn’t held back any more."))
    return redirect("work")
