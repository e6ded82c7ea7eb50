"""People who sign certificates, pictures of signatures, and texts in versions."""

from datetime import date
from io import BytesIO

import PIL.Image
import PIL.ImageDraw
from django.core.files.uploadedfile import SimpleUploadedFile

from certificates import signatories, wordings
from certificates.models import CertificateWording, Signatory
from certificates.signatories import inking
from registrations.models import Person, Program
from tests import factories


def drawing(kind: str = "PNG", size: tuple[int, int] = (400, 160), **how) -> bytes:
    """A dark stroke in the middle of white paper."""
    paper = PIL.Image.new("RGB", size, "white")
    width, height = size
    PIL.ImageDraw.Draw(paper).line((100, 60, width - 100, height - 60), fill=(10, 10, 60), width=6)
    out = BytesIO()
    paper.save(out, kind, **how)
    return out.getvalue()


def upload(content: bytes, name: str = "signature.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def ink() -> bytes:
    """A signature as it is kept."""
    return inking.inked(upload(drawing()))


def signatory(name: str = "Marguerite Oyelaran", *, by: Person | None = None, **known) -> Signatory:
    """Somebody who signs for everybody from the start of 2020 on, without a picture."""
    program = known.pop("program", None) or factories.program()
    code = known.pop("code", None)
    return signatories.add(
        program,
        by=by or factories.administrator(),
        picture=known.pop("picture", None),
        **{
            "association": factories.association(code) if code else None,
            "name": name,
            "title_en": "Chair",
            "title_fr": "Présidence",
            "first_day": date(2020, 1, 1),
            "last_day": None,
            "position": 0,
            **known,
        },
    )


def draft(program: Program, *, by: Person | None = None, **texts: str) -> CertificateWording:
    """The program's draft, in which these texts are written."""
    return wordings.save_draft(
        program,
        by=by or factories.administrator(),
        seen=wordings.shown(program).state,
        texts=texts or {"title_en": "Diploma of Curiosity"},
    )


def published(program: Program, *, by: Person | None = None, **texts: str) -> CertificateWording:
    by = by or factories.administrator()
    written = draft(program, by=by, **texts)
    return wordings.publish(program, by=by, seen=written.state, reason="The committee wants it.")
