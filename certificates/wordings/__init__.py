"""The texts on a program's certificate, in versions: one in force, at most one draft, all kept.

The first version is the program's own texts as they came, written down when somebody first needs it
(a certificate is issued, a draft is begun). An older version comes back as a new one.
"""

from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cec.bilingual import Difference
from cec.problems import Problem, Refused
from certificates.models import CertificateWording
from certificates.wordings.fitting import plain_facts, why_not
from registrations.models import Person, Program
from registrations.models.history import write_event
from registrations.permissions import require
from registrations.rulebook.drafting import changed_meanwhile

LEARNING = {"en": "of continuing learning", "fr": "de formation continue"}
IN_A_FIELD = {"en": "of continuing learning in {field}", "fr": "de formation continue en {field}"}
# Where a program has no words of its own: a certificate never goes without (domain section 1).
NOT_A_DIPLOMA = {
    "en": "An informal record of continuing learning. It does not replace a diploma or any other"
    " post-secondary certificate.",
    "fr": "Attestation informelle de formation continue. Elle ne remplace ni un diplôme ni aucun"
    " autre titre postsecondaire.",
}


def in_force(program: Program) -> CertificateWording:
    """Return the version that new certificates get; unsaved as long as nobody needed the first."""
    return program.wordings.published().first() or _first(program)


def draft_of(program: Program) -> CertificateWording | None:
    """Return what is being written, if anything is."""
    return program.wordings.drafts().first()


def shown(program: Program) -> CertificateWording:
    """Return what an administrator edits: the draft, else what an edit would be a copy of."""
    return draft_of(program) or in_force(program)


@transaction.atomic
def kept(program: Program) -> CertificateWording:
    """Return the version in force, written down: a certificate that is issued refers to it."""
    found = in_force(program)
    return found if found.pk else _locked(program)


def _locked(program: Program) -> CertificateWording:
    """Lock the program's texts until the transaction ends, and return the version in force."""
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    found = in_force(program)
    if not found.pk:
        found.save(force_insert=True)
    return found


def _first(program: Program) -> CertificateWording:
    texts: dict[str, str] = {}
    for code in ("en", "fr"):
        field = program.text("field", code)
        texts |= {
            f"title_{code}": program.text("certificate", code) or program.text("name", code),
            f"issuer_{code}": program.text("issuer", code),
            f"issuer_sentence_{code}": program.text("issuer_about", code),
            f"subject_{code}": IN_A_FIELD[code].format(field=field) if field else LEARNING[code],
            f"not_a_diploma_{code}": program.text("disclaimer", code).strip()
            or NOT_A_DIPLOMA[code],
        }
    return CertificateWording(program=program, version=1, published_at=timezone.now(), **texts)


@transaction.atomic
def save_draft(
    program: Program, *, by: Person, seen: str, texts: Mapping[str, str]
) -> CertificateWording:
    """Write these texts into the draft, begun if need be, and return it.

    `seen` is the `state` of what was edited. The same texts again, as by a second click, change
    nothing. Raises `Refused` when somebody was first.
    """
    require(by, "edit_certificate_texts")
    current = _locked(program)
    draft = draft_of(program)
    edited = draft or current
    changed = [name for name, text in texts.items() if getattr(edited, name) != text]
    if not changed:
        return edited
    if seen != edited.state:
        raise Refused(changed_meanwhile())
    return _write(draft, current, by=by, texts={**edited.texts, **texts}, changed=changed)


@transaction.atomic
def use_again(program: Program, former: CertificateWording, *, by: Person) -> CertificateWording:
    """Begin a draft with the texts of an older version; it becomes a new one when published.

    Raises `Refused` while something else is being written.
    """
    require(by, "edit_certificate_texts")
    current = _locked(program)
    draft = draft_of(program)
    if draft is not None:
        if draft.texts == former.texts:
            return draft
        raise Refused(Problem("draft", _("There is a draft already. Publish or discard it first.")))
    if current.texts == former.texts:
        raise Refused(_nothing_new())
    return _write(None, current, by=by, texts=former.texts, changed=["again"])


def _write(
    draft: CertificateWording | None,
    current: CertificateWording,
    *,
    by: Person,
    texts: Mapping[str, str],
    changed: list[str],
) -> CertificateWording:
    draft = draft or CertificateWording(program=current.program, version=current.version + 1)
    for name, text in texts.items():
        setattr(draft, name, text)
    draft.made_by = by
    draft.edits += 1
    draft.save()
    _note("wording_changed", draft, by=by, fields=changed)
    return draft


@transaction.atomic
def discard(program: Program, *, by: Person, seen: str) -> None:
    """Throw the draft away; raises `Refused` when somebody has edited it since `seen`."""
    require(by, "edit_certificate_texts")
    _locked(program)
    draft = draft_of(program)
    if draft is None:
        return
    if draft.state != seen:
        raise Refused(changed_meanwhile())
    _note("wording_discarded", draft, by=by)
    draft.delete()


@transaction.atomic
def publish(program: Program, *, by: Person, seen: str, reason: str) -> CertificateWording:
    """Make the draft the version that is in force from now on, and return it.

    Certificates that were issued keep the texts they have. A second click finds it done. Raises
    `Refused` when a text doesn't fit the paper, or somebody was first.
    """
    require(by, "edit_certificate_texts")
    current = _locked(program)
    draft = draft_of(program)
    if draft is None:
        if current.published_by == by and seen == f"{current.version}-{current.edits - 1}":
            return current
        raise Refused(no_draft())
    if draft.state != seen:
        raise Refused(changed_meanwhile())
    if not reason.strip():
        raise Refused(Problem("no_reason", _("Say why, in a few words.")))
    if draft.texts == current.texts:
        raise Refused(_nothing_new())
    if problems := check(draft):
        raise Refused(*problems)
    draft.published_at, draft.published_by, draft.reason = timezone.now(), by, reason.strip()
    draft.edits += 1
    draft.save()
    _note("wording_published", draft, by=by)
    return draft


def _note(kind: str, row: CertificateWording, *, by: Person, **more: object) -> None:
    about = {"program": row.program.code, "version": row.version, **more}
    write_event(kind, by=by, person=by, details=about)


def check(row: CertificateWording) -> list[Problem]:
    """Return what keeps these texts from being printed: which text, in which language, and why.

    Each is tried alone, then all of them beside the longest figures.
    """
    plain = plain_facts(row.program)
    found = []
    for name, text in row.texts.items():
        stem = name.removesuffix("_en").removesuffix("_fr")
        alone = replace(plain, **{f"{stem}_en": text, f"{stem}_fr": text})
        if why := why_not(alone):
            found.append(Problem(name, _("%(what)s: %(why)s") % {"what": label(name), "why": why}))
    if not found and (why := why_not(replace(plain, **row.texts))):
        found.append(Problem("together", _("All texts together: %(why)s") % {"why": why}))
    return found


def differences(before: CertificateWording, after: CertificateWording) -> list[Difference]:
    """Return the texts that aren't the same in both versions."""
    return [
        Difference(label(name), name[-2:], was, now)
        for name, was in before.texts.items()
        if was != (now := getattr(after, name))
    ]


def label(name: str) -> str:
    """Return what a text is called, such as "Title in English"."""
    return capfirst(str(CertificateWording._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def no_draft() -> Problem:
    return Problem("no_draft", _("There is no draft to publish."))


def _nothing_new() -> Problem:
    return Problem("nothing_new", _("These are the texts that are in force already."))
