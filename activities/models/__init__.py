from activities.models.audit import Audit, AuditDecision, AuditDraw
from activities.models.changes import EntryChange
from activities.models.evidence import Evidence
from activities.models.imports import Import
from activities.models.log import Activity, Credit
from activities.models.rehearsals import Effect, Rehearsal
from activities.models.requests import CreditRequest
from activities.models.review import Comment, Suggestion
from activities.models.yearend import YearResult

__all__ = [
    "Activity",
    "Audit",
    "AuditDecision",
    "AuditDraw",
    "Comment",
    "Credit",
    "CreditRequest",
    "Effect",
    "EntryChange",
    "Evidence",
    "Import",
    "Rehearsal",
    "Suggestion",
    "YearResult",
]
