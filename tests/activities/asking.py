"""Requests to organisations, as several tests start from them."""

from datetime import date

from activities import crediting
from cec.models import OutgoingMail
from tests import factories as make


def an_organisation(**figures):
    return make.organisation(**(figures or {"webinar_participant": "1", "webinar_presenter": "2"}))


def asked_for_entry(organisation=None, row=None, **known):
    row = row or make.careers()
    entry = known.pop("entry", None) or make.webinar(row, title="Résumés for newcomers")
    organisation = organisation or an_organisation()
    return crediting.ask_for_entry(row, entry, by=row.person, organisation=organisation, **known)


def asked_for_part(organisation=None, row=None, *, part="presenter", key="webinar", **known):
    row = row or make.careers()
    known = {"done_on": date(2025, 5, 2), "words": "I gave it."} | known
    return crediting.ask_for_part(
        row,
        by=row.person,
        organisation=organisation or an_organisation(),
        course=make.course(key),
        part=part,
        **known,
    )


def codes(refused):
    return [problem.code for problem in refused.value.problems]


def mails(kind):
    return [mail.person for mail in OutgoingMail.objects.filter(kind=kind).order_by("pk")]
