"""The text fields of the forms that log an activity."""

from django.utils.translation import gettext_lazy as _

from activities.workbook.lines import MOST_CHARACTERS
from cec.forms import TextField


class OutcomeField(TextField):
    """What somebody learned, as long as a cell of the workbook takes."""

    def __init__(self) -> None:
        super().__init__(
            label=_("What I learned"),
            rows=4,
            max_length=MOST_CHARACTERS,
            help_text=_("What do you know or do differently now? One or two sentences are enough."),
        )
