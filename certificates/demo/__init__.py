"""Demo data: people at every stage, three years of learning, something in every queue.

`people.toml` and `learning.toml` say who and what, `plot` when, `stories` by which verbs of the
product. Dates are relative to the day of loading.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from cec import bounces
from cec.models import OutgoingMail
from certificates.demo import (
    mails,
    notices,
    privacy,
    programs,
    rosters,
    rules,
    signing,
    yearends,
)
from certificates.demo.audits import Audits
from certificates.demo.bank import Bank
from certificates.demo.careers import Careers
from certificates.demo.cast import Cast, Committee, add_contacts
from certificates.demo.evidence import plan_evidence
from certificates.demo.memberships import Memberships
from certificates.demo.mentors import Mentoring
from certificates.demo.notes import plan_notes
from certificates.demo.plot import Plot
from certificates.demo.script import Script
from certificates.demo.signins import SIGNINS
from registrations import erasing
from registrations.models import Program, Registration

LIBRARIES, CAREERS = "CEC", "CPC"


def is_wanted() -> bool:
    """Say whether the database has no registrations yet."""
    return not Registration.objects.exists()


@transaction.atomic
def load() -> int:
    """Load the demo data and return the number of registrations."""
    program = Program.objects.get(code=LIBRARIES)
    script = Script(timezone.now(), ZoneInfo(program.time_zone))
    earlier_mail = set(OutgoingMail.objects.values_list("pk", flat=True))
    cast = Cast()
    committee = Committee(cast, script.today)
    add_contacts()
    signing.add_signatories(program, script.today)
    plot = Plot(script, cast, committee, program)
    plot.participants()
    plot.nadia()
    plot.chantal()
    plot.waiting()
    plot.closed()
    plot.drafts()
    careers = Program.objects.get(code=CAREERS)
    Plot(script, cast, committee, careers).careers()
    Careers(script, cast, committee, careers).plan()
    rosters.plan(script, committee)
    Memberships(script).plan()
    plan_notes(script)
    Mentoring(script, cast, committee, program).plan()
    plan_evidence(script)
    Audits(script, committee, program).plan()
    yearends.plan(script, committee)
    a_year_ago = script.today - timedelta(days=365)
    script.plan(a_year_ago, lambda: signing.publish(program, by=committee.administrator()))
    script.play()
    Bank(script, committee).bring_in()
    rules.draft(program, by=committee.administrator())
    programs.begin(program, by=committee.administrator())
    signing.draft(program, by=committee.administrator())
    mails.word(program, by=committee.administrator())
    notices.write(by=committee.administrator())
    _leave_for_good()
    _deliver(earlier_mail)
    notices.refuse()
    privacy.keep(
        office=committee.administrator(), looked=committee.steering(), at="nadia@example.org"
    )
    _come_back()
    return Registration.objects.count()


def _deliver(earlier: set[int]) -> None:
    """Let the mail of the past have been sent then; nobody is to get it now."""
    OutgoingMail.objects.exclude(pk__in=earlier).update(
        state=OutgoingMail.State.SENT,
        due_at=F("created_at"),
        claimed_at=F("created_at"),
        sent_at=F("created_at"),
        attempts=1,
    )
    connection.run_on_commit.clear()  # the hints to a worker that something waits


def _leave_for_good() -> None:
    """Let somebody who withdrew have asked that their data are erased, which waits for its day."""
    over = Registration.objects.filter(status=Registration.Status.WITHDRAWN)
    row = over.exclude(person__email__in=[row.email for row in SIGNINS]).earliest("pk")
    erasing.ask(row.person, by=row.person)


def _come_back() -> None:
    """Let the newest mail to somebody who waits have come back, for the desk to see."""
    waits = Registration.objects.filter(status=Registration.Status.SUBMITTED)
    row = waits.exclude(person__email__in=[row.email for row in SIGNINS]).latest("pk")
    mail = OutgoingMail.objects.about(row).latest("pk")
    words = "550 5.1.1 The e-mail account that you tried to reach does not exist"
    bounces.hear(mail, OutgoingMail.Answer.RETURNED, at=mail.sent_at, words=words)
