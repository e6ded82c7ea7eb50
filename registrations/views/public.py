"""Pages for everybody: what the program is, what counts, who runs it."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from registrations import privacy as privacy_page
from registrations.forms.calculator import CalculatorForm
from registrations.models import Association, Program
from registrations.prospectus import Prospectus


def _front_program() -> Program:
    """Return the program that the front pages are about: the first one that is open."""
    program = Program.objects.filter(is_open=True).first()
    if program is None:
        raise Http404
    return program


def _shown(slug: str | None) -> Program:
    if slug is None:
        return _front_program()
    return get_object_or_404(Program, slug=slug, is_open=True)


def _associations() -> list[Association]:
    return list(Association.objects.filter(is_active=True))


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Public: the promise, the rules to plan by, what counts and who runs it."""
    program = _front_program()
    others = Program.objects.filter(is_open=True).exclude(pk=program.pk)
    context = {
        "prospectus": Prospectus(program),
        "associations": _associations(),
        "others": others,
    }
    return render(request, "registrations/home.html", context)


@login_not_required
@require_safe
def how(request: HttpRequest, program: str | None = None) -> HttpResponse:
    """Public: the way from registering to the certificate."""
    prospectus = Prospectus(_shown(program))
    return render(request, "registrations/how.html", {"prospectus": prospectus})


@login_not_required
@require_safe
def what_counts(request: HttpRequest, program: str | None = None) -> HttpResponse:
    """Public: activity types, what they are worth, and a calculator (nothing is saved)."""
    prospectus = Prospectus(_shown(program))
    rates = [rate for row in prospectus.types for rate in row.rates.all()]
    asked = bool({"rate", "hours"} & request.GET.keys())
    form = CalculatorForm(request.GET if asked else None, rates=rates)
    context = {
        "prospectus": prospectus,
        "form": form,
        "programs": Program.objects.filter(is_open=True),
    }
    return render(request, "registrations/what_counts.html", context)


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Public: questions that people ask."""
    return render(request, "registrations/help.html", {"prospectus": Prospectus(_front_program())})


@login_not_required
@require_safe
def associations(request: HttpRequest) -> HttpResponse:
    """Public: the member associations and how to reach them."""
    return render(request, "registrations/associations.html", {"associations": _associations()})


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Public: what we do so that everybody can use the site."""
    return render(request, "registrations/accessibility.html")


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Public: what is kept about a person, who sees it, and what a person may ask for."""
    language = (get_language() or "en")[:2]
    context = {
        "page": privacy_page.page(),
        "text": f"registrations/privacy_text.{language}.html",
    }
    return render(request, "registrations/privacy.html", context)
