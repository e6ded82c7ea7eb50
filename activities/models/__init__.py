from activities.models.imports import Import
from activities.models.log import Activity, Credit
from activities.models.requests import CreditRequest
from activities.models.review import Comment, Suggestion

__all__ = ["Activity", "Comment", "Credit", "CreditRequest", "Import", "Suggestion"]
