from activities.models.imports import Import
from activities.models.log import Activity, Credit
from activities.models.review import Comment

__all__ = ["Activity", "Comment", "Credit", "Import"]
