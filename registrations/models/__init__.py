from registrations.models.associations import Association
from registrations.models.bank import BankExport, BankLine
from registrations.models.committee import Appointment
from registrations.models.consents import Consent
from registrations.models.cycles import CycleChange, ProgramYear
from registrations.models.fee_state import FeeState
from registrations.models.fees import Payment
from registrations.models.history import Event, HistoryRemoved, Seal
from registrations.models.incidents import Incident, IncidentAccount
from registrations.models.mail_texts import MailText
from registrations.models.membership import MembershipCheck, MembershipDoubt, MembershipProof
from registrations.models.mentoring import (
    MentorInvitation,
    MentorOffer,
    Mentorship,
    MentorWish,
)
from registrations.models.notes import AssociationNote
from registrations.models.notices import Notice, PausedNotices, RemindersOff, Standing
from registrations.models.organisations import Allocation, Organisation, Part, StatementUse
from registrations.models.people import Person, UnusedAccountNotice
from registrations.models.personal import DataCopy, Erasure
from registrations.models.planning import LearningGoal, MentorNote
from registrations.models.programs import (
    ActivityType,
    Cap,
    Rate,
    Requirement,
    Rules,
    SubjectArea,
    TypeGroup,
)
from registrations.models.registration import Registration
from registrations.models.rosters import Roster, RosterMember, RosterQuestion
from registrations.models.scheme import Program
from registrations.models.views_of_records import RecordView

__all__ = [
    "ActivityType",
    "Allocation",
    "Appointment",
    "Association",
    "AssociationNote",
    "BankExport",
    "BankLine",
    "Cap",
    "Consent",
    "CycleChange",
    "DataCopy",
    "Erasure",
    "Event",
    "FeeState",
    "HistoryRemoved",
    "Incident",
    "IncidentAccount",
    "LearningGoal",
    "MailText",
    "MembershipCheck",
    "MembershipDoubt",
    "MembershipProof",
    "MentorInvitation",
    "MentorNote",
    "MentorOffer",
    "MentorWish",
    "Mentorship",
    "Notice",
    "Organisation",
    "Part",
    "PausedNotices",
    "Payment",
    "Person",
    "Program",
    "ProgramYear",
    "Rate",
    "RecordView",
    "Registration",
    "RemindersOff",
    "Requirement",
    "Roster",
    "RosterMember",
    "RosterQuestion",
    "Rules",
    "Seal",
    "Standing",
    "StatementUse",
    "SubjectArea",
    "TypeGroup",
    "UnusedAccountNotice",
]
