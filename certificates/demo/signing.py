"""Who signs the demo's certificates, and what these say besides their facts."""

from datetime import date
from hashlib import sha256
from io import BytesIO
from math import cos, sin

from dateutil.relativedelta import relativedelta
from PIL import Image, ImageDraw

from certificates import wordings
from certificates.demo.cast import told
from certificates.models import CertificateWording, Signatory, SignaturePicture
from registrations.models import Association, Person, Program

INK = (24, 32, 96, 255)


def add_signatories(program: Program, today: date) -> None:
    """Name who signs, each with the time in which they do and a signature drawn by a formula."""
    for position, row in enumerate(told("people.toml")["signatories"], start=1):
        code = row.get("association")
        until = row.get("until")
        picture = _drawn(row["name"])
        Signatory.objects.create(
            program=program,
            association=Association.objects.get(code=code) if code else None,
            name=row["name"],
            title_en=row["title_en"],
            title_fr=row["title_fr"],
            first_day=today - relativedelta(years=row["since"]),
            last_day=today - relativedelta(years=until, days=1) if until else None,
            position=position,
            picture=SignaturePicture.objects.get_or_create(
                sha256=sha256(picture).hexdigest(), defaults={"png": picture}
            )[0],
        )


def _drawn(name: str) -> bytes:
    """A curve that the letters of a name bend: nobody signs like this."""
    bends = [ord(letter) % 7 + 3 for letter in name if letter.isalpha()]
    points = []
    for step in range(len(bends) * 24):
        along, bend = step / 24, bends[step // 24]
        points.append(
            (
                30 + along * 34 + 18 * sin(along * 5.1),
                90 + bend * 7 * sin(along * 4.2) * cos(along * 0.9),
            )
        )
    picture = Image.new("RGBA", (int(points[-1][0]) + 60, 190))
    ImageDraw.Draw(picture).line(points, fill=INK, width=5, joint="curve")
    box = picture.getbbox()
    out = BytesIO()
    picture.crop(box).save(out, "PNG", optimize=True)
    return out.getvalue()


def publish(program: Program, *, by: Person) -> None:
    """Put a second version of the texts in force."""
    written = _written(
        program,
        by=by,
        not_a_diploma_en=f"{program.disclaimer_en} The holder’s record names the activities.",
        not_a_diploma_fr=f"{program.disclaimer_fr} Le dossier de la personne en fait foi.",
    )
    reason = "Employers asked what stands behind it."
    wordings.publish(program, by=by, seen=written.state, reason=reason)


def draft(program: Program, *, by: Person) -> None:
    """Begin a draft with another title, which the committee hasn't decided on."""
    _written(
        program,
        by=by,
        title_en="Certificate of Continuing Education",
        title_fr="Certificat en formation continue",
    )


def _written(program: Program, *, by: Person, **texts: str) -> CertificateWording:
    seen = wordings.shown(program).state
    return wordings.save_draft(program, by=by, seen=seen, texts=texts)
