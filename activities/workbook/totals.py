"""The second sheet of an exported record: what counts per type and year, and what is needed."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from activities.workbook.formulas import Formula
from activities.workbook.scheme import Need, Scheme

Line = list[object]
# The cells of a column of the record, by the column's name.
Where = Callable[[str], str]


class Totals:
    """Lines of formulas; `where` says where the record has its columns."""

    def __init__(self, scheme: Scheme, where: Where) -> None:
        self.scheme = scheme
        self.where = where
        self.years = len(scheme.years)
        self.divided = self.years > 1
        self.row = 0  # of the line that was made last

    def lines(self) -> Iterator[tuple[Line, bool]]:
        """The lines from top to bottom, and whether each is a heading."""
        yield from self._said([_("What counts, by type and program year")], heading=True)
        yield from self._said([])
        columns: Line = [
            _("Code"),
            _("Type of activity"),
            *self._year_names(),
            _("All"),
            _("Parked"),
        ]
        yield from self._said(columns, heading=True)
        first = self.row + 1
        for number, kind in enumerate(self.scheme.kinds, start=1):
            yield from self._said([kind.code, kind.name, *self._sums("kind", number)])
        last = self.row
        sums: Line = [Formula(f"=SUM({at}{first}:{at}{last})") for at in self._letters()]
        yield from self._said(["", _("Total"), *sums], heading=True)
        self.total = self.row
        for need in self.scheme.needs:
            yield from self._need(need)

    def _said(self, line: Line, *, heading: bool = False) -> Iterator[tuple[Line, bool]]:
        self.row += 1
        yield line, heading

    def _year_names(self) -> list[str]:
        if not self.divided:
            return []
        return [_("Year %(number)s") % {"number": at} for at in range(1, self.years + 1)]

    def _letters(self) -> list[str]:
        """Of the columns with sums: each year, all, parked."""
        count = (self.years if self.divided else 0) + 2
        return [get_column_letter(at) for at in range(3, 3 + count)]

    def _sums(self, name: str, value: int) -> Line:
        """What counts where a helper column of the record has this value."""
        same = f",{self.where(name)},{value}"
        counted = f"SUMIFS({self.where('counted')}{same}"
        years = range(1, self.years + 1) if self.divided else ()
        return [
            *(Formula(f"={counted},{self.where('year')},{number})") for number in years),
            Formula(f"={counted})"),
            Formula(f"=SUMIFS({self.where('parked')}{same})"),
        ]

    def _need(self, need: Need) -> Iterator[tuple[Line, bool]]:
        """What is needed, and what is still missing of it, under the sums that it is about."""
        yield from self._said([])
        counted = self.total
        if need.group is not None:
            yield from self._said(["", need.name, *self._sums("group", need.group + 1)])
            counted = self.row
        letters = self._letters()[:-1]  # nothing is asked of what is parked
        years, whole = letters[:-1], letters[-1]
        asked = letters if need.per == "year" and not self.divided else years
        if need.per == "cycle":
            asked = [whole]
        blanks: Line = [""] * (letters.index(asked[0]) if asked else 0)
        if need.carry is not None and self.divided:
            yield from self._carried(need, years, counted)
            carried = f"+{{at}}{self.row}"
        else:
            carried = ""
        amount: Line = [need.points for _at in asked]
        yield from self._said(["", _needed_text(need), *blanks, *amount])
        row = self.row
        left: Line = [
            Formula(f"=MAX(0,{at}{row}-({at}{counted}{carried.format(at=at)}))") for at in asked
        ]
        yield from self._said(["", _("Still missing"), *blanks, *left])

    def _carried(self, need: Need, years: list[str], counted: int) -> Iterator[tuple[Line, bool]]:
        row = self.row + 1
        brought: Line = [
            Formula(
                f"=MIN({need.carry},{at}{counted},MAX(0,{at}{counted}+{at}{row}-{need.points}))"
            )
            for at in years[:-1]
        ]
        yield from self._said(["", _("Brought from the year before"), 0, *brought])


def _needed_text(need: Need) -> str:
    """What is only advised isn't called needed: the certificate doesn't hang on it (P3)."""
    if need.advised:
        return _("Suggested in each year") if need.per == "year" else _("Suggested in all")
    return _("Needed in each year") if need.per == "year" else _("Needed in all")
