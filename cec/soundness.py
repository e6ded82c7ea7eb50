"""Whether what is kept is whole: each row its file, each document its bytes, the history its seals.

Each app's checks live in its module `soundness_checks`, found by itself. `manage.py verify_data`
makes all of them, and `manage.py restore` does when everything is back.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from django.utils.module_loading import autodiscover_modules

Check = Callable[[], Iterator[str]]
Function = TypeVar("Function", bound=Check)

_checks: dict[str, Check] = {}


def check(says: str) -> Callable[[Function], Function]:
    """Register a check, which yields a sentence for each fault; `says` is what holds without."""

    def register(function: Function) -> Function:
        _checks[says] = function
        return function

    return register


def findings() -> Iterator[tuple[str, list[str]]]:
    """Make every check; yields what it is about, and its faults."""
    autodiscover_modules("soundness_checks")
    for says, function in _checks.items():
        yield says, list(function())
