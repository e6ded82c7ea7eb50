"""The desk's pages of mails that go out by themselves: the list, and one of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cec.models import OutgoingMail
from cec.navigation import Tab
from cec.paging import page_of
from cec.problems import Refused
from cec.views import as_a_mail
from registrations import notices, timeline
from registrations.forms.notices import NoticeForm
from registrations.models import Notice, PausedNotices, Program, Standing
from registrations.notices import by_hand, listing, preview
from registrations.notices.preview import Preview
from registrations.permissions import may, require


@dataclass(frozen=True)
class Deed:
    """Something to do about a notice: the words of its button, and what is said afterwards."""

    label: Any
    done: Any
    run: Callable[..., None]
    of: frozenset[str]


DEEDS = {
    "hold": Deed(
        gettext_lazy("Hold back"),
        gettext_lazy("It is held back until you let it go."),
        by_hand.hold,
        frozenset({Standing.WAITING}),
    ),
    "let-go": Deed(
        gettext_lazy("Let it go"),
        gettext_lazy("It takes its turn again."),
        by_hand.let_go,
        frozenset({Standing.PAUSED}),
    ),
    "try-again": Deed(
        gettext_lazy("Try again"),
        gettext_lazy("It is tried again now."),
        by_hand.try_again,
        frozenset({Standing.FAILED}),
    ),
    "send-again": Deed(
        gettext_lazy("Send again"),
        gettext_lazy("It is sent again, to the address that the person has now."),
        by_hand.send_again,
        frozenset({Standing.SENT}),
    ),
    "take-back": Deed(
        gettext_lazy("Take back"),
        gettext_lazy("It is taken back and won’t be sent."),
        by_hand.take_back,
        frozenset({Standing.WAITING, Standing.PAUSED, Standing.FAILED}),
    ),
}


def tabs(request: HttpRequest, current: str) -> list[Tab]:
    """Lead around the pages of mails; those that failed are counted."""
    failed = OutgoingMail.objects.in_trouble().count()
    pages = [
        ("notices", _("Sent by themselves"), reverse("notices"), None),
        ("kinds", _("Kinds"), reverse("notice_kinds"), None),
        ("failed", _("Mail that failed"), reverse("failed_mail"), failed),
    ]
    return [Tab(key, label, count, url, key == current) for key, label, url, count in pages]


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """What was decided and what became of it, the latest first."""
    require(request.user, "see_notices")
    asked = listing.Filter.read(request.GET)
    found = listing.found(request.user, asked)
    counts = listing.counts(found)
    chosen = found.filter(standing=asked.standing) if asked.standing else found
    page = page_of(
        listing.with_facts(chosen),
        listing.LATEST_FIRST,
        request.GET,
        among=Notice.objects.visible_to(request.user),
    )
    for row in page.rows:
        row.kind_label = notices.label_of(row.kind)
        row.standing_label = Standing(row.standing).label
    context = {
        "tabs": tabs(request, "notices"),
        "states": _states(request, asked, counts),
        "asked": asked,
        "page": page,
        "kinds": notices.kinds().values(),
        "programs": Program.objects.all(),
        "paused": set(PausedNotices.objects.values_list("kind", flat=True)),
    }
    return render(request, "registrations/notices.html", context)


def _states(request: HttpRequest, asked: listing.Filter, counts: Any) -> list[Tab]:
    """Each state with how many there are; the rest of what is asked for stays."""
    kept = {key: request.GET[key] for key in ("q", "kind", "program") if request.GET.get(key)}
    choices = [("", _("All"), counts.total())]
    choices += [(state.value, state.label, counts[state]) for state in Standing]
    return [
        Tab(key, label, count, "?" + urlencode(kept | {"state": key}), key == asked.standing)
        for key, label, count in choices
    ]


def find(request: HttpRequest, number: int) -> Notice:
    """Return a notice that this person may see; else it isn't found."""
    require(request.user, "see_notices")
    rows = Notice.objects.visible_to(request.user).with_standing()
    related = ("person", "registration__program", "registration__association", "mail")
    return get_object_or_404(rows.select_related(*related), pk=number)


@require_GET
def notice(request: HttpRequest, notice: int) -> HttpResponse:
    """What one says, its facts, its mails and what was done about it."""
    return _page(request, find(request, notice), NoticeForm())


def _page(request: HttpRequest, row: Notice, form: NoticeForm, *, status: int = 200) -> Any:
    permitted = may(request.user, "handle_notices", row.registration)
    deeds = [
        (name, deed.label)
        for name, deed in (DEEDS.items() if permitted else ())
        if _fits(row, name, deed)
    ]
    context = {
        "tabs": tabs(request, "notices"),
        "notice": row,
        "kind_label": notices.label_of(row.kind),
        "is_known": row.kind in notices.kinds(),
        "standing_label": Standing(row.standing).label,
        "deeds": deeds,
        "hint": _hint({name for name, _label in deeds}),
        "form": form,
        "paused": PausedNotices.objects.filter(kind=row.kind).first(),
        "previews": previews(row),
        "mails": [(mail, listing.standing_of(mail)) for mail in listing.mails_of(row)],
        "events": [timeline.line(event) for event in listing.history_of(row)],
    }
    return render(request, "registrations/notice.html", context, status=status)


def _fits(row: Notice, name: str, deed: Deed) -> bool:
    """Whether a deed is of use; a written one isn't taken back, but is sent again if it failed."""
    if row.state == Notice.State.WRITTEN and row.standing == Standing.FAILED:
        return name in ("try-again", "send-again")
    return row.standing in deed.of


def _hint(deeds: set[str]) -> str:
    """Tell apart deeds whose buttons sound alike, and say what can't be taken back."""
    if {"try-again", "send-again"} <= deeds:
        return _(
            "Trying again sends the same e-mail to the same address. Sending again writes it anew, "
            "to the address that the person has now."
        )
    return _("What is taken back is never sent.") if "take-back" in deeds else ""


def previews(row: Notice) -> list[Preview]:
    """Return it in both languages, its reader's first."""
    mine = row.mail.language if row.mail else row.person.language
    return [
        preview_in(row, code) for code in sorted(preview.languages(), key=lambda code: code != mine)
    ]


def preview_in(row: Notice, language: str) -> Preview:
    """Return it as it was sent, or else as it would be written with the facts that it has."""
    if row.mail and row.mail.language == language:
        return preview.of_mail(row.mail)
    return preview.of_notice(row, language)


@require_GET
def html(request: HttpRequest, notice: int, language: str) -> HttpResponse:
    """Show one as a mail program does."""
    row = find(request, notice)
    if language not in preview.languages():
        raise Http404
    return as_html(preview_in(row, language))


def as_html(shown: Preview) -> HttpResponse:
    """Answer with the HTML of what is shown; 404 for what can't be written."""
    if shown.written is None:
        raise Http404
    return as_a_mail(shown.written.html)


@require_POST
def change(request: HttpRequest, notice: int) -> HttpResponse:
    """Do what the pressed button says."""
    row = find(request, notice)
    require(request.user, "handle_notices", row.registration)
    form = NoticeForm(request.POST)
    deed = DEEDS.get(form.cleaned_data.get("deed", "")) if form.is_valid() else None
    if deed is None:
        form.add_error(None, _("Choose what to do with it."))
        return _page(request, row, form, status=422)
    key = form.cleaned_data["form_key"] or form.initial["form_key"]
    more = {"form_key": key} if deed.run is by_hand.send_again else {}
    try:
        deed.run(row, by=request.user, **more)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, deed.done)
    return redirect("notice", notice=row.pk)
