"""The transcript: the record on paper, made anew whenever somebody asks for it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from certificates import transcript
from certificates.views.downloads import asked_language, printed
from registrations import viewing
from registrations.models import Event, RecordView, Registration


@require_GET
def download(request: HttpRequest, registration: int) -> HttpResponse:
    """The transcript as a PDF, for the person and for whoever works on the registration.

    A mentor reads the record on its pages, and is no one to hand it on. The history says when
    somebody else than the person took it.
    """
    rows = Registration.objects.visible_to(request.user).filter(starts_on__isnull=False)
    row = get_object_or_404(
        rows.select_related("program", "association", "rules", "person"), pk=registration
    )
    own = row.person_id == request.user.pk
    if not own and not Registration.objects.worked_on_by(request.user).filter(pk=row.pk).exists():
        raise PermissionDenied
    viewing.saw(request, row, RecordView.Page.PAPERS)
    written = transcript.write(row, language=asked_language(request, row.person.language))
    name = transcript.file_name(written)
    answer = printed(request, row, name, lambda: transcript.render(written))
    if answer.status_code == 200 and not own:
        details = {"language": written.language}
        row.note(Event.Kind.TRANSCRIPT, by=request.user, details=details)
    return answer
