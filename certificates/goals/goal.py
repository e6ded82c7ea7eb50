"""Measuring: ways in turns, the best time of each, and a line for each goal."""

import time
from collections.abc import Callable
from dataclasses import dataclass

HEADINGS = ("Goal", "figure", "limit", "ratio", "goal", "")
LEAST_TURNS, MOST_TURNS = 5, 400
WIDTHS = (44, 10, 10, 6, 34, 5)


@dataclass(frozen=True)
class Result:
    """One goal as measured: the figure and its limit in the same unit, and their ratio.

    For a goal that compares, `ratio` is to what it is compared with, as the goal is.
    """

    name: str
    figure: str
    limit: str
    ratio: float
    goal: str
    holds: bool

    @property
    def line(self) -> str:
        verdict = "holds" if self.holds else "over"
        cells = (self.name, self.figure, self.limit, f"{self.ratio:.2f}", self.goal, verdict)
        return in_columns(cells)


def in_columns(cells: tuple[str, ...]) -> str:
    """Set the cells of a line under each other, the numbers to the right."""
    name, figure, limit, ratio, goal, verdict = cells
    sizes = WIDTHS
    return (
        f"{name:<{sizes[0]}} {figure:>{sizes[1]}} {limit:>{sizes[2]}} {ratio:>{sizes[3]}}"
        f"  {goal:<{sizes[4]}} {verdict}"
    ).rstrip()


def compared(name: str, took: float, *, most: float, than: float, what: str) -> Result:
    """Judge seconds against `most` times the seconds of something else."""
    ratio = took / than
    goal = f"<= {most:g} x {what}"
    return Result(name, in_time(took), in_time(most * than), ratio, goal, ratio <= most)


def at_most(name: str, value: float, *, most: float, unit: str) -> Result:
    """Judge a number against a fixed limit."""
    goal = f"<= {most:g} {unit}"
    return Result(name, f"{value:.4g}", f"{most:g}", value / most, goal, value <= most)


def in_time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def in_turns(
    *ways: Callable[[], object],
    seconds: float = 6,
    clock: Callable[[], float] = time.perf_counter,
) -> list[float]:
    """Return the least seconds that one call of each way took, tried in turns.

    Single calls are timed, and many of them: whatever else the machine does spoils some of them,
    hardly all. The first turn only warms up. What only computes is measured by `process_time`.
    """
    best = [float("inf")] * len(ways)
    end = time.perf_counter() + seconds
    for turn in range(MOST_TURNS):
        for place, way in enumerate(ways):
            start = clock()
            way()
            took = clock() - start
            if turn:
                best[place] = min(best[place], took)
        if turn >= LEAST_TURNS and time.perf_counter() > end:
            break
    return best
