"""What administrators find under History and privacy: an incident, and looks at a record."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from registrations import incidents, viewing
from registrations.models import Person, RecordView, Registration

Page = RecordView.Page
KEY = UUID(int=1)


def keep(*, office: Person, looked: Person, at: str) -> None:
    """Enter an incident of last month, and let somebody have looked at a person's record.

    Everybody signed in lately, or half of them would be told that their account ends.
    """
    month_ago = timezone.localdate() - timedelta(days=30)
    incidents.open_incident(
        by=office,
        form_key=KEY,
        happened=month_ago.isoformat(),
        found_on=month_ago,
        what="A list of members was sent to the representative of another association.",
        data="Names, member numbers and e-mail addresses",
        people=48,
        people_in_quebec=0,
        risk="none",
        risk_why="The recipient deleted it unread and said so in writing.",
        measures="The list is only uploaded here now, and sent to nobody.",
        regulators_told_on=None,
        people_told_on=None,
        others_told="",
    )
    Person.objects.filter(last_login=None).update(last_login=timezone.now())
    row = Registration.objects.filter(person__email=at).first()
    if row is not None:
        for page in (Page.REGISTRATION, Page.RECORD):
            viewing.note(row, page, by=looked)
