"""Program years that are over: closed once, with the standing of then (domain section 7).

`closing` freezes what the points engine says, `reopening` is the one way to undo that, `results`
lists what was frozen and what has changed since, `exporting` writes it as a workbook.
"""
