"""Subject areas of an entry (P9): suggested ones and free ones, several of them in one text.

The text is what a cell of the workbook holds, so a file and the site say the same. Suggested areas
are kept by their English name and shown in the language of the page; free ones stay as they are.
"""

from collections.abc import Iterable
from functools import cached_property

from cec.spreadsheet.wording import fold
from registrations.models import SubjectArea

SEPARATOR = "; "


class Areas:
    """The suggested areas of a program, by whichever of their names somebody writes.

    They are read when a text has to be compared with them.
    """

    def __init__(self, rows: Iterable[SubjectArea]) -> None:
        self._rows = rows

    @cached_property
    def rows(self) -> list[SubjectArea]:
        return list(self._rows)

    @cached_property
    def _known(self) -> dict[str, SubjectArea]:
        return {fold(name): row for row in self.rows for name in (row.name_fr, row.name_en)}

    def __bool__(self) -> bool:
        return bool(self.rows)

    def parts(self, text: str) -> list[str]:
        """Return the areas of a text, each once: the suggested ones first, in their order."""
        if not text:
            return []
        said = {self._key(part): part for part in map(str.strip, text.split(";")) if part}
        suggested = [row.name_en for row in self.rows if fold(row.name_en) in said]
        free = [part for key, part in said.items() if key not in self._known]
        return suggested + free

    def split(self, text: str) -> tuple[list[str], list[str]]:
        """Return the suggested areas of a text, and the free ones."""
        parts = self.parts(text)
        suggested = [part for part in parts if fold(part) in self._known]
        return suggested, parts[len(suggested) :]

    def holds(self, text: str, part: str) -> bool:
        """Say whether a text names an area, however either is written."""
        return self._key(part) in map(self._key, self.parts(text))

    def canonical(self, text: str) -> str:
        """Return a text as it is kept."""
        return SEPARATOR.join(self.parts(text))

    def shown(self, text: str) -> str:
        """Return a text in the language of the page."""
        return SEPARATOR.join(map(self.name, self.parts(text)))

    def name(self, part: str) -> str:
        """Return one area in the language of the page."""
        row = self._known.get(fold(part))
        return row.name if row else part

    def _key(self, part: str) -> str:
        """Return the one key of an area, however it is written; a suggested one by its English."""
        key = fold(part)
        return fold(self._known[key].name_en) if key in self._known else key or part
