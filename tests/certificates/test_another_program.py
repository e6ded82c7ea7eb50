"""A program that no file knows, from its first page to a certificate, through pages alone."""

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from certificates import batches, making
from certificates.models import Certificate
from registrations.calendar import today_in
from registrations.models import Program, Registration, Rules
from registrations.rulebook import contents
from tests import factories as make
from tests.certificates.printed import words_of
from tests.walking import Walker

pytestmark = pytest.mark.django_db

SLUG = "school-technicians"
NAME = {"en": "School Library Technician Award", "fr": "Prix du personnel technicien scolaire"}
PARTS = {
    "names": {
        "unit_en": "points",
        "unit_fr": "points",
        "issuer_en": "Friends of School Libraries",
        "issuer_fr": "Amis des bibliothèques scolaires",
    },
    "texts": {
        "summary_en": "A year of learning for those who run a school library.",
        "summary_fr": "Une année d’apprentissage pour les bibliothèques scolaires.",
        "counts_en": "Whatever makes a school library better.",
        "counts_fr": "Tout ce qui améliore une bibliothèque scolaire.",
        "evidence_en": "A note from the school will do.",
        "evidence_fr": "Un mot de l’école suffit.",
    },
    "people": {"needs_membership": "0"},
    "fee": {
        "fee": "25.50",
        "how_to_pay_en": "Send a cheque.",
        "how_to_pay_fr": "Envoyez un chèque.",
    },
    "time": {
        "cycle_years": "2",
        "time_zone": "America/Regina",
        "grace_days": "30",
        "early_completion": "on",
    },
    "certificate": {"field_en": "school library work", "field_fr": "bibliothéconomie scolaire"},
}
GROUPS = [
    {"name_en": "Courses", "name_fr": "Cours", "cycle_cap": "20"},
    {"name_en": "Service", "name_fr": "Service", "cycle_need": "10"},
]
TWO_AN_HOUR = {"rate-0-per_hour": "2", "year_cap": "12"}
TYPES = [
    (
        "COURSE",
        "COURS",
        "Course",
        "Cours suivi",
        "courses",
        {"rate-0-per_hour": "2", "year_cap": "12"},
    ),
    ("WEB", "WEB", "Webinar", "Webinaire", "courses", {"rate-0-per_hour": "1"}),
    ("HELP", "AIDE", "Helping a school", "Aide à une école", "service", {"rate-0-per_hour": "1"}),
    ("CLUB", "CLUB", "Reading club", "Club de lecture", "service", {"rate-0-fixed": "5"}),
]


def sets_up(office):
    office.go("programs_desk").fill(
        source="", code="slta", slug=SLUG, name_en=NAME["en"], name_fr=NAME["fr"]
    )
    office.sees("Still missing before it can open")
    for part, answers in PARTS.items():
        office.go("program_part", SLUG, part).fill(**answers).sees("Your change is saved.")


def writes_the_rules(office):
    office.go("rules_needed", SLUG).fill(cycle_need="30")
    for group in GROUPS:
        office.go("rules_group_add", SLUG).fill(**group)
    for code_en, code_fr, name_en, name_fr, group, more in TYPES:
        office.go("rules_type_add", SLUG).fill(
            code_en=code_en,
            code_fr=code_fr,
            name_en=name_en,
            name_fr=name_fr,
            group=group,
            colour="jade",
            **more,
        )
    office.go("rules", SLUG).sees("These are its first rules", "Needed in the cycle 30 points")
    office.go("rules_subjects", SLUG).fill(
        **{"subject-0-name_en": "Reading", "subject-0-name_fr": "Lecture"}
    )


def opens_it(office):
    office.go("program", SLUG).sees("Publish the rules: under a draft nothing counts.")
    office.go("rules_publish", SLUG).fill(reason="The first ones").sees("Version 1 is published.")
    office.go("program_preview", SLUG, "counts").sees("A preview", "Whatever makes a school")
    office.go("program", SLUG).sees("Nothing is missing: it can open.")
    office.go("program_open", SLUG).fill(opens_on="", closes_on="")
    office.sees("The program is open")


def registers(person, *, fee):
    person.go("register").sees(NAME[person.language], fee)
    person.go("application", SLUG).fill(employer="Prairie School")
    row = Registration.objects.get(program__slug=SLUG)
    person.press("check_answers", row.pk, program="on")
    return row


def is_approved(row, *, office, steering):
    office.go("desk_registration", row.pk).fill(amount="25.50", method="cheque")
    office.sees("The payment is recorded.")
    steering.go("desk_registration", row.pk).fill(starts_on=today_in(row.program).isoformat())
    row.refresh_from_db()
    assert row.status == "active"


def logs(person, row, code, hours):
    rate = row.rules.types.get(code_en=code).rates.get()
    day = (row.starts_on).isoformat()
    person.go("activities", row.pk).fill(
        title=f"About {code}", completed_on=day, rate=rate.pk, hours=hours
    )


def gets_a_certificate(row, *, office, steering):
    steering.go("review", row.pk).press("review_accept", row.pk, form="review_return")
    office.go("issue", query=f"?registration={row.pk}").press("issue")
    batches.issue_waiting()
    certificate = Certificate.objects.get(registration=row)
    making.make_document(certificate.pk)
    return certificate


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_administrator_sets_it_up_and_somebody_reaches_its_certificate(language):
    office, steering = Walker(make.administrator()), Walker(make.steering())
    person = Walker(make.person("Noëlle Łazarewicz", language=language), language=language)

    sets_up(office)
    writes_the_rules(office)
    opens_it(office)
    row = registers(person, fee={"en": "$25.50", "fr": "25,50 $"}[language])
    is_approved(row, office=office, steering=steering)
    for code, hours in (("COURSE", "10"), ("WEB", "10"), ("HELP", "8")):
        logs(person, row, code, hours)
    person.go("turn_in", row.pk)
    assert "/send" not in person.path  # 28 points, and 8 of the 10 of service
    logs(person, row, "CLUB", "1")
    sees_the_points_explained(person, row)
    person.go("turn_in", row.pk).press("turn_in", row.pk)
    certificate = gets_a_certificate(row, office=office, steering=steering)

    assert certificate.serial.startswith("SLTA-")
    printed = words_of(downloaded(person, row))
    for words in (
        NAME["en"],
        NAME["fr"],
        "Noëlle Łazarewicz",
        "for 33 points of continuing learning in school library work",
        "pour 33 points de formation continue en bibliothéconomie scolaire",
        "Amis des bibliothèques scolaires",
        certificate.serial,
    ):
        assert words in printed
    loading_the_files_changes_nothing_of_it()


def sees_the_points_explained(person, row):
    with translation.override(person.language):
        names = {kind.code_en: (kind.code, kind.name) for kind in row.rules.types.all()}
    course, courses = names["COURSE"][0], {"en": "Courses", "fr": "Cours"}[person.language]
    by_year, by_group = {
        "en": (f"This fills {course} up to its yearly limit of 12.", "limit of 20"),
        "fr": (course, "20"),
    }[person.language]
    person.go("activities", row.pk).sees(by_year, by_group, courses, names["CLUB"][1])
    person.go("standing", row.pk).sees({"en": "33 of 30", "fr": "33 sur 30"}[person.language])


def downloaded(person, row):
    with translation.override(person.language):
        answer = person.client.get(reverse("certificate_download", args=[row.pk]))
    return b"".join(answer)


def loading_the_files_changes_nothing_of_it():
    before = Program.objects.filter(slug=SLUG).values().get(), _rules()

    call_command("load_programs", verbosity=0)

    assert (Program.objects.filter(slug=SLUG).values().get(), _rules()) == before


def _rules():
    return [contents.state_of(rules) for rules in Rules.objects.order_by("pk")]
