"""Which types somebody used lately: the quick card offers them first."""

from activities.models import Credit
from activities.record import Record
from registrations.models import Rate

NEWEST = 20  # entries that are looked at
MOST_SHOWN = 3


def rates_used_lately(record: Record) -> list[Rate]:
    """Return the rates of the entries that were logged last, each once; one small query."""
    kept = Credit.objects.filter(registration=record.registration).exclude(
        state=Credit.State.DELETED
    )
    newest = kept.order_by("-activity_id").values_list("rate_id", flat=True)
    ids = dict.fromkeys(newest[:NEWEST])
    return [record.rules.rates[pk] for pk in ids if pk in record.rules.rates][:MOST_SHOWN]
