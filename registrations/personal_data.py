"""What this app keeps about people (`cec.personal`): accounts, registrations, money, mentoring."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from cec import personal
from cec.files import store
from cec.personal import BLANK, NOT_OF_USE, OTHERS, File
from registrations import redacting
from registrations.models import MembershipProof, Person

# Why something outlives the person's data; docs/privacy.md says it in full.
MONEY = _("Books are kept for six years after the year by tax law: amount, day and method remain.")
STATISTICS = _("Figures, days and codes without a text remain, as the statistics need them.")
THE_DEED = _("What happened and when remains, for whoever relies on it; the texts are gone.")
OTHERS_TOO = _("It is part of somebody else’s record, and stays there without a name.")

personal.nobodys(
    *("registrations.Association", "registrations.Organisation", "registrations.Program"),
    *("registrations.Organisation_programs", "registrations.Allocation"),
    *("registrations.Rules", "registrations.TypeGroup", "registrations.ActivityType"),
    *("registrations.Rate", "registrations.Cap", "registrations.Requirement"),
    *("registrations.SubjectArea", "registrations.StatementUse", "registrations.MailText"),
    *("registrations.PausedNotices", "registrations.Seal", "registrations.BankExport"),
    *("registrations.MentorOffer_areas", "registrations.MentorWish_areas"),
    *("registrations.Roster", "registrations.RosterQuestion"),
)
personal.nobodys("registrations.AssociationNote", masked="text")
personal.nobodys("registrations.RosterMember", erase=redacting.members)
personal.nobodys(
    "registrations.BankLine",
    masked="description reference set_aside_because",
    erase=redacting.bank_lines,
)

personal.about(
    "registrations.Registration",
    whose="person",
    part="registrations",
    said=_("Your registrations: what you told us, and how they stand."),
    copied="member_number employer position language",
    blanked="member_number employer position",
    texts_kept="language",
    traced={"member_number": "numbers"},
    kept=STATISTICS,
    erase=redacting.open_registrations,
)
personal.about(
    "registrations.ProgramYear",
    whose="registration__person",
    part="program-years",
    said=_("The years of your program, from day to day."),
    kept=STATISTICS,
)
personal.about(
    "registrations.CycleChange",
    whose="registration__person",
    part="extensions-and-leaves",
    said=_("Extensions and leaves of yours, with the reason that was given."),
    copied="reason",
    replaced={"cause": "other", "reason": BLANK},
    masked="reason",
    kept=STATISTICS,
)
personal.about(
    "registrations.Payment",
    whose="registration__person",
    part="payments",
    said=_("Your payments, waivers and refunds."),
    copied="reference reason",
    replaced={"reference": ""},
    blanked="reason",
    masked="reason",
    kept=MONEY,
)
personal.about(
    "registrations.MembershipCheck",
    whose="registration__person",
    part="membership-checks",
    said=_("When your membership was looked at, and what came of it."),
    copied="note",
    blanked="note number_key email_key",
    masked="note",
    kept=THE_DEED,
    traced={"number_key": "numbers"},
)
personal.about(
    "registrations.MembershipProof",
    whose="registration__person",
    part="membership-proofs",
    said=_("The files by which you showed your membership. They are in the folder membership."),
    kept=_("The files and their rows are deleted."),
    erase=redacting.proofs,
)
personal.about(
    "registrations.MembershipDoubt",
    whose="registration__person",
    part="membership-doubts",
    said=_("What a list of your association says against your membership."),
    deleted=True,
)
personal.about(
    "registrations.Event",
    whose="person registration__person",
    part="history",
    said=_(
        "What happened to your account and your registrations, also what staff wrote about you. "
        "Who of the staff did it isn’t in it, nor from which address."
    ),
    copied="from_status to_status reason",
    left_out={
        _("It holds numbers of rows and figures, which are in the other parts."): "details",
        OTHERS: "address role",
    },
    texts_kept="from_status to_status role request_id",
    kept=THE_DEED,
    erase=redacting.history,
)
personal.about(
    "registrations.Mentorship",
    whose="registration__person mentor",
    part="mentoring",
    said=_("Mentoring: yours, and whom you mentor. Names of others are left out."),
    left_out={OTHERS: "reason registration"},
    blanked="reason",
    masked="reason",
    kept=THE_DEED,
)
personal.about(
    "registrations.MentorNote",
    whose="mentorship__registration__person",
    part="mentoring-notes",
    said=_("Notes between you and your mentor, of both: they were written for you to read."),
    copied="text",
    blanked="text",
    masked="text",
    kept=THE_DEED,
)
personal.about(
    "registrations.LearningGoal",
    whose="registration__person",
    part="goals",
    said=_("The goals that you set yourself."),
    copied="text",
    deleted=True,
)
personal.about(
    "registrations.MentorWish",
    whose="registration__person",
    part="mentor-wishes",
    said=_("What you would like a mentor to help with."),
    copied="text",
    deleted=True,
)
personal.about(
    "registrations.MentorInvitation",
    whose="registration__person",
    part="mentor-invitations",
    said=_("Whom you invited to mentor you."),
    copied="email",
    deleted=True,
    erase=redacting.invitations,
)
personal.about(
    "registrations.MentorOffer",
    whose="person",
    part="mentor-offers",
    said=_("Your offers to mentor."),
    copied="other_areas about",
    blanked="other_areas about",
    replaced={"state": "ended"},
    kept=OTHERS_TOO,
)
personal.about(
    "registrations.Notice",
    whose="person registration__person",
    part="notices",
    said=_("Which e-mails were due to you, about what and when."),
    left_out={NOT_OF_USE: "kind occasion facts last_error"},
    deleted=True,
)
personal.about(
    "registrations.RemindersOff",
    whose="person",
    part="reminders-off",
    said=_("Which reminders you switched off."),
    copied="kind",
    deleted=True,
)
personal.about(
    "registrations.Appointment",
    whose="person",
    part="roles",
    said=_("Roles that you have or had, and from when to when."),
    kept=_("Who held an office, as a number without a name: decisions rest on it."),
)
personal.about(
    "registrations.DataCopy",
    whose="person",
    part="copies",
    said=_("When you asked for a copy such as this one."),
    left_out={NOT_OF_USE: "error"},
    kept=_("The files and their rows are deleted."),
    erase=redacting.copies,
)
personal.about(
    "registrations.Erasure",
    whose="person",
    part="erasures",
    said=_("When you asked for your data to be erased, or took that back."),
    copied="reason",
    left_out={NOT_OF_USE: "error"},
    blanked="reason error",
    kept=_("That data were erased, and when, has to be provable."),
)
personal.about(
    "registrations.Consent",
    whose="person",
    part="consents",
    said=_("What you agreed to: which text, in which version, and when."),
    copied="language",
    texts_kept="language",
    kept=_("That somebody agreed, and to which text, has to be provable."),
)
personal.about(
    "registrations.RecordView",
    whose="person",
    part="looks",
    said=_("When somebody of the committee or a mentor looked at your record, and as what."),
    copied="role",
    texts_kept="role",
    kept=_("Who looked at a record has to be provable, until the time for it is over."),
)
personal.about(
    "registrations.UnusedAccountNotice",
    whose="person",
    part="notices-of-an-unused-account",
    said=_("When we wrote that your account ends unless you use it."),
    deleted=True,
)
personal.nobodys("registrations.HistoryRemoved")
personal.nobodys("registrations.Incident")
personal.nobodys(
    "registrations.IncidentAccount",
    kept=_("The law asks for the register of incidents, which is to name nobody."),
)
for _ties in ("registrations.Person_groups", "registrations.Person_user_permissions"):
    personal.about(
        _ties,
        whose="person",
        part=_ties.rpartition("_")[2],
        said=_("Rights of your account in the technical administration."),
        deleted=True,
    )
personal.about(
    "registrations.Person",
    whose="pk",
    part="account",
    said=_("Your account: name, address and how the pages look for you."),
    copied="email name",
    left_out={personal.A_SECRET: "password"},
    replaced={
        "name": personal.ERASED,
        "theme": "auto",
        "shortcuts": False,
        "is_active": False,
        "is_staff": False,
        "is_superuser": False,
        "last_login": None,
    },
    texts_kept="email password",
    kept=_("The account remains as a number without a name, which the rows that stay hang on."),
    traced={"name": "names", "email": "emails"},
    erase=redacting.account,
)


@personal.files("membership", _("Files that you gave us: proofs of membership."))
def proofs(person: Person) -> Iterator[File]:
    rows = MembershipProof.objects.filter(registration__person=person).select_related("file")
    for row in rows.order_by("pk").iterator(chunk_size=100):
        yield f"{row.registration_id}/{row.pk}-{row.file.name}", store.path_of(row.file)
