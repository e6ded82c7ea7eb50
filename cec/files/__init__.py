"""Files that people give us: what is taken, where it lies, who gets it back (reliability D1-D7).

    checked = checking.check(upload)     # raises Refused, saying why
    row = store.keep(checked)            # in the transaction of the deed
    return serving.answer(request, row)  # after the view has asked who may see it

`checking` looks at the content, `scanning` has clamd look for viruses, `store` is the folder,
`StoredFile` (rows.py) the row that each file has.
"""
