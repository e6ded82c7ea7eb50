"""Rosters: an association's list of members, from the uploaded file to the list in use.

`keeping` has the verbs, `reading` is the worker's part, `columns` and `rows` take the file apart,
`questions` holds what only the association can settle, `comparison` what a list would change.
"""
