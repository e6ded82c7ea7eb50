"""What the tests here need, and how it is said when it isn't there."""

import os
from pathlib import Path

CHROMIUM = os.environ.get("CEC_CHROMIUM", "/usr/bin/chromium")
MISSING = f"no Chromium at {CHROMIUM}: what people see is NOT tested"


def is_missing() -> bool:
    return not Path(CHROMIUM).exists()


def is_forgiven() -> bool:
    """CI brings a Chromium along, so that there a missing one is a failure."""
    return os.environ.get("CI") != "true"


def pytest_terminal_summary(terminalreporter) -> None:
    """Say at the end of a run, where nobody misses it, what wasn't tested (tests/conftest.py)."""
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", ())
        if "no Chromium at" in str(report.longrepr)
    ]
    if skipped:
        text = f"{len(skipped)} browser tests did not run: {MISSING}"
        terminalreporter.write_sep("!", text, red=True, bold=True)
