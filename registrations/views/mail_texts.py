"""The texts of each program's mails: what is in force, writing others, every version."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cec import mail
from cec.bilingual import OWN_NAMES, Difference
from cec.problems import Refused
from cec.views import as_a_mail
from registrations import mail_texts, notices
from registrations.forms.mail_texts import AgainForm, MailTextForm, TestMailForm
from registrations.mail_texts import Place, editable, placeholders, preview
from registrations.mail_texts.editable import Texts
from registrations.models import MailText, Program
from registrations.permissions import may, require


def _find(request: HttpRequest, program: str, kind: str, permission: str) -> Place:
    """Return a kind of mail of a program, whose texts this person may see, or edit."""
    require(request.user, permission)
    known = editable.kinds()
    if kind not in known:
        raise Http404
    return Place(get_object_or_404(Program, slug=program), known[kind])


def _language(language: str) -> str:
    if language not in mail_texts.LANGUAGES:
        raise Http404
    return language


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Every program with how many of its mails have a text of its own."""
    require(request.user, "see_mail_texts")
    counts = mail_texts.own_counts()
    rows = [(program, counts[program.pk]) for program in Program.objects.all()]
    return render(request, "registrations/mail_texts.html", {"rows": rows})


@require_GET
def of_program(request: HttpRequest, program: str) -> HttpResponse:
    """The kinds of mail of a program: what each is, when it goes out, whose text it has."""
    require(request.user, "see_mail_texts")
    row = get_object_or_404(Program, slug=program)
    own: dict[str, list[MailText]] = {}
    for text in row.mail_texts.latest_of_each():
        if not text.is_standard:
            own.setdefault(text.kind, []).append(text)
    kinds = [
        (kind, own.get(name, []), any(_unknown(row, text) for text in own.get(name, [])))
        for name, kind in editable.kinds().items()
    ]
    context = {"program": row, "kinds": kinds}
    return render(request, "registrations/mail_texts_of.html", context)


def _unknown(program: Program, row: MailText) -> bool:
    place = Place(program, editable.kinds()[row.kind])
    return bool(mail_texts.unusable(place, Texts.of(row), row.language))


@dataclass(frozen=True)
class Side:
    """A mail in one language, as its page shows it."""

    language: str
    name: str
    row: MailText | None
    written: mail.Written
    unusable: Sequence[str]
    differences: list[Difference]
    versions: list[tuple[MailText, list[Difference], AgainForm]]
    standard_form: AgainForm
    test_form: TestMailForm

    @property
    def is_own(self) -> bool:
        return self.row is not None and not self.row.is_standard

    @property
    def is_long(self) -> bool:
        return preview.is_long(self.written)


def _again_name(language: str, version: int | None = None) -> str:
    """Name one form of the page: for an older version, or for the standard text."""
    return f"id_again_{language}_{version}_%s" if version else f"id_standard_{language}_%s"


def _side(
    place: Place, language: str, row: MailText | None, seen: str, answered: AgainForm | None
) -> Side:
    def again(version: int | None = None) -> AgainForm:
        name = _again_name(language, version)
        if answered and answered.auto_id == name:
            return answered
        return AgainForm(auto_id=name, initial={"seen": seen})

    standard, texts = place.standard(language), place.texts(row, language)
    versions = place.versions(language)
    history = []
    for newer, older in zip(versions, [*versions[1:], None], strict=False):
        pair = place.texts(older, language), place.texts(newer, language)
        found = mail_texts.differences(*pair, language)
        history.append((newer, found, again(newer.version)))
    return Side(
        language=language,
        name=OWN_NAMES[language],
        row=row,
        written=preview.write(place, texts, language),
        unusable=mail_texts.unusable(place, texts, language),
        differences=mail_texts.differences(standard, texts, language),
        versions=history,
        standard_form=again(),
        test_form=TestMailForm(auto_id=f"id_test_{language}_%s"),
    )


@require_GET
def text(request: HttpRequest, program: str, kind: str) -> HttpResponse:
    """One kind of mail: what is in force in both languages, how it looks, all versions."""
    return _page(request, _find(request, program, kind, "see_mail_texts"))


def _page(request: HttpRequest, place: Place, answered: AgainForm | None = None) -> HttpResponse:
    """Show the mail's page; `answered` is a form of it that came without a reason."""
    latest = place.latest()
    seen = mail_texts.state(latest)
    context = {
        "program": place.program,
        "kind": place.kind,
        "sides": [_side(place, language, row, seen, answered) for language, row in latest.items()],
        "may_edit": may(request.user, "edit_mail_texts"),
        "goes_out_by_itself": place.kind.name in notices.kinds(),
        "form": answered,
    }
    status = 422 if answered else 200
    return render(request, "registrations/mail_text.html", context, status=status)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, program: str, kind: str) -> HttpResponse:
    """Write the texts in both languages, side by side; a look at them first saves nothing."""
    place = _find(request, program, kind, "edit_mail_texts")
    wants_preview = request.POST.get("action") == "preview"
    form = _form(request, place, wants_preview=wants_preview)
    status = 422 if form.errors else 200
    if form.is_valid() and wants_preview:
        return _edit_page(request, place, form, previews=_previews(place, form))
    if form.is_valid():
        if _saved(request, place, form):
            return redirect("mail_wording", program=place.program.slug, kind=place.kind.name)
        status = 409
    return _edit_page(request, place, form, status=status)


def _form(request: HttpRequest, place: Place, *, wants_preview: bool) -> MailTextForm:
    latest = place.latest()
    return MailTextForm(
        request.POST if request.method == "POST" else None,
        edited={language: place.texts(row, language) for language, row in latest.items()},
        seen=mail_texts.state(latest),
        preview=wants_preview,
    )


def _saved(request: HttpRequest, place: Place, form: MailTextForm) -> bool:
    """Put the texts in force, and say so; a refusal comes back as errors of the form."""
    data = form.cleaned_data
    try:
        done = mail_texts.save(
            place, by=request.user, seen=data["seen"], texts=form.texts, reason=data["reason"]
        )
    except Refused as refused:
        form.refuse(refused)
        return False
    _say(request, changed=bool(done))
    return True


def _say(request: HttpRequest, *, changed: bool) -> None:
    said = _("Saved. Mails that are written from now on have this text.")
    messages.success(request, said if changed else _("Nothing has changed."))


def _previews(place: Place, form: MailTextForm) -> list[tuple[str, str, mail.Written, bool]]:
    """Return how the entered texts look, by language; none if they can't be used."""
    texts = form.texts
    if problems := mail_texts.check(place, texts):
        form.refuse(Refused(*problems))
        return []
    found = []
    for language, said in texts.items():
        written = preview.write(place, said, language)
        found.append((language, OWN_NAMES[language], written, preview.is_long(written)))
    return found


def _edit_page(
    request: HttpRequest,
    place: Place,
    form: MailTextForm,
    *,
    previews: list[tuple[str, str, mail.Written, bool]] | None = None,
    status: int = 200,
) -> HttpResponse:
    english, french = (place.kind.values(place.program, each) for each in mail_texts.LANGUAGES)
    context = {
        "program": place.program,
        "kind": place.kind,
        "form": form,
        "previews": previews,
        "places": [
            (f"{{{name}}}", placeholders.label(name), english[name], french[name])
            for name in sorted(english)
        ],
    }
    status = 422 if status == 200 and form.errors else status
    return render(request, "registrations/mail_text_edit.html", context, status=status)


@require_http_methods(["GET", "POST"])
def as_html(request: HttpRequest, program: str, kind: str, language: str) -> HttpResponse:
    """Show a mail as a mail program does: as it is in force, or as it is being written."""
    permission = "edit_mail_texts" if request.method == "POST" else "see_mail_texts"
    place = _find(request, program, kind, permission)
    code = _language(language)
    if request.method == "POST":
        form = _form(request, place, wants_preview=True)
        if not form.is_valid() or not _previews(place, form):
            return _edit_page(request, place, form, status=422)
        texts = form.texts[code]
    else:
        texts = place.texts(place.latest()[code], code)
    html = preview.write(place, texts, code).html
    return as_a_mail(html)


@require_POST
def take_again(
    request: HttpRequest, program: str, kind: str, language: str, version: int
) -> HttpResponse:
    """Put an older version in force again."""
    place = _find(request, program, kind, "edit_mail_texts")
    rows = place.program.mail_texts.filter(kind=place.kind.name, language=_language(language))
    former = get_object_or_404(rows, version=version)

    def deed(**known: Any) -> MailText | None:
        return mail_texts.take_again(place, former, **known)

    return _done_again(request, place, deed, _again_name(language, version))


@require_POST
def back_to_standard(request: HttpRequest, program: str, kind: str, language: str) -> HttpResponse:
    """Put the standard text in force again."""
    place = _find(request, program, kind, "edit_mail_texts")
    code = _language(language)

    def deed(**known: Any) -> MailText | None:
        return mail_texts.back_to_standard(place, code, **known)

    return _done_again(request, place, deed, _again_name(code))


def _done_again(
    request: HttpRequest, place: Place, deed: Callable[..., MailText | None], name: str
) -> HttpResponse:
    """Do it with what the form of this name says, and go back to the mail's page."""
    form = AgainForm(request.POST, auto_id=name)
    if not form.is_valid():
        return _page(request, place, form)
    try:
        done = deed(by=request.user, **form.cleaned_data)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        _say(request, changed=done is not None)
    return redirect("mail_wording", program=place.program.slug, kind=place.kind.name)


@require_POST
def send_test(request: HttpRequest, program: str, kind: str, language: str) -> HttpResponse:
    """Send the mail as it is in force, about an example, to whoever asks for it."""
    place = _find(request, program, kind, "edit_mail_texts")
    code = _language(language)
    form = TestMailForm(request.POST)
    if form.is_valid() and form.cleaned_data["form_key"]:
        key = f"mail_text_test:{form.cleaned_data['form_key']}"
        example = place.kind.example(place.program)
        mail.post(place.kind.name, *example, to=request.user, language=code, key=key)
    said = _("A test is on its way to %(address)s.") % {"address": request.user.email}
    messages.success(request, said)
    return redirect("mail_wording", program=place.program.slug, kind=place.kind.name)
