"""Taking a workbook or a text file apart that somebody sent: what it is, whether it is safe, what
its cells say. Nothing in this package knows what a table is about.
"""
