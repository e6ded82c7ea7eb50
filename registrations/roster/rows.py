"""One line of a list: a member, with what isn't settled about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from cec.spreadsheet import date_order
from cec.spreadsheet.cells import ERRORS, as_text
from cec.spreadsheet.date_order import Order
from cec.spreadsheet.dates import EARLIEST_YEAR, LATEST_YEAR, read_dates
from cec.spreadsheet.wording import CONTROL, clean_line, fold, unescape
from registrations.likeness import email_key, name_key, number_key

# What a status says, folded; any other word is asked about.
GOOD = frozenset(
    (
        *("active", "active member", "current", "good", "good standing", "in good standing"),
        *("member in good standing", "paid", "valid", "ok", "renewed"),
        *("actif", "active", "en regle", "membre actif", "membre en regle", "paye", "payee"),
        *("valide", "a jour", "renouvele", "renouvelee"),
    )
)
BAD = frozenset(
    (
        *("suspended", "lapsed", "expired", "inactive", "cancelled", "canceled", "not renewed"),
        *("unpaid", "overdue", "not in good standing", "resigned", "terminated"),
        *("suspendu", "suspendue", "expire", "expiree", "echu", "echue", "inactif", "annule"),
        *("annulee", "non renouvele", "non renouvelee", "impaye", "impayee", "radie", "radiee"),
        *("pas en regle", "demissionnaire"),
    )
)
# As long as the columns of `RosterMember`.
MOST = {"number": 50, "name": 200, "email": 254}
MOST_SAID = 60
COPIED = (
    *("number", "member_number", "name", "email", "good_until", "suspended", "status_bad"),
    *("number_key", "email_key", "name_key", "expiry_asked", "expiry_said", "status_said"),
    *("trouble",),
)


@dataclass(frozen=True, slots=True)
class Expiry:
    """The last day of a membership, or what the list says instead of a plain day."""

    day: date | None = None
    said: str = ""

    @property
    def asked(self) -> bool:
        return self.day is None


class RowReader:
    """Reads the lines of one list; `order` learns from every date how the column writes them."""

    def __init__(self, columns: Mapping[str, int], *, width: int, exact: bool) -> None:
        self.columns = columns
        self.width = width
        self.exact = exact  # cells beyond the headings mean that a line isn't what it seems
        self.order = Order()
        self.emails = self.no_emails = 0
        self.short_lines, self.last_is_short = 0, False
        self._expiry_text = lru_cache(maxsize=10_000)(self._read_expiry_text)

    @property
    def breaks_off(self) -> bool:
        """Whether the last line alone has fewer cells than there are headings."""
        return self.exact and self.last_is_short and self.short_lines == 1

    def read(self, number: int, values: Sequence[object]) -> tuple[object, ...] | None:
        """The fields of `COPIED`, or None for a line that holds nothing of a member."""
        self.last_is_short = len(values) < self.width
        self.short_lines += self.last_is_short
        cells = {
            field: values[index] if index < len(values) else None
            for field, index in self.columns.items()
        }
        texts = {
            field: clean_line(_text(cells.get(field)))
            for field in ("number", "name", "first", "last", "email", "status")
        }
        name = texts["name"] or f"{texts['first']} {texts['last']}".strip()
        said_until = _text(cells.get("expiry")).strip()
        if not (name or texts["number"] or texts["email"] or said_until):
            return None
        said = {"number": texts["number"], "name": name, "email": texts["email"]}
        expiry = self._expiry(cells.get("expiry"))
        status = fold(texts["status"])
        trouble = self._trouble(values, said, texts["status"])
        kept = {field: CONTROL.sub("", text)[: MOST[field]] for field, text in said.items()}
        suspended = status in BAD
        return (
            number,
            kept["number"],
            kept["name"],
            kept["email"],
            expiry.day,
            suspended,
            suspended,
            number_key(kept["number"]),
            self._email_key(kept["email"], counts=not trouble),
            name_key(kept["name"])[: MOST["name"]],
            expiry.asked,
            expiry.said,
            "" if not status or suspended or status in GOOD else _said(texts["status"]),
            trouble,
        )

    def _email_key(self, text: str, *, counts: bool) -> str:
        """An address, or nothing for a note in its place ("none")."""
        if not text:
            return ""
        self.emails += counts
        if "@" not in text:
            self.no_emails += counts
            return ""
        return email_key(text)[: MOST["email"]]

    def _trouble(self, values: Sequence[object], said: Mapping[str, str], status: str) -> str:
        """What is wrong with the line as a whole."""
        if not any(said.values()):
            return "nobody"
        if any(text in ERRORS for text in said.values()):
            return "error"
        if any(CONTROL.search(text) for text in (*said.values(), status)):
            return "control"
        if any(len(text) > MOST[field] for field, text in said.items()):
            return "long"
        if self.exact and any(_text(value).strip() for value in values[self.width :]):
            return "uneven"
        return ""

    def _expiry(self, value: object) -> Expiry:
        if value is None:
            return Expiry()
        if isinstance(value, datetime):
            return self._plausible(value.date())
        if isinstance(value, date):
            return self._plausible(value)
        return self._expiry_text(as_text(value).strip())

    def _plausible(self, day: date) -> Expiry:
        if EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            return Expiry(day)
        return Expiry(said=day.isoformat())

    def _read_expiry_text(self, text: str) -> Expiry:
        text = clean_line(unescape(text))
        if not text:
            return Expiry()
        if found := date_order.ways(text):
            self.order.see(text, found)
            days = set(found.values())
            return self._plausible(days.pop()) if len(days) == 1 else Expiry(said=_said(text))
        dates = read_dates(text)
        if dates.completed and dates.started == dates.completed:
            return Expiry(dates.completed)
        return Expiry(said=_said(text))


def _text(value: object) -> str:
    if value is None:
        return ""
    return unescape(value) if isinstance(value, str) else as_text(value)


def _said(text: str) -> str:
    return CONTROL.sub("", text)[:MOST_SAID]
