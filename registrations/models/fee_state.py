"""In which state a fee is: the one rule, as words and as SQL."""

from decimal import Decimal

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

ZERO = Decimal(0)


class FeeState(models.TextChoices):
    """What the ledger says of a fee (domain section 6)."""

    NONE = "none", _("No fee")
    DUE = "due", _("Not paid")
    PART = "part", _("Part paid")
    PAID = "paid", _("Paid")
    WAIVED = "waived", _("Waived")
    REFUNDED = "refunded", _("Refunded")
    OVERPAID = "overpaid", _("Overpaid")

    @property
    def tone(self) -> str:
        """The look of its pill: colour only where somebody has to act."""
        return _TONES.get(self, "plain")


_TONES = {
    FeeState.DUE: "warn",
    FeeState.PART: "warn",
    FeeState.OVERPAID: "warn",
    FeeState.REFUNDED: "out",
}


class FeeStateField(models.CharField):  # type: ignore[type-arg]
    """What the database computes comes back as a FeeState."""

    def from_db_value(self, value: str, *context: object) -> FeeState:
        return FeeState(value)


# The first that fits is it. `paid` is the sum of all lines, `waived` and `refunded` of theirs;
# a fee that was settled by a waiver, even in part, is waived.
_RULE: tuple[tuple[Q, FeeState], ...] = (
    (Q(paid__gt=F("fee")), FeeState.OVERPAID),
    (Q(paid__lte=ZERO, refunded__lt=ZERO), FeeState.REFUNDED),
    (Q(fee=ZERO), FeeState.NONE),
    (Q(paid=F("fee"), waived__gt=ZERO), FeeState.WAIVED),
    (Q(paid=F("fee")), FeeState.PAID),
    (Q(paid__gt=ZERO), FeeState.PART),
)


def fee_state() -> Case:
    """Render the rule over the annotations `paid`, `waived` and `refunded`."""
    return Case(
        *(When(condition, then=Value(state.value)) for condition, state in _RULE),
        default=Value(FeeState.DUE.value),
        output_field=FeeStateField(),
    )
