"""What the committee asks and decides about a record that was turned in, and its audit."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from activities.audit import Choice
from activities.models import Activity, AuditDecision
from activities.models.audit import LONGEST_REASON
from cec.wording import short_day
from registrations.forms.desk import PlainForm

# More entries than this get no question of their own: a form has at most 1,000 fields.
MOST_QUESTIONS = 800
LONGEST_QUESTION = 2000
MOST_DECISIONS = 300  # three fields each

Kind = AuditDecision.Kind
IN_RECORD = [Kind.PASS, Kind.MEND, Kind.DISALLOW]  # what is decided on an entry that counts


class ReviewForm(PlainForm):
    """Questions on entries and a reason; `activities` are the ids of the entries shown.

    `seen` is the event by which the record on the page was turned in.
    """

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("A few words to the participant"),
        required=False,
        max_length=1000,
        help_text=_("Goes out with your questions when you send the record back."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, activities: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.activities = list(activities[:MOST_QUESTIONS])
        for pk in self.activities:
            self.fields[f"question_{pk}"] = forms.CharField(
                label=_("Your question"),
                required=False,
                max_length=LONGEST_QUESTION,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @property
    def questions(self) -> dict[int, str]:
        """Questions by activity id, the empty ones left out."""
        asked = {pk: self.cleaned_data[f"question_{pk}"] for pk in self.activities}
        return {pk: text for pk, text in asked.items() if text}


class AuditForm(PlainForm):
    """A decision and a reason for each entry; `entries` are shown with their latest decision.

    What was shown comes back with it, so that nobody decides on something else.
    """

    def __init__(
        self,
        *args: Any,
        entries: Sequence[Activity],
        latest: Mapping[int, AuditDecision],
        disallowed: Collection[int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.entries = list(entries[:MOST_DECISIONS])
        for entry in self.entries:
            last = latest.get(entry.pk)
            kinds = [Kind.ALLOW] if entry.pk in disallowed else IN_RECORD
            self.fields[f"kind_{entry.pk}"] = forms.ChoiceField(
                label=_("Decision"),
                required=False,
                choices=[("", _("Nothing now")), *((kind.value, kind.label) for kind in kinds)],
            )
            self.fields[f"reason_{entry.pk}"] = forms.CharField(
                label=_("Reason, or what to mend"),
                required=False,
                max_length=LONGEST_REASON,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.fields[f"seen_{entry.pk}"] = forms.RegexField(
                r"^\d{1,9}-\d{1,18}$",
                required=False,
                initial=f"{entry.version}-{last.pk if last else 0}",
                widget=forms.HiddenInput,
            )

    @property
    def choices(self) -> list[Choice]:
        """What was decided, the entries without a decision left out."""
        return [
            Choice(entry.pk, kind, self.cleaned_data[f"reason_{entry.pk}"], self._seen(entry))
            for entry in self.entries
            if (kind := self.cleaned_data[f"kind_{entry.pk}"])
        ]

    def _seen(self, entry: Activity) -> tuple[int, int]:
        version, decision = (self.cleaned_data[f"seen_{entry.pk}"] or "0-0").split("-")
        return int(version), int(decision)


class AskedEntriesForm(PlainForm):
    """Which entries an audit asks for; none are all that count."""

    entries = forms.TypedMultipleChoiceField(
        label=_("Ask for evidence on"),
        required=False,
        coerce=int,
        help_text=_("Choose none to ask for evidence on everything that counts."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, entries: Sequence[Activity], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entries"].choices = [  # type: ignore[attr-defined]
            (entry.pk, f"{short_day(entry.completed_on)} {entry.title}")
            for entry in entries[:MOST_QUESTIONS]
        ]
