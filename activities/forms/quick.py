"""The quick card: title, day, type and hours are enough to log an activity."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from activities import repeats
from activities.continuing import recurs
from activities.forms.entry import NewEntry
from activities.lately import rates_used_lately
from activities.models import Activity
from activities.record import Record
from activities.rules import plural, rate_words
from cec.forms import LineField
from registrations.models import Rate

Choices = list[tuple[str, Any]]

# What the button under a likely repeat says: it is something new, or it goes on.
ANYWAY, GOES_ON = "1", "goes_on"


class QuickForm(NewEntry):
    """Title, day, type and hours.

    A fresh card offers the types that were used lately before the others, and has the last of them
    chosen. `anyway` comes from a button that saves in spite of a likely repeat (P7).
    """

    field_order = ["title", "completed_on", "rate", "hours", "token"]

    title = LineField(
        label=_("What did you do?"),
        max_length=300,
        error_messages={"required": _("Enter what you did")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    rate = forms.TypedChoiceField(
        label=_("Activity type"),
        error_messages={
            "required": _("Choose the type of activity"),
            "invalid_choice": _("Choose a type from the list"),
        },
    )
    offers_lately = True
    day_ahead = _(
        "This day is still ahead. Enter the day when you finished, "
        "or choose “More details” to save it as planned."
    )

    def __init__(self, record: Record, data: Any = None, **kwargs: Any) -> None:
        super().__init__(record, data, **kwargs)
        self.repeats: list[repeats.Earlier] = []
        self.continues: int | None = None
        field = self.fields["rate"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = rate_choices(record)
        field.coerce = lambda value: record.rules.rates[int(value)]
        if not record.rules.counts_hours:
            field.label = _("Course")
            field.error_messages["required"] = _("Choose the course")
        if data is None and self.offers_lately:
            self.offer_lately()

    def offer_lately(self) -> None:
        """Put the types that were used lately first; a form that is saved has no need of it."""
        lately = rates_used_lately(self.record)
        field = self.fields["rate"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = rate_choices(self.record, lately)
        if lately:
            self.initial.setdefault("rate", lately[0].pk)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and self.may_repeat:
            self._look_for_repeats()
        return cleaned

    @property
    def may_repeat(self) -> bool:
        """Whether it has to be looked for a repeat: always for what is new."""
        return True

    def _look_for_repeats(self) -> None:
        """Point out the same title under the same type (P7), unless that was seen."""
        assert self.chosen is not None
        found = repeats.look(
            self.record.registration,
            kind=self.chosen.activity_type,
            title=self.cleaned_data["title"],
            completed_on=self.cleaned_data["completed_on"],
            leaving_out=self.known_id,
            form_key=self.form_key(),
        )
        answer = self.data.get("anyway")
        self.repeats = [] if answer else found.repeats
        self.continues = found.continues
        if answer == GOES_ON and found.repeats and self.could_go_on:
            self.continues = found.repeats[0].series

    @property
    def known_id(self) -> int | None:
        """The id of the activity that is being edited."""
        return None

    @property
    def could_go_on(self) -> bool:
        """Whether the type is one of roles that go on from month to month."""
        return self.chosen is not None and recurs(self.chosen, self.record.rules)

    @property
    def wants_answer(self) -> bool:
        """Whether the form is right but something in it should be looked at before saving."""
        return bool(self.repeats)

    def activity(self) -> Activity:
        """Return a new activity as the form says."""
        return self.fill(Activity(form_key=self.form_key(), continues_id=self.continues))

    def fill(self, activity: Activity) -> Activity:
        """Write what the form says into an activity; nothing else of it is touched."""
        for name in ("title", "completed_on", "hours"):
            setattr(activity, name, self.cleaned_data.get(name))
        return activity


def rate_choices(record: Record, lately: Sequence[Rate] = ()) -> Choices:
    """Every type and role: those used lately, then by what an hour gives, the most first.

    Types of a fixed number come last.
    """
    unit = record.rules.unit
    groups: dict[Decimal | None, Choices] = defaultdict(list)
    for rate in record.rules.rates.values():
        if rate not in lately:
            groups[rate.per_hour].append((str(rate.pk), rate_words(rate, unit)))
    choices: Choices = [("", gettext("Choose"))]
    if lately:
        used = [(str(rate.pk), rate_words(rate, unit)) for rate in lately]
        choices.append((gettext("Used lately"), used))
    for per_hour in sorted((key for key in groups if key), reverse=True):
        text = ngettext("%(points)s an hour", "%(points)s an hour", plural(per_hour))
        choices.append((text % {"points": record.rules.amount(per_hour)}, groups[per_hour]))
    if None in groups:
        label = gettext("A fixed number of %(unit)s") % {"unit": unit}
        choices += [(label, groups[None])] if len(choices) > 1 else groups[None]
    return choices
