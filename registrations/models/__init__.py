from registrations.models.associations import Association
from registrations.models.committee import Appointment
from registrations.models.fees import Payment
from registrations.models.history import Event
from registrations.models.membership import MembershipCheck
from registrations.models.mentoring import (
    MentorInvitation,
    MentorOffer,
    Mentorship,
    MentorWish,
)
from registrations.models.people import Person
from registrations.models.planning import LearningGoal, MentorNote
from registrations.models.programs import (
    ActivityType,
    Cap,
    Program,
    Rate,
    Requirement,
    Rules,
    SubjectArea,
)
from registrations.models.registration import ProgramYear, Registration
from registrations.models.rosters import Roster, RosterMember

__all__ = [
    "ActivityType",
    "Appointment",
    "Association",
    "Cap",
    "Event",
    "LearningGoal",
    "MembershipCheck",
    "MentorInvitation",
    "MentorNote",
    "MentorOffer",
    "MentorWish",
    "Mentorship",
    "Payment",
    "Person",
    "Program",
    "ProgramYear",
    "Rate",
    "Registration",
    "Requirement",
    "Roster",
    "RosterMember",
    "Rules",
    "SubjectArea",
]
