from activities.models.audit import Audit, AuditDecision, AuditDraw
from activities.models.imports import Import
from activities.models.log import Activity, Credit
from activities.models.review import Comment, Suggestion

__all__ = [
    "Activity",
    "Audit",
    "AuditDecision",
    "AuditDraw",
    "Comment",
    "Credit",
    "Import",
    "Suggestion",
]
