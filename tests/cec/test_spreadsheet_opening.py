import openpyxl


def test_workbooks_are_read_by_the_guarded_parser_even_where_lxml_is_installed():
    import lxml  # noqa: F401  the signatures of PDFs bring it along

    assert openpyxl.DEFUSEDXML
    assert not openpyxl.LXML
