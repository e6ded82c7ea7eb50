"""`manage.py bench` at a tiny size: what it prints and its exit status, never how fast it was."""

import os
import re
import subprocess
import sys
from argparse import Namespace
from contextlib import nullcontext
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from certificates.goals import GOALS, goal, pages, scratch
from certificates.goals.goal import at_most, compared
from certificates.management.commands import bench
from registrations import second_factor
from tests import factories

ROOT = Path(__file__).resolve().parents[2]
LINE = re.compile(r"^(.+?) +(\S+(?: m?s)?) +(\S+(?: m?s)?) +(\d+\.\d\d)  (<= .+?) +(holds|over)$")


@dataclass
class Run:
    """What a run printed, how it ended, and whether its database is still there."""

    output: str
    status: int
    left_over: bool


@pytest.fixture(scope="module")
def run(django_db_setup, django_db_blocker):
    """One run in a process of its own, on the server of the tests."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "bench", "--scale", "6", "--only", "record", "standing"],
        cwd=ROOT,
        env={**os.environ, "DEBUG": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        output, errors = process.communicate(timeout=240)
    finally:
        process.kill()
    assert errors == ""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = f"{scratch.PREFIX}{process.pid}"
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name])
        (count,) = cursor.fetchone()
    return Run(output, process.returncode, bool(count))


@pytest.mark.slow
def test_it_prints_a_line_for_each_goal_with_its_verdict_in_one_order_however_asked(run):
    lines = [LINE.match(line) for line in run.output.splitlines() if "<= " in line]

    assert len(lines) == 6
    assert all(lines)
    assert lines[0][1] == "Standing of everyone"
    assert lines[0][5] == "<= 1.3 x hand-written SQL"


@pytest.mark.slow
def test_its_exit_status_says_whether_every_goal_holds(run):
    held = len(re.findall(r" holds$", run.output, re.MULTILINE))

    assert f"\n{held} of 6 goals hold" in run.output
    assert run.status == (0 if held == 6 else 1)


@pytest.mark.slow
def test_its_database_is_gone_afterwards(run):
    assert not run.left_over


def test_pages_of_staff_open_without_a_second_step(monkeypatch, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    asked = []
    monkeypatch.setattr(scratch, "database", nullcontext)
    monkeypatch.setattr(bench, "fill", lambda scale: Namespace(participants=scale))
    monkeypatch.setitem(
        GOALS, "lists", lambda _filled: asked.append(second_factor.is_required()) or ()
    )

    call_command("bench", scale=2, only=["lists"], stdout=StringIO())

    assert asked == [False]


def test_a_figure_at_its_limit_holds_and_one_above_is_over():
    assert at_most("Queries", 10, most=10, unit="queries").holds
    assert not at_most("Queries", 11, most=10, unit="queries").holds
    assert compared("Page", 2.5, most=2.5, than=1, what="a get").holds
    assert not compared("Page", 2.6, most=2.5, than=1, what="a get").holds


def test_a_comparison_shows_figure_limit_and_ratio():
    result = compared("Page", 0.004, most=2.5, than=0.002, what="an ORM get")

    assert (result.figure, result.limit) == ("4 ms", "5 ms")
    assert " ".join(result.line.split()) == "Page 4 ms 5 ms 2.00 <= 2.5 x an ORM get holds"


def test_each_way_is_tried_in_turns_as_often_as_the_others():
    tried = []

    best = goal.in_turns(lambda: tried.append("a"), lambda: tried.append("b"), seconds=0)

    assert tried == ["a", "b"] * (goal.LEAST_TURNS + 1)
    assert len(best) == 2


@pytest.mark.django_db
def test_a_page_that_fails_is_no_fast_page(client):
    with pytest.raises(AssertionError, match="answers 404"):
        list(pages._page("Nothing", "/en/nothing/", factories.person(), most=10))
