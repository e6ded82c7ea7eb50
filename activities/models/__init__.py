from activities.models.imports import Import
from activities.models.log import Activity, Credit
from activities.models.rehearsals import Effect, Rehearsal
from activities.models.review import Comment, Suggestion

__all__ = ["Activity", "Comment", "Credit", "Effect", "Import", "Rehearsal", "Suggestion"]
