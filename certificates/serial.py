"""Serial numbers that survive a telephone call: `CEC-2028-0417-K7`.

Prefix of the program, year of issue, running number of at least four digits, two check characters.
The check characters are Crockford's base 32 (no I, L, O or U). They catch every wrong character and
every swap of two neighbours, so a typing error can be told from a serial that doesn't exist.
"""

import re
from collections.abc import Collection, Iterator

from registrations.models.scheme import CODE

_CHECK = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALL = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUE = {character: value for value, character in enumerate(_ALL)}

# The largest prime that two base 32 characters can hold. Weights are 1, 2, 3 ... from the right:
# different and below the prime, so that one wrong character or a swap always changes the sum; none
# is 1021 - 32, which would let the last digit change places with the first check character.
_PRIME = 1021

_READ_AS_DIGIT = str.maketrans("OIL", "011")
_NUMBER = re.compile(r"2[0-9]{3}(?:[0-9]{4}|[1-9][0-9]{4,8})")
_LONGEST = 8 + 4 + 9 + 2


def make(prefix: str, year: int, sequence: int) -> str:
    """The serial of the `sequence`th certificate of a year.

    `prefix` is one to eight letters A to Z in any case. Raises ValueError for anything else, for a
    year outside 2000 to 2999 and for a sequence below 1.
    """
    letters = prefix.upper()
    number = f"{year:04d}{sequence:04d}"
    if not (CODE.fullmatch(letters) and 2000 <= year <= 2999 and 0 < sequence < 10**9):
        raise ValueError(f"no serial can be made of {prefix!r}, {year!r} and {sequence!r}")
    return f"{letters}-{number[:4]}-{number[4:]}-{_check(letters + number)}"


def normalise(text: str) -> str | None:
    """The serial that somebody meant, as it is printed, or None if they mistyped it.

    Lower case, spaces and missing dashes are accepted, and O, I and L where a digit belongs.
    """
    typed = re.sub(r"[^0-9A-Z]", "", text.upper())
    body, check = typed[:-2], typed[-2:].translate(_READ_AS_DIGIT)
    for length in range(1, 9):
        number = body[length:].translate(_READ_AS_DIGIT)
        if not _NUMBER.fullmatch(number):
            continue
        for letters in _prefixes(body[:length]):
            if CODE.fullmatch(letters) and _check(letters + number) == check:
                return f"{letters}-{number[:4]}-{number[4:]}-{check}"
    return None


def nearest(text: str, *, prefixes: Collection[str], until: int) -> str | None:
    """The one serial that a wrong character or a swap of neighbours explains, or None.

    It is arithmetic alone, with the prefixes that are used and the years up to `until`: whether
    such a certificate was ever issued plays no part. More than one explanation is none.
    """
    typed = re.sub(r"[^0-9A-Z]", "", text.upper())
    if len(typed) > _LONGEST:
        return None
    found = {
        serial
        for near in _one_slip_away(typed)
        if (serial := normalise(near)) is not None
        and serial.split("-")[0] in prefixes
        and int(serial.split("-")[1]) <= until
    }
    return found.pop() if len(found) == 1 else None


def _one_slip_away(typed: str) -> Iterator[str]:
    for place in range(len(typed)):
        before, here, after = typed[:place], typed[place], typed[place + 1 :]
        yield from (before + other + after for other in _ALL if other != here)
        if after:
            yield before + after[0] + here + after[1:]


def _prefixes(typed: str) -> list[str]:
    """What the letters of a prefix may have been: 0 was O, 1 was I or L."""
    letters = typed.replace("0", "O")
    return [letters.replace("1", "I"), letters.replace("1", "L")] if "1" in letters else [letters]


def _check(body: str) -> str:
    total = sum(weight * _VALUE[c] for weight, c in enumerate(reversed(body), start=1))
    high, low = divmod(total % _PRIME, 32)
    return _CHECK[high] + _CHECK[low]
