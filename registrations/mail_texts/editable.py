"""Which mails a program may word itself, and what each says without that."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import cache
from typing import Any

from django.utils import translation
from django.utils.text import capfirst

from cec import mail
from registrations import notices
from registrations.mail_texts import placeholders
from registrations.models import MailText, Program

_PARAGRAPHS = "\n\n"


@dataclass(frozen=True)
class Texts:
    """The texts of a mail as administrators read and write them, with {placeholders}.

    `body` and `closing` are paragraphs with an empty line between them.
    """

    subject: str
    heading: str
    body: str
    closing: str = ""

    @classmethod
    def of(cls, said: mail.Letter | MailText) -> "Texts":
        """Read them out of a letter that isn't filled yet, or out of a version."""
        if isinstance(said, MailText):
            return cls(said.subject, said.heading, said.body, said.closing)
        return cls(
            placeholders.to_editor(said.subject),
            placeholders.to_editor(said.heading),
            _PARAGRAPHS.join(placeholders.to_editor(each) for each in said.paragraphs),
            _PARAGRAPHS.join(placeholders.to_editor(each) for each in said.closing),
        )

    def put_into(self, said: mail.Letter) -> mail.Letter:
        """Return the letter with these texts; facts, button and reason stay."""
        return replace(
            said,
            subject=placeholders.from_editor(self.subject),
            heading=placeholders.from_editor(self.heading),
            preheader="",
            paragraphs=[placeholders.from_editor(each) for each in paragraphs(self.body)],
            closing=[placeholders.from_editor(each) for each in paragraphs(self.closing)],
        )

    def unknown_in(self, known: Mapping[str, object]) -> Sequence[str]:
        """Return the placeholders that a letter with these values can't fill."""
        named = placeholders.names_in(_PARAGRAPHS.join(astuple(self)))
        return [name for name in dict.fromkeys(named) if name not in known]


def paragraphs(text: str) -> list[str]:
    """Take a text apart at its empty lines."""
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return ["\n".join(lines) for lines in found if lines]


@dataclass(frozen=True)
class Editable:
    """A kind of mail whose texts a program may replace."""

    kind: mail.Kind

    @property
    def name(self) -> str:
        return self.kind.name

    @property
    def label(self) -> str:
        notice = notices.kinds().get(self.name)
        return str(self.kind.label or (notice and notice.label) or capfirst(_spaced(self.name)))

    @property
    def when(self) -> str:
        """To whom it goes and when, as a sentence."""
        notice = notices.kinds().get(self.name)
        return str(notice.description if notice else self.kind.when)

    @property
    def is_reminder(self) -> bool:
        """Whether its readers may switch it off; a service message they can't."""
        notice = notices.kinds().get(self.name)
        return notice is not None and notice.is_reminder

    def example(self, program: Program) -> tuple[Any, ...]:
        """Return the arguments of its example, as they would be in this program."""
        assert self.kind.example is not None
        arguments = self.kind.example()
        for row in _about(arguments):
            if isinstance(getattr(row, "program", None), Program):
                row.program = program
        return arguments

    def standard(self, program: Program, language: str) -> mail.Letter:
        """Return its example with the standard texts, not filled yet."""
        with translation.override(language):
            return self.kind.write(*self.example(program))

    def values(self, program: Program, language: str) -> Mapping[str, object]:
        """Return its placeholders, each with the example's value."""
        return self.standard(program, language).values or {}


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def kinds() -> dict[str, Editable]:
    """Return the kinds that may be edited, by name: those with placeholders, about a program."""
    return {name: Editable(mail.kinds()[name]) for name in _names()}


@cache
def _names() -> Sequence[str]:
    return [
        name
        for name, kind in mail.kinds().items()
        if kind.example
        and program_of(arguments := kind.example())
        and kind.write(*arguments).values is not None
    ]


def program_of(arguments: tuple[Any, ...]) -> Program | None:
    """Return the program that a letter is about, by the first thing that it is given."""
    for row in _about(arguments):
        found = row if isinstance(row, Program) else getattr(row, "program", None)
        if isinstance(found, Program):
            return found
    return None


def _about(arguments: tuple[Any, ...]) -> Sequence[Any]:
    """The first argument of a letter, and the registration that it belongs to."""
    first = arguments[0] if arguments else None
    return first, getattr(first, "registration", None)
