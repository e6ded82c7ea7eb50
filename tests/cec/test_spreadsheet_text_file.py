"""A table in a text file: encoding and delimiter are found, and what is broken is refused."""

import pytest

from cec.spreadsheet import text_file
from cec.spreadsheet.safety import WorkbookRefused
from cec.spreadsheet.text_file import TextFormat, encoding_of, format_of

FRENCH = "No;Nom;Échéance\r\n1;Zoé Lavallée;à vie\r\n2;Françoise Noël;2027-06-30\r\n"


def known(values):
    return sum(value in ("No", "Nom", "Name", "Échéance") for value in values)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
        ("mac_roman", "mac_roman"),
    ],
)
def test_an_encoding_is_found_and_the_accents_are_right(encoding, found):
    data = FRENCH.encode(encoding)

    written = format_of(data, known)

    assert written == TextFormat(found, ";")
    assert list(text_file.lines(data, written))[1] == ["1", "Zoé Lavallée", "à vie"]


def test_plain_ascii_is_utf_8():
    assert encoding_of(b"No,Name\n1,Jane\n") == "utf-8"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_under_which_the_headings_are_known(delimiter):
    lines = [["No", "Name"], ["1", "Doe, Jane; Dr."], ["2", "Roe | Sons"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)

    written = format_of(text.encode(), known)

    assert written.delimiter == delimiter
    assert list(text_file.lines(text.encode(), written)) == lines


def test_excels_own_line_that_names_the_delimiter_is_taken_at_its_word():
    data = b"sep=;\r\nNo;Name\r\n1;a,b,c,d\r\n"

    written = format_of(data, known)

    assert list(text_file.lines(data, written)) == [["No", "Name"], ["1", "a,b,c,d"]]


def test_a_line_break_inside_quotation_marks_is_none():
    data = b'No,Name\n1,"Jane\nDoe"\n2,Roe\n'

    lines = list(text_file.lines(data, TextFormat("utf-8", ",")))

    assert lines == [["No", "Name"], ["1", "Jane\nDoe"], ["2", "Roe"]]


def test_the_formula_that_keeps_zeros_is_its_text_and_any_other_is_shown_as_it_stands():
    data = b'No,Name\n"=""00123""","=HYPERLINK(""http://evil.example"")"\n'

    lines = list(text_file.lines(data, TextFormat("utf-8", ",")))

    assert lines[1] == ["00123", '=HYPERLINK("http://evil.example")']


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("Nom;Prénom;Zoé".encode()[:-1], "breaks_off"),
        ("é".encode() * 50 + b"\xe9" + "à".encode() * 50, "mixed_encodings"),
        ("é".encode("utf-16") + b"\x00", "breaks_off"),
    ],
    ids=["cut in a letter", "a slip among UTF-8", "half a letter of UTF-16"],
)
def test_a_file_whose_letters_are_broken_is_refused_rather_than_misread(data, code):
    with pytest.raises(WorkbookRefused) as refused:
        encoding_of(data)

    assert refused.value.code == code


@pytest.mark.parametrize("data", [b'No,Name\n1,"Jane\n2,Roe\n', b'No,Name\n1,"Jane" Doe\n'])
def test_quotation_marks_that_do_not_match_are_refused(data):
    with pytest.raises(WorkbookRefused) as refused:
        list(text_file.lines(data, TextFormat("utf-8", ",")))

    assert refused.value.code == "quotation_marks"


def test_a_cell_without_end_is_refused():
    data = b"No,Name\n1," + b"x" * 200_000 + b"\n"

    with pytest.raises(WorkbookRefused):
        list(text_file.lines(data, TextFormat("utf-8", ",")))
