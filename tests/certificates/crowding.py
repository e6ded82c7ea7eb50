"""Somebody with something in every corner, and the search for what is left of them (K2)."""

import json
from collections import Counter
from pathlib import Path

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import connection, models
from django.utils import timezone

from activities.models import EntryChange
from cec import personal
from cec.files import store
from cec.models import FailingAddress, OutgoingMail
from cec.personal import Declared
from certificates.models import Certificate, Document
from registrations.models import (
    AssociationNote,
    DataCopy,
    Erasure,
    MembershipDoubt,
    MentorWish,
    Person,
    RecordView,
    RemindersOff,
    Roster,
    RosterMember,
    UnusedAccountNotice,
)
from tests import factories as make
from tests.world import World

NAME = "Quirina Zzyxwell"
EMAIL = "quirina.zzyxwell@example.org"
NUMBER = "ZZMEM-40417"
TEXT = "zzmark of a text"
FILE = "zzmark of a file.pdf"
CONTENT = b"%PDF-1.7 zzmark of what a file holds"
FOUND = "zzyxwell|zzmem|zzmark"


def crowd(world: World) -> Person:
    """Give the world's owner a row of every kind, and a mark in every text of theirs."""
    owner, row = world.people["owner"], world.registration
    Person.objects.filter(pk=owner.pk).update(name=NAME, email=EMAIL, last_login=timezone.now())
    owner.refresh_from_db()
    row.member_number, row.employer, row.position = NUMBER, TEXT, TEXT
    row.save()
    _around_the_account(owner)
    _around_the_registration(world)
    for declared in personal.declared().values():
        if declared.whose:
            _mark(declared, owner)
    _name_on_papers(owner)
    _in_texts_of_others(world)
    return owner


def _around_the_account(owner: Person) -> None:
    address = EmailAddress.objects.create(user=owner, email=EMAIL, verified=True, primary=True)
    EmailConfirmation.objects.create(email_address=address, key="k" * 40, sent=timezone.now())
    FailingAddress.objects.create(address=EMAIL, why="returned", since=timezone.now(), words=TEXT)
    owner.groups.add(Group.objects.create(name="Group"))
    owner.user_permissions.add(Permission.objects.first())
    mail = OutgoingMail.objects.filter(person=owner).first()
    mail.attachments.create(name=FILE, content_type="application/pdf", content=CONTENT)
    # To an address of theirs, and to no account.
    make.failed_mail(to=EMAIL.upper(), subject=TEXT)
    RemindersOff.objects.create(person=owner, kind="pace")
    make.appoint(owner, "representative", "OLA", last_day=timezone.localdate().replace(day=1))
    copy = DataCopy.objects.create(
        person=owner, state="ready", key="a" * 40, made_at=timezone.now(), until=timezone.now()
    )
    copy.path.parent.mkdir(parents=True, exist_ok=True)
    copy.path.write_bytes(CONTENT)
    Erasure.objects.create(
        person=owner, due_at=timezone.now(), taken_back_at=timezone.now(), reason=TEXT
    )
    make.mentor_offer(owner, state="offered")
    now = timezone.now()
    owner.consents.create(kind="program", version=1, language="en", given_at=now, given_how="page")
    UnusedAccountNotice.objects.create(person=owner, sent_at=now)
    UserSession.objects.create(user=owner, session_key="b" * 32, ip="192.0.2.1", user_agent=TEXT)


def _around_the_registration(world: World) -> None:
    row, owner = world.registration, world.people["owner"]
    now = timezone.now()
    loose(
        "UPDATE activities_yearresult SET reopened_at = %s, reopened_by_id = %s, reason = %s"
        " WHERE registration_id = %s",
        *(now, world.people["administrator"].pk, TEXT, row.pk),
    )
    row.suggestions.update(answer="done", answered_at=now)
    RecordView.objects.create(
        registration=row,
        person=owner,
        viewer=world.people["steering"],
        role="steering",
        page="record",
        hour=now,
        at=now,
    )
    row.comments.update(answer=TEXT, answered_at=now)
    roster = Roster.objects.get(pk=world.roster.pk)
    MembershipDoubt.objects.create(registration=row, kind="vanished", roster=roster)
    MentorWish.objects.create(registration=row, text=TEXT, asked_at=timezone.now())
    for number, known in enumerate(
        [{"number_key": "zzmem40417"}, {"email_key": EMAIL}, {"name_key": "quirina zzyxwell"}]
    ):
        RosterMember.objects.create(
            roster=roster, number=90 + number, name=NAME, member_number="", **known
        )
    line = world.deposit
    loose("UPDATE registrations_bankline SET description = %s, reference = %s", NAME, TEXT)
    make.pay(row, "1", bank_line=line, reference="")
    row.note("remark", by=world.people["steering"], reason=TEXT, details={"reference": TEXT})
    EntryChange.objects.create(
        activity=world.activity, registration=row, kind="edited", by=owner, fields={"title": [TEXT]}
    )
    EntryChange.objects.create(
        activity=world.activity, registration=row, kind="file_added", by=owner, file_name=FILE
    )
    row.audit_decisions.create(
        activity=world.activity,
        kind="mend",
        reason=TEXT,
        version=1,
        decided_by=world.people["steering"],
        comment=world.question,
    )
    owner_letter = {"language": "en", "recipient": TEXT}
    type(row).employer_letter.related.related_model.objects.create(registration=row, **owner_letter)
    type(row).sharing.related.related_model.objects.create(registration=row, points=True)
    world.batch.items.create(registration=row, name=NAME, state="failed", why=TEXT)
    for evidence in (world.evidence, world.proof):
        file = evidence.file
        store.path_of(file).write_bytes(CONTENT)
        type(file).objects.filter(pk=file.pk).update(name=FILE)


def _in_texts_of_others(world: World) -> None:
    """Named in rows that are about nobody, or about somebody else."""
    office = world.people["administrator"]
    AssociationNote.objects.create(
        association=make.association(), text=f"Ask {NAME} ({EMAIL})", written_by=office
    )
    make.failed_mail(
        person=office, subject=f"{NAME} asks", text=f"{NAME}, {NUMBER}", html=f"<p>{EMAIL}</p>"
    )
    other = make.registration(world.people["applicant"], status="submitted", code="CPC")
    other.note("remark", by=office, reason=f"Sits beside {NAME}")


def _mark(declared: Declared, owner: Person) -> None:
    """Put a mark into every text that a declaration says something of, whatever guards it."""
    rows = declared.rows(owner.pk)
    assert rows.exists(), f"nobody has a {declared.label} in this world"
    own = (declared.copied | declared.blanked | set(declared.replaced)) - GUARDED.get(
        declared.label, set()
    )
    for field in declared.fields():
        if field.name not in own - declared.texts_kept or field.name in UNMARKED:
            continue
        if not personal.is_text(field):
            continue
        value = {"said": TEXT} if isinstance(field, models.JSONField) else TEXT
        if isinstance(field, models.JSONField) and field.default is list:
            value = [TEXT]
        text = json.dumps(value) if isinstance(field, models.JSONField) else str(value)
        pks = tuple(rows.order_by().values_list("pk", flat=True))
        table, pk = declared.model._meta.db_table, declared.model._meta.pk.column
        for key in pks:
            loose(f"UPDATE {table} SET {field.column} = %s WHERE {pk} = %s", text, key)


# What a constraint lets nobody write here, beside what the world has.
GUARDED = {
    "registrations.Payment": {"reference"},
    "activities.EntryChange": {"fields", "file_name"},
    "activities.YearResult": {"reason"},
    "activities.CreditRequest": {"question", "answer"},
    "certificates.Certificate": {"serial", "public_id"},
}
# Addresses, the name itself, and what only holds codes.
UNMARKED = {"email", "to", "name", "member_number", "language", "kind", "error", "ip"}
UNMARKED |= {"from_status", "to_status"}


def _name_on_papers(owner: Person) -> None:
    """What was issued has the name; that alone may stay."""
    for row in Certificate.objects.filter(registration__person=owner):
        facts = json.dumps(row.facts | {"name": NAME})
        loose(
            "UPDATE certificates_certificate SET holder = %s, facts = %s WHERE id = %s",
            NAME,
            facts,
            row.pk,
        )
        loose(
            "UPDATE certificates_document SET pdf = %s, badge = %s WHERE certificate_id = %s",
            b"%PDF of " + NAME.encode(),
            NAME,
            row.pk,
        )
    assert Document.objects.filter(certificate__registration__person=owner).exists()


KEEPERS = ("cec_keep_history", "cec_keep_for")
LETS_ALL_PASS = """
CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$
"""


def loose(statement: str, *values: object) -> None:
    """Write past what keeps the history, as only the owner of the tables can."""
    with connection.cursor() as cursor:
        as_they_are = []
        for keeper in KEEPERS:
            cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [keeper])
            as_they_are.append(cursor.fetchone()[0])
            cursor.execute(LETS_ALL_PASS.format(keeper))
        cursor.execute(statement, values)
        for keeps in as_they_are:
            cursor.execute(keeps)


def traces_left() -> Counter[str]:
    """Search every text, JSON and bytes of every table, and every file: where is something left?"""
    left: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND is_updatable = 'YES'"
        )
        columns = cursor.fetchall()
        for table, column, kind in columns:
            if kind not in ("text", "character varying", "json", "jsonb", "bytea"):
                continue
            text = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE {text} ~* %s', [FOUND])
            if count := cursor.fetchone()[0]:
                left[f"{table}.{column}"] = count
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        if path.is_file() and b"zzmark" in path.read_bytes():
            left["media"] += 1
    return left
