"""The pages on security say what the settings say, and what they point at is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from activities import evidence, reading_imports
from activities.workbook import reading as workbook
from cec import limits, security_log
from cec.files import checking, pictures
from cec.spreadsheet import table
from certificates.public import limits as public
from registrations.bank import reading as bank
from registrations.roster import columns as roster

ROOT = Path(settings.BASE_DIR)
SECURITY = (ROOT / "docs/security.md").read_text(encoding="utf-8")
PAPERS = (ROOT / "docs/security-papers.md").read_text(encoding="utf-8")
MEGA = 1024**2
ITEMS = {"A": 8, "B": 9, "C": 9, "D": 8, "E": 8, "F": 7, "J": 4, "K": 4, "L": 4}


def test_every_item_has_a_row():
    rows = re.findall(r"^\| ([A-Z]\d) ", SECURITY, re.MULTILINE)

    wanted = {f"{letter}{n}" for letter, most in ITEMS.items() for n in range(1, most + 1)}
    assert set(rows) == wanted | {"I4"}
    assert len(rows) == len(set(rows))


def test_every_file_that_a_row_names_is_there():
    named = set(
        re.findall(r"`((?:tests|cec|registrations|activities|certificates|bin)/[^`]*)`", SECURITY)
    )

    assert len(named) > 60
    assert {name for name in named if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("name", ["CLAMD_URL", "DATABASE_URL", "REDIS_URL", "SMTP_URL"])
def test_every_connection_is_named(name):
    paper = PAPERS.partition("## Where it connects to")[2].partition("\n## ")[0]
    urls = set(re.findall(r'"([A-Z_]+_URL)"', (ROOT / "cec/settings.py").read_text()))

    assert name in urls
    assert {url for url in urls if f"`{url}`" not in paper} <= {"SITE_URL", "STATIC_URL"}


FIGURES = [
    f"| files sent | {limits.UPLOADS} in {limits.UPLOAD_SECONDS} s |",
    f"| checking a certificate | {public.CHECKS} in {public.SECONDS} s |",
    f"| checking a certificate's file | {public.FILES} in {public.SECONDS} s |",
    f"{checking.MOST_BYTES // MEGA} MB a file, {evidence.MOST_FILES} files an activity, "
    f"{evidence.MOST_BYTES // MEGA} MB a person",
    f"{workbook.LIMITS.file // 10**6} MB, {workbook.LIMITS.rows} rows, "
    f"{workbook.LIMITS.columns} columns, {workbook.LIMITS.characters} characters a cell",
    f"up to {reading_imports.ROWS_AT_ONCE} rows and {reading_imports.BYTES_AT_ONCE // 1000} kB",
    f"{roster.LIMITS.file // 10**6} MB, {roster.LIMITS.rows} rows",
    f"{bank.MOST_BYTES // MEGA} MB, {bank.MOST_LINES} lines",
    f"{settings.DATA_UPLOAD_MAX_NUMBER_FIELDS} fields, "
    f"{settings.DATA_UPLOAD_MAX_NUMBER_FILES} files, "
    f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes",
    f"{table.SECONDS:.0f} s of the processor and {table.MEMORY // 1024**3} GB of memory",
    f"{pictures.MOST_PIXELS // 10**6} million pixels",
    f"their own, {settings.CELERY_TASK_TIME_LIMIT} s",
]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_that_of_the_code(figure):
    assert figure in PAPERS


def test_the_limits_of_accounts_are_those_of_the_settings():
    said = PAPERS.partition("## How often")[2].partition("\n## ")[0]
    rates = {
        rate.rpartition("/")[0]
        for name, rates in settings.ACCOUNT_RATE_LIMITS.items()
        if name != "confirm_email"
        for rate in rates.split(",")
    }

    assert {rate for rate in rates if rate not in said} == set()


def test_every_event_of_the_security_log_is_named():
    events = {
        value
        for name, value in vars(security_log).items()
        if name.isupper() and not name.startswith("_")
    }

    assert len(events) >= 7
    assert {event for event in events if f"`{event}`" not in PAPERS} == set()
