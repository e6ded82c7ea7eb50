"""The texts of a program's mails, in versions: the latest is in force at once, all are kept.

The standard texts are those of the letters. They hold until a program writes its own, and again
from a version on that says so. What is in the outbox already stays as it was written.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from difflib import SequenceMatcher

from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cec.bilingual import OWN_NAMES, Difference
from cec.problems import Problem, Refused
from registrations.mail_texts import editable, placeholders
from registrations.mail_texts.editable import Editable, Texts, paragraphs
from registrations.models import MailText, Person, Program
from registrations.models.history import write_event
from registrations.permissions import require
from registrations.rulebook.drafting import changed_meanwhile

LANGUAGES = tuple(OWN_NAMES)


@dataclass(frozen=True)
class Place:
    """What is edited: a kind of mail of a program."""

    program: Program
    kind: Editable

    def versions(self, language: str) -> Sequence[MailText]:
        """Return all versions, the latest first."""
        rows = self.program.mail_texts.filter(kind=self.kind.name, language=language)
        return list(rows.select_related("made_by"))

    def latest(self) -> dict[str, MailText | None]:
        """Return the version in force in each language; None where nobody has written one."""
        rows = self.program.mail_texts.filter(kind=self.kind.name).latest_of_each()
        found = {row.language: row for row in rows}
        return {language: found.get(language) for language in LANGUAGES}

    def standard(self, language: str) -> Texts:
        return Texts.of(self.kind.standard(self.program, language))

    def texts(self, row: MailText | None, language: str) -> Texts:
        """Return what a version says."""
        return self.standard(language) if row is None or row.is_standard else Texts.of(row)


def own(program: Program, kind: str, language: str) -> Texts | None:
    """Return the program's own texts that are in force; None if the standard ones are."""
    row = program.mail_texts.filter(kind=kind, language=language).first()
    return None if row is None or row.is_standard else Texts.of(row)


def own_counts() -> Counter[int]:
    """Count the kinds of mail for which a program's own texts are in force, by its id."""
    latest = MailText.objects.filter(kind__in=editable.kinds()).latest_of_each()
    found = {(row.program_id, row.kind) for row in latest if not row.is_standard}
    return Counter(program for program, _kind in found)


def state(latest: Mapping[str, MailText | None]) -> str:
    """Stand for the versions in force, for a form to carry."""
    return "-".join(str(row.version if row else 0) for row in latest.values())


@transaction.atomic
def save(
    place: Place, *, by: Person, seen: str, texts: Mapping[str, Texts], reason: str
) -> list[MailText]:
    """Put these texts in force, by language, and return the versions that are new.

    `seen` is the `state` of what was edited. The same texts again, as by a second click, change
    nothing. Raises `Refused` when somebody was first, without a reason, or for placeholders that
    this mail doesn't have.
    """
    require(by, "edit_mail_texts")
    latest = _locked(place)
    changed = {
        language: said
        for language, said in texts.items()
        if said != place.texts(latest[language], language)
    }
    if not changed:
        return []
    if seen != state(latest):
        raise Refused(changed_meanwhile())
    found = check(place, changed)
    if not reason.strip():
        found.append(Problem("reason", _("Say why, in a few words.")))
    if found:
        raise Refused(*found)
    return [
        _write(place, language, latest[language], said, by=by, reason=reason)
        for language, said in changed.items()
    ]


@transaction.atomic
def take_again(
    place: Place, former: MailText, *, by: Person, seen: str, reason: str
) -> MailText | None:
    """Put an older version in force again, as a new one. Refuses as `save` does."""
    said = {former.language: place.texts(former, former.language)}
    return next(iter(save(place, by=by, seen=seen, texts=said, reason=reason)), None)


@transaction.atomic
def back_to_standard(
    place: Place, language: str, *, by: Person, seen: str, reason: str
) -> MailText | None:
    """Put the standard text in force again, as a version. Refuses as `save` does."""
    said = {language: place.standard(language)}
    return next(iter(save(place, by=by, seen=seen, texts=said, reason=reason)), None)


def _locked(place: Place) -> dict[str, MailText | None]:
    """Lock the program's texts until the transaction ends, and return the versions in force."""
    Program.objects.select_for_update(no_key=True).get(pk=place.program.pk)
    return place.latest()


def _write(
    place: Place,
    language: str,
    former: MailText | None,
    said: Texts,
    *,
    by: Person,
    reason: str,
) -> MailText:
    standard = said == place.standard(language)
    texts = {} if standard else dict(zip(MailText.TEXTS, astuple(said), strict=True))
    row = MailText.objects.create(
        program=place.program,
        kind=place.kind.name,
        language=language,
        version=former.version + 1 if former else 1,
        is_standard=standard,
        made_by=by,
        reason=reason.strip(),
        **texts,
    )
    about = {"program": place.program.code, "mail": row.kind, "language": language}
    kind = "mail_text_standard" if standard else "mail_text_changed"
    write_event(kind, by=by, person=by, details={**about, "version": row.version})
    return row


def check(place: Place, texts: Mapping[str, Texts]) -> list[Problem]:
    """Return what keeps these texts from being used; each problem's code is its field's name."""
    found = []
    for language, said in texts.items():
        known = place.kind.values(place.program, language)
        for name, text in zip(MailText.TEXTS, astuple(said), strict=True):
            found += placeholders.problems(f"{name}_{language}", text, known)
    return found


def unusable(place: Place, said: Texts, language: str) -> Sequence[str]:
    """Return the placeholders of a text in force that its mail doesn't have any more."""
    return said.unknown_in(place.kind.values(place.program, language))


def differences(before: Texts, after: Texts, language: str) -> list[Difference]:
    """Return what isn't the same in both, paragraph by paragraph."""
    found = []
    for name, was, now in zip(MailText.TEXTS, astuple(before), astuple(after), strict=True):
        old, new = paragraphs(was), paragraphs(now)
        for change, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if change != "equal":
                pair = ("\n\n".join(part) for part in (old[i:j], new[k:m]))
                found.append(Difference(label(name), language, *pair))
    return found


def label(name: str) -> str:
    """Return what a text is called, such as "Subject"."""
    return capfirst(str(MailText._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
