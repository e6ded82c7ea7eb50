"""The forms of bank exports: the file, the shares of a deposit, why one is set aside."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registrations.bank.cells import DAY_FIRST, MONTH_FIRST
from registrations.bank.recording import Share
from registrations.forms.desk import PaymentForm, PlainForm
from registrations.models import Registration


class BankExportForm(PlainForm):
    file = forms.FileField(
        label=_("Export of the bank"),
        help_text=_("A CSV file of up to 2 MB, as the bank’s website saves it."),
        allow_empty_file=True,
        error_messages=dict.fromkeys(
            ("required", "missing", "invalid"), _("Choose the file from the bank.")
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
    day_order = forms.ChoiceField(
        label=_("Days in this file"),
        required=False,
        choices=[
            ("", _("As the file shows by itself")),
            (DAY_FIRST, _("Day first, like 25/11/2026")),
            (MONTH_FIRST, _("Month first, like 11/25/2026")),
        ],
    )


class AsideForm(PlainForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("For instance: paid twice, sent back; or a donation, no fee."),
        error_messages={"required": _("Say why, in a few words.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class SharesForm(PlainForm):
    """How much of a deposit pays whose fee; one field of money for each person chosen."""

    method = PaymentForm.base_fields["method"]

    def __init__(
        self, *args: Any, rows: Iterable[Registration], left: Decimal, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows = list(rows)
        for row in self.rows:
            share = max(min(row.balance, left), Decimal(0))
            left -= share
            field = forms.DecimalField(
                label=f"{row.person.name}, {row.reference}",
                max_digits=8,
                decimal_places=2,
                min_value=Decimal("0.01"),
                error_messages=PaymentForm.base_fields["amount"].error_messages,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "chars-10"}),
                initial=share or None,
            )
            self.fields[f"amount_{row.pk}"] = field
        self.order_fields([name for name in self.fields if name != "method"])

    def shares(self) -> list[Share]:
        return [Share(row, self.cleaned_data[f"amount_{row.pk}"]) for row in self.rows]
