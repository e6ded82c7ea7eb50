"""The formulas of an exported record: what `activities.points` says, for a spreadsheet to work out.

Nothing newer than Excel 2007 is used, so that LibreOffice and every Excel at hand know it all. No
text of a person or of a program is ever part of a formula: formulas only point at cells.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from activities.workbook.columns import EXPORTED
from activities.workbook.scheme import Layer, Scheme

# Cells that hold no number where a rule sets none would need a question each: a cap that nobody
# reaches stands for no cap, and 0 for no fixed number, no step and no least.
NO_CAP = 10**9
_HELPERS = ("disallowed", "rank", "order", "rate", "kind", "group", "worth")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that we wrote ourselves; everything else in a cell is a value."""

    text: str


class Columns:
    """The letters of the columns: what is exported, then the hidden helpers, then the layers."""

    def __init__(self, scheme: Scheme) -> None:
        self.layers = scheme.layers()
        names = [*EXPORTED, *_HELPERS, *(f"layer{at}" for at in range(len(self.layers)))]
        self.letters = {name: get_column_letter(at) for at, name in enumerate(names, start=1)}
        self.hidden = names[names.index("row_id") :]

    def __getitem__(self, name: str) -> str:
        return self.letters[name]

    @property
    def result(self) -> str:
        """The helper with what counts after every cap."""
        return f"layer{len(self.layers) - 1}" if self.layers else "worth"


class RuleSheet:
    """Where the hidden sheet of rules has what: a line for each choice, type and program year."""

    CHOICE = ("label", "per_hour", "fixed", "step", "least", "kind", "short")

    def __init__(self, title: str, scheme: Scheme, choices: int) -> None:
        self.title = title
        self.scheme = scheme
        self.choices = max(choices, 1)
        kinds = ("code", "needs_outcome", "group", *(f"most{n}" for n in range(4)))
        names = [*self.CHOICE, *kinds, "year", "subject"]
        self.letters = {name: get_column_letter(at) for at, name in enumerate(names, start=1)}

    def range(self, name: str) -> str:
        """The cells of a column, as formulas of other sheets write them."""
        if name in self.CHOICE:
            length = self.choices
        elif name == "year":
            length = len(self.scheme.years)
        elif name == "subject":
            length = len(self.scheme.subjects)
        else:
            length = len(self.scheme.kinds)
        letter = self.letters[name]
        return f"'{self.title}'!${letter}$1:${letter}${max(length, 1)}"


class RowFormulas:
    """The formulas of one row after another, all over the same first and last row."""

    def __init__(self, columns: Columns, rules: RuleSheet, *, first: int, last: int) -> None:
        self.columns = columns
        self.rules = rules
        self.first, self.last = first, last
        self.scheme = rules.scheme
        self.said = {name: _quoted(text) for name, text in _sentences().items()}

    def of(self, row: int) -> dict[str, Formula]:
        """Formulas by column."""
        at = {name: f"{letter}{row}" for name, letter in self.columns.letters.items()}
        found = {
            "order": self._order(at),
            "rate": self._rate(at),
            "kind": f'IF({at["rate"]}="","",INDEX({self.rules.range("kind")},{at["rate"]}))',
            "group": f'IF({at["kind"]}="","",INDEX({self.rules.range("group")},{at["kind"]}))',
            "year": self._year(at),
            "points": self._points(at),
            "worth": self._worth(at),
            **dict(self._layers(at)),
            "counted": f'IF({at["points"]}="","",{at[self.columns.result]})',
            "parked": f'IF({at["points"]}="","",ROUND({at["worth"]}-{at[self.columns.result]},4))',
            "why": self._why(at),
        }
        return {name: Formula(f"={text}") for name, text in found.items()}

    def _order(self, at: dict[str, str]) -> str:
        """A number that is the higher the later an entry counts (P6): by day, then by entry.

        Exported entries have a rank of their own; the line of a new one is beyond every rank. It
        has few enough digits to be a text and a number again, as SUMIFS wants.
        """
        entry = f'IF({at["rank"]}="",ROW(),{at["rank"]})'
        day = f"INT({at['date']})-INDEX({self.rules.range('year')},1)"
        return f'IF(ISNUMBER({at["date"]}),({day})*10^5+{entry},"")'

    def _rate(self, at: dict[str, str]) -> str:
        """The place of the chosen type among the choices, whose names may hold * or ?.

        A code will do where one choice alone has it.
        """
        text = f"TRIM({at['type']})"
        for sign in "~*?":
            text = f'SUBSTITUTE({text},"{sign}","~{sign}")'
        by_code = f'IFERROR(MATCH({text},{self.rules.range("short")},0),"")'
        by_label = f"IFERROR(MATCH({text},{self.rules.range('label')},0),{by_code})"
        return f'IF({at["type"]}="","",{by_label})'

    def _year(self, at: dict[str, str]) -> str:
        """The number of the program year that holds the day (P5)."""
        day, starts = at["date"], self.rules.range("year")
        number = f'IFERROR(MATCH(INT({day}),{starts},1),"")'
        last = self.scheme.years[-1][1] if self.scheme.years else None
        if last is not None:
            end = f"DATE({last.year},{last.month},{last.day})"
            number = f'IF(INT({day})>{end},"",{number})'
        return f'IF(ISNUMBER({day}),{number},"")'

    def _points(self, at: dict[str, str]) -> str:
        """Raw points: nothing before day, title, type and hours are there."""

        def rule(name: str) -> str:
            return f"INDEX({self.rules.range(name)},{at['rate']})"

        worths = self.scheme.worths.values()
        raw = f"{rule('per_hour')}*{at['hours']}"
        if any(worth.step for worth in worths):
            # Half up, as 0.5 of a step may be 0.4999999 for a computer that counts in halves.
            steps = f"ROUND(ROUND({raw}/{rule('step')},6),0)*{rule('step')}"
            raw = f"IF({rule('step')}>0,{steps},{raw})"
        if any(worth.least for worth in worths):
            raw = f"MAX({raw},{rule('least')})"
        by_hour = f'IF(N({at["hours"]})>0,ROUND({raw},4),"")'
        either = f"IF({rule('fixed')}>0,{rule('fixed')},{by_hour})"
        missing = f'OR({at["rate"]}="",{at["year"]}="",TRIM({at["title"]})="")'
        return f'IF({missing},"",{either})'

    def _unfinished(self, at: dict[str, str]) -> str:
        needed = f"INDEX({self.rules.range('needs_outcome')},{at['kind']})=1"
        return f'AND({needed},TRIM({at["outcome"]})="")'

    def _planned(self, at: dict[str, str]) -> str:
        return f'OR(TRIM({at["planned"]})<>"",INT({at["date"]})>TODAY())'

    def _worth(self, at: dict[str, str]) -> str:
        """Raw points of what may count: not planned, unfinished or disallowed (P8, P11)."""
        idle = f'OR({at["disallowed"]}<>"",{self._planned(at)},{self._unfinished(at)})'
        return f'IF({at["points"]}="",0,IF({idle},0,{at["points"]}))'

    def _layers(self, at: dict[str, str]) -> Iterator[tuple[str, str]]:
        """What each kind of cap leaves: as much as still fits after all earlier entries (P6)."""
        source = "worth"
        for number, layer in enumerate(self.columns.layers):
            most = f"INDEX({self.rules.range(most_column(layer))},{at['kind']})"
            shares = ["group" if layer.shared_by_group else "kind", *["year"] * layer.yearly]
            same = "".join(f",{self._all(name)},{at[name]}" for name in shares)
            before = f'SUMIFS({self._all(source)}{same},{self._all("order")},"<"&{at["order"]})'
            left = f"MAX(0,MIN({at[source]},ROUND({most}-{before},4)))"
            yield f"layer{number}", f"IF({at[source]}=0,0,{left})"
            source = f"layer{number}"

    def _all(self, name: str) -> str:
        letter = self.columns[name]
        return f"${letter}${self.first}:${letter}${self.last}"

    def _why(self, at: dict[str, str]) -> str:
        said = self.said
        empty = f"COUNTA({at['date']}:{at['subject']},{at['hours']})=0"
        outside = f'AND(ISNUMBER({at["date"]}),{at["year"]}="")'
        missing = f'IF({empty},"",IF({outside},{said["outside"]},{said["missing"]}))'
        limited = f"IF({at['counted']}=0,{said['none']},{said['part']})"
        counts = f"IF({at['parked']}=0,{said['whole']},{limited})"
        idle = f"IF({self._unfinished(at)},{said['outcome']},{counts})"
        idle = f"IF({self._planned(at)},{said['planned']},{idle})"
        idle = f'IF({at["disallowed"]}<>"",{said["disallowed"]},{idle})'
        return f'IF({at["points"]}="",{missing},{idle})'


def most_column(layer: Layer) -> str:
    """The column of the rules that has the caps of a layer, by type."""
    return f"most{2 * layer.shared_by_group + (not layer.yearly)}"


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""'))


def _sentences() -> dict[str, str]:
    return {
        "missing": _(
            "Day, title, type or hours are missing or can’t be read here. "
            "The site may still read them."
        ),
        "outside": _("This day is outside your program years."),
        "disallowed": _("The committee disallowed it. It counts nothing."),
        "planned": _("It is planned and counts once you’ve done it."),
        "outcome": _("It counts once you’ve written what you learned."),
        "none": _("A limit had been reached. It stays in your record."),
        "part": _("It counts up to a limit. The rest stays in your record."),
        "whole": _("Counts in full."),
    }
