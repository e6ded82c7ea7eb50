"""Sweepers of a test, in the place of the product's."""

from cec import work
from cec.jobs import Sweeper

work.sweepers()  # all are registered before a test puts others in their place


def replace_sweepers(monkeypatch, *, every=None, queue="general", **functions):
    """Let nothing run by itself but these."""
    found = {name: Sweeper(run, f"Do {name}", every, queue) for name, run in functions.items()}
    monkeypatch.setattr(work, "_sweepers", found)
