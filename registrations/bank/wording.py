"""What the bank's own words say: how the money came, which references and which cheque."""

import re

from registrations.likeness import name_key
from registrations.models import BankLine, Payment, Program
from registrations.models.registration import REFERENCES_FROM

Method = Payment.Method

# In this order: an e-transfer's words may well name a card, never the other way round.
_WORDS: tuple[tuple[str, frozenset[str]], ...] = (
    (Method.CHEQUE, frozenset(["cheque", "cheques", "chq", "check", "chk"])),
    (Method.TRANSFER, frozenset(["transfer", "etransfer", "etrf", "virement", "interac", "eft"])),
    (Method.CARD, frozenset(["visa", "mastercard", "card", "carte", "amex", "moneris", "square"])),
    (Method.CASH, frozenset(["cash", "especes", "comptant"])),
)
_CHEQUE_NUMBER = re.compile(r"\b\d{3,12}\b", re.ASCII)
# An e-transfer's e is nobody's initial.
_E_TRANSFER = re.compile(r"\be[\W_]*(?=transfer)", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(?<![^\W_])([^\W\d_][^\W_]{0,9}?)[\W_]{0,5}R[\W_]{0,5}([\doOiIlL]{4,12})(?![^\W_])",
    re.ASCII | re.IGNORECASE,
)
# Letters that stand for a digit, as people and their phones write them.
_DIGITS = str.maketrans("oOiIlL", "001111")


def payer(line: BankLine) -> set[str]:
    """Return the words among which the payer's name is, folded."""
    return set(name_key(_E_TRANSFER.sub(" ", f"{line.description} {line.reference}")).split())


def method(line: BankLine) -> str:
    """Guess how the money came; it is shown, and can be changed."""
    words = payer(line)
    return next((name for name, known in _WORDS if words & known), Method.TRANSFER)


def payment_reference(line: BankLine, method: str) -> str:
    """Return what a payment from this deposit refers to: the cheque, or the bank's reference."""
    if method == Method.CHEQUE and (found := _CHEQUE_NUMBER.search(line.description)):
        return found[0]
    return line.reference


def references(text: str) -> list[tuple[str, int]]:
    """Return the program's code and the registration's id of every reference in a text.

    Case, blanks and dashes don't matter, nor does an O for a 0: "cec r 1O42" is CEC-R-1042. A
    code may be no program's: whoever finds the registration compares it (`is_of`).
    """
    found = {
        (code, int(number.translate(_DIGITS)) - REFERENCES_FROM): None
        for code, number in _REFERENCE.findall(text)
    }
    return list(found)


def is_of(program: Program, code: str) -> bool:
    """Say whether the code that somebody wrote is this program's."""
    return program.code.casefold() == code.casefold()
