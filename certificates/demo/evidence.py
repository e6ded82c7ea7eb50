"""Files that show activities, as organizers send them, and a second thought about one of them."""

import io
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from activities import evidence, log
from activities.record import Record
from certificates.demo.cast import told
from certificates.demo.script import Script
from registrations.models import Registration

SIZE = (1000, 700)
NAMES = {"en": "Certificate of attendance", "fr": "Attestation de participation"}
AFTERTHOUGHT = "A week later I use it at the desk."


def plan_evidence(script: Script) -> None:
    """Let Nadia show her latest entries and write more, and others before they turn in."""
    nadia = told("people.toml")["nadia"]["name"]
    yesterday = script.today - timedelta(days=1)
    script.plan(yesterday, lambda: _think_again(nadia), hour=18)
    script.plan(yesterday, lambda: _show(nadia), hour=19)
    for row in told("people.toml")["participants"]:
        if row.get("finish") == "turned_in":  # five days after its end
            day = script.today - timedelta(days=row["days"] - 3)
            script.plan(day, lambda name=row["name"]: _show(name))


def _show(name: str) -> None:
    """Add what was sent for the two latest entries."""
    record = _record(name)
    person = record.registration.person
    for credit in record.credits().filter(activity__planned=False, activity__deleted_at=None)[:2]:
        file = attestation(person.name, credit.activity.title, language=person.language)
        evidence.add(record.registration, credit.activity, file, by=person)


def _think_again(name: str) -> None:
    record = _record(name)
    credit = record.credits().filter(activity__planned=False, activity__deleted_at=None)[0]
    credit.activity.outcome = f"{credit.activity.outcome} {AFTERTHOUGHT}".strip()
    person = record.registration.person
    log.change(record.registration, credit.activity, rate=credit.rate, by=person)


def _record(name: str) -> Record:
    return Record(Registration.objects.get(person__name=name, status=Registration.Status.ACTIVE))


def attestation(person: str, title: str, *, language: str) -> SimpleUploadedFile:
    """Return a PNG that says who took part in what."""
    picture = Image.new("RGB", SIZE, "#fdfbf6")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((30, 30, SIZE[0] - 30, SIZE[1] - 30), outline="#8a6d3b", width=6)
    for height, text, size in ((150, NAMES[language], 48), (320, person, 40), (430, title, 28)):
        pen.text((SIZE[0] / 2, height), text, "#222222", ImageFont.load_default(size), anchor="mm")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return SimpleUploadedFile(f"{NAMES[language]}.png", out.getvalue())
