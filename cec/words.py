"""Searching by words: folded, indexed, the same on both sides. The database does the folding.

"lazarewicz" finds Łazarewicz, "obrien" and "brien" find O’Brien, "mla 1042" finds MLA-1042. Each
word that is asked for begins a word of the row. The functions are made by migration
`registrations.0009`; docs/decisions/0012 says why this isn't LIKE.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, Expression, Func, TextField, Value

LONGEST = 100  # letters of a search


class Words(Func):
    """The words of one or two columns, as an index keeps them."""

    function = "cec_words"
    output_field = SearchVectorField()


class Folded(Func):
    """A text in lower case without accents, to sort by: Élise stands beside Elise."""

    function = "cec_fold"
    output_field = TextField()


def words_index(*columns: str, name: str) -> GinIndex:
    """Return the index that answers `found_in` of the same columns."""
    return GinIndex(Words(*columns), name=name)


def found_in(*columns: str, text: str) -> Func:
    """Return the condition that the columns have, for each word of the text, one that begins so."""
    return _matches(columns, Value(text))


def numbered(column: str, text: str) -> Func:
    """Return the condition that a number begins as the text does, whatever stands between.

    Its parts have no search of their own: every number of an association begins with "MLA".
    """
    together = Func(
        Folded(Value(text)), Value(" "), Value(""), function="replace", output_field=TextField()
    )
    return _matches((column,), together)


def _matches(columns: tuple[str, ...], asked: Expression) -> Func:
    return Func(
        Words(*columns),
        Func(asked, function="cec_asked"),
        template="%(expressions)s",
        arg_joiner=" @@ ",
        output_field=BooleanField(),
    )


def tidy(text: str) -> str:
    """Return a search as somebody meant it; PostgreSQL takes no NUL, and no name has one."""
    return " ".join(text.replace("\x00", "").split())[:LONGEST]
