from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registrations.forms.desk import PlainForm
from registrations.forms.registering import ApplicationForm
from registrations.models import Association, Registration


def _reason(hint: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=1000,
        help_text=hint,
        error_messages={"required": _("Say why, in a few words.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class MoveForm(PlainForm):
    """The association to move to; the one where the registration is isn't offered."""

    association = forms.ModelChoiceField(
        label=_("New association"),
        queryset=Association.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose the new association.")},
    )
    member_number = forms.CharField(
        label=_("Member number there"),
        max_length=50,
        required=False,
        help_text=_("Leave it empty if you don’t know it."),
    )

    def __init__(self, *args: Any, registration: Registration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Association.objects.filter(is_active=True).exclude(pk=registration.association_id)
        self.fields["association"].queryset = others  # type: ignore[attr-defined]

    def clean_member_number(self) -> str:
        return " ".join(self.cleaned_data["member_number"].split())


class CorrectForm(PlainForm):
    """What was told on registering, as far as the person can put it right by themselves."""

    member_number = ApplicationForm.base_fields["member_number"]
    employer = ApplicationForm.base_fields["employer"]
    position = ApplicationForm.base_fields["position"]

    def __init__(self, *args: Any, registration: Registration, **kwargs: Any) -> None:
        answers = {name: getattr(registration, name) for name in self.base_fields}
        super().__init__(*args, initial=answers, **kwargs)
        if not registration.program.needs_membership:
            del self.fields["member_number"]

    def clean_member_number(self) -> str:
        return " ".join(self.cleaned_data["member_number"].split())


class DeskMoveForm(MoveForm):
    """The same for the committee, who were asked to by the person."""

    reason = _reason(_("For example a letter from the person. They read it in their history."))


class DeskWithdrawForm(PlainForm):
    reason = _reason(_("For example a letter from the person. They get it by e-mail."))
