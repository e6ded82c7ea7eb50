"""Every form and every page of every role, given nonsense: an answer, and nothing half saved.

The forms are found by reading the pages that `access_matrix.txt` opens to each role, so a new form
is tried without a line here. All fields of a form get each kind of nonsense at once, and then each
field in turn, while the others keep what the page filled in. `make test-pages` runs it.
"""

import re
import time
from datetime import date
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from activities import crediting
from tests import factories as make
from tests import world
from tests.activities.workbook_files import workbook
from tests.certificates import records
from tests.markup import Forms
from tests.test_access import rows

pytestmark = [pytest.mark.pages, pytest.mark.django_db]

MARKUP = "<script>alert(1)</script>{{ 7 }}%s%(x)s"
NONSENSE = {
    "NUL": "a\0b",
    "lone surrogate": b"a\xed\xa0\x80b",
    "no UTF-8": b"\xff\xfe",
    "controls": "a\x1b\x07\x7f\u202e\u2028\ufffeb",
    "100 kB": "ab " * 34_000,
    "long": "x" * 700,
    "5,000 digits": "9" * 5_000,
    "more than an id": "9" * 30,
    "zero": "0",
    "negative": "-1",
    "1e400": "1e400",
    "tiny": "1e-400",
    "signalling": "sNaN",
    "infinite": "-Infinity",
    "full width": "１２",
    "precise": "1." + "0" * 400 + "1",
    "year zero": "0000-01-01",
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "five-digit year": "10000-01-01",
    "markup": MARKUP,
    "header": "x\r\nBcc: spy@example.org",
    "address": "//evil.example/",
}
# What each field is given alone; the rest of the list comes in all fields at once.
ALONE = ("NUL", "long", "year zero", "last day")
# Fields of the address that no form of ours has.
ASKED = ("page", "view", "q", "program", "language", "year", "type", "status", "sort", "per")
ASKED += ("state", "kind", "method", "first", "last", "line", "with")
ASKED += ("added", "next", "lang", "instead_of", "serial", "name", "registration", "all", "rate")
ASKED += ("organization", "activity", "use", "words")
ASKED += ("period", "band", "figure", "format")
ASKED += ("after", "before", "subject", "association", "mentor", "days", "action", "list")
ASKED += ("about", "by")
PARTS = 3  # of the forms of a role, so that the processes of a run share them
MOST_ALONE = 8  # fields of a form; a table of alike ones needs no more
SLOWEST_SECONDS = 5  # an answer takes milliseconds; what grows with the square takes minutes

ROLES = ("anonymous", "applicant", "owner", "representative", "steering", "administrator")
ROLES += ("mentor", "officer")


@pytest.fixture(autouse=True)
def _quick_and_unlimited(settings):
    """Thousands of requests: limits have tests of their own, and so have the passwords."""
    settings.ACCOUNT_RATE_LIMITS = {}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.mark.parametrize("role", ROLES)
def test_nonsense_in_all_fields_gets_an_answer_and_leaves_nothing_half_saved(role):
    tried = Nonsense(role)

    for url, method, fields in tried.forms_to_fill():
        tried.try_all(url, method, fields, list(fields), NONSENSE)

    assert not tried.complaints, "\n".join(tried.complaints)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("role", ROLES)
def test_nonsense_in_one_field_gets_an_answer_and_leaves_nothing_half_saved(role, part):
    tried = Nonsense(role)

    for url, method, fields in tried.forms_to_fill()[part::PARTS]:
        for name in list(fields)[:MOST_ALONE]:
            tried.try_all(url, method, fields, [name], ALONE)

    assert not tried.complaints, "\n".join(tried.complaints)


@pytest.mark.parametrize("role", ROLES)
def test_nonsense_in_any_address_gets_an_answer(role):
    tried = Nonsense(role)

    for url in tried.pages():
        for nonsense in ("NUL", "no UTF-8", "more than an id", "full width", "markup"):
            tried.ask(url, "get", dict.fromkeys(ASKED, NONSENSE[nonsense]), nonsense)

    assert not tried.complaints, "\n".join(tried.complaints)


class Nonsense(world.World):
    """The small world with something to do for everybody, and one of them at the keyboard."""

    def __init__(self, role):
        super().__init__()
        self.role = role
        self.complaints = []
        self.sent = make.registration(status="submitted", paid=False)
        self.paid = make.registration(status="submitted", paid=True, member_until=date(2099, 1, 1))
        self.turned_in = records.turned_in()
        self.accepted = records.accepted()
        day = self.registration.starts_on
        self.plan = make.activity(self.registration, "STUDY", on=day, planned=True)
        self.going_on = make.activity(self.registration, "LEAD", on=day, key="board")
        self.client = Client(raise_request_exception=False)
        if role != "anonymous":
            self.client.force_login(make.confirmed_address(self.people[role]))
        if role == "owner":
            self._upload()
            crediting.ask_back(self.request, by=self.people["officer"], question="Why?")
        self.before = None

    def _upload(self):
        """An upload that asks about a row: its hours and its type say nothing."""
        file = workbook(
            (self.registration.starts_on, "A talk", "", "?", "", "about two"),
            ("3/4/26", "Another talk", "", "webinar", "", 1),
        )
        file.name = "record.xlsx"
        url = reverse("record_import", args=[self.registration.pk])
        self.client.post(url, {"file": file})
        self.opened = self.registration.imports.get(state="open")

    def pages(self):
        """The pages that this role is the first to open, and those of what waits for it."""
        columns = [world.ROLES.index(role) for role in ROLES]
        for name, method, statuses in rows():
            open_to = [role for role, at in zip(ROLES, columns, strict=True) if statuses[at] == 200]
            if method == "GET" and open_to[:1] == [self.role]:
                yield self.url(name)
        draft = self.people["applicant"].registrations.get()
        yield from {
            "applicant": [reverse("check_answers", args=[draft.pk])],
            "owner": [
                reverse("activity_done", args=[self.registration.pk, self.plan.pk]),
                reverse("activity_again", args=[self.registration.pk, self.going_on.pk]),
            ],
            "representative": [
                reverse("desk_registration", args=[self.paid.pk]),
                f"{reverse('queue_together')}?action=confirm&registration={self.sent.pk}",
                f"{reverse('queue_together')}?action=proof&registration={self.sent.pk}",
                f"{reverse('queue_together')}?action=approve&registration={self.paid.pk}",
                reverse("review", args=[self.turned_in.pk]),
                reverse("activity", args=[self.registration.pk, self.activity.pk]),
            ],
            "steering": [reverse("desk_registration", args=[self.sent.pk]), reverse("audits")],
            "administrator": [
                reverse("desk_registration", args=[self.sent.pk]),
                f"{reverse('issue')}?registration={self.accepted.pk}",
                f"{reverse('bank_confirm', args=[self.deposit.export_id])}"
                f"?line={self.deposit.pk}-{self.sent.pk}",
                f"{reverse('bank_line', args=[self.deposit.pk])}?with={self.sent.pk}&q=Person",
            ],
            "officer": [self.url("desk_request"), self.url("allocations")],
        }.get(self.role, [])

    def forms_to_fill(self):
        """All forms of this role; from now on whatever is saved is noticed."""
        found = list(self.forms())
        assert found
        self.before = saved()  # each try is taken back, so it stays as it is
        return found

    def forms(self):
        """Each form once: those around every page come up once too."""
        seen = set()
        for page in self.pages():
            answer = self.client.get(page)
            assert answer.status_code == 200, page
            if answer["Content-Type"].startswith("text/html"):
                for method, action, fields in Forms(answer.text).found:
                    url = urljoin(page, action)
                    address = re.sub(r"\d+", "", urlsplit(url).path)
                    key = (method, address, *(re.sub(r"\d+", "", name) for name in fields))
                    if key not in seen and fields:
                        seen.add(key)
                        yield url, method, fields

    def try_all(self, url, method, fields, names, kinds):
        """Give the named fields each kind of nonsense in turn."""
        for nonsense in kinds:
            value = NONSENSE[nonsense]
            if method == "get" and len(value) > 1000:
                continue
            what = f"{'all' if len(names) > 1 else names[0]}: {nonsense}"
            self.ask(url, method, fields | dict.fromkeys(names, value), what)

    def ask(self, url, method, fields, what, *, again=False):
        """Send it, look at the answer, and forget what it did."""
        about = f"{method} {url} {what}"
        body = urlencode(fields)
        with transaction.atomic():
            started = time.perf_counter()
            if method == "post":
                kind = "application/x-www-form-urlencoded"
                answer = self.client.post(url, body, content_type=kind)
            else:
                answer = self.client.get(f"{url.partition('?')[0]}?{body}")
            seconds = time.perf_counter() - started
            if answer.status_code >= 500:
                self.complaints.append(f"{answer.status_code} {about}")
            elif answer.status_code >= 400 and method == "post" and saved() != self.before:
                self.complaints.append(f"saved something {about}")
            content = answer.getvalue()  # a file that isn't read to its end stays open
            slow = seconds > SLOWEST_SECONDS
            if slow and again:
                self.complaints.append(f"{seconds:.0f} seconds {about}")
            if not answer.streaming and MARKUP.encode() in content:
                self.complaints.append(f"markup {about}")
            if "evil.example" in answer.get("Location", "").partition("?")[0]:
                self.complaints.append(f"leads away {about}")
            transaction.set_rollback(True)
        if slow and not again:  # a busy machine is slow once, what grows with the square always
            self.ask(url, method, fields, what, again=True)


KEPT = (
    "registrations_person",
    "registrations_registration",
    "registrations_programyear",
    "registrations_event",
    "registrations_payment",
    "registrations_membershipcheck",
    "registrations_bankexport",
    "registrations_bankline",
    "registrations_appointment",
    "registrations_cyclechange",
    "registrations_associationnote",
    "registrations_mentoroffer",
    "registrations_mentorship",
    "registrations_mentorwish",
    "registrations_mentorinvitation",
    "registrations_mentornote",
    "registrations_learninggoal",
    "registrations_datacopy",
    "registrations_erasure",
    "account_emailaddress",
    "mfa_authenticator",
    "activities_activity",
    "activities_credit",
    "activities_evidence",
    "activities_entrychange",
    "activities_comment",
    "activities_audit",
    "activities_audit_entries",
    "activities_auditdecision",
    "activities_auditdraw",
    "activities_suggestion",
    "activities_import",
    "activities_creditrequest",
    "registrations_organisation",
    "registrations_allocation",
    "certificates_certificate",
    "certificates_employerletter",
    "certificates_correctionrequest",
    "certificates_certificatewording",
    "certificates_signatory",
    "certificates_signaturepicture",
    "certificates_sharing",
    "certificates_batch",
    "certificates_batchitem",
    "cec_outgoingmail",
    "registrations_mailtext",
    "registrations_roster",
    "registrations_rostermember",
    "registrations_rosterquestion",
    "registrations_rules",
    "registrations_activitytype",
    "registrations_rate",
    "registrations_cap",
    "registrations_requirement",
    "registrations_typegroup",
    "registrations_subjectarea",
    "activities_rehearsal",
    "activities_effect",
)
SAVED = " UNION ALL ".join(
    f"SELECT md5(string_agg(md5(row::text), '' ORDER BY row.id)) FROM {table} row" for table in KEPT
)


def saved():
    """Stand for all that is saved of people, records and mail."""
    with connection.cursor() as cursor:
        cursor.execute(SAVED)
        return cursor.fetchall()
