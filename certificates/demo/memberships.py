"""What the program does by itself about memberships of the demo, and a proof that somebody sent."""

import io
from datetime import timedelta

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from certificates.demo.script import Script
from registrations import proofs, rechecking
from registrations.models import Registration

ASSOCIATION = "MLA"


class Memberships:
    """Plans the days that passed and the proof; the lists come in by `rosters`."""

    def __init__(self, script: Script) -> None:
        self.script = script

    def plan(self) -> None:
        # Whose membership has run out was told on the day after.
        day = self.script.today - timedelta(days=34)
        self.script.plan(day, rechecking.look_at_what_is_over, hour=6)
        self.script.plan(self.script.today - timedelta(days=1), self._show, hour=18)

    def _show(self) -> None:
        """Who was asked for a proof first has sent one."""
        asked = Registration.objects.with_membership().filter(
            membership="proof", status="submitted", association__code=ASSOCIATION
        )
        registration = asked.select_related("person").earliest("pk")
        proofs.upload(registration, _card(), by=registration.person)


def _card() -> ContentFile:
    """A photo of a membership card."""
    picture = Image.new("RGB", (640, 400), "#0E4A40")
    ImageDraw.Draw(picture).text((60, 170), "MEMBER  MLA-19912", fill="#FFFFFF", font_size=48)
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return ContentFile(out.getvalue(), name="membership card.jpg")
