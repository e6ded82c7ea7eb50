"""Two lists of Manitoba's members, half a year apart, and what the program made of them.

On the newer one somebody has vanished, somebody is suspended, and of those who wait one is certain,
one doubtful and one only has a similar name.
"""

import io
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw

from certificates.demo.cast import Committee
from certificates.demo.script import Script
from registrations import proofs, rechecking
from registrations.likeness import email_key, name_key, number_key
from registrations.models import Association, Registration, Roster, RosterMember

ASSOCIATION = "MLA"
SPRING, AUTUMN = 200, 20  # days ago


@dataclass(frozen=True)
class Row:
    """A member on a list; `days` from the loading of the demo on, the membership holds."""

    number: str
    name: str
    email: str
    days: int = 340
    suspended: bool = False
    for_life: bool = False


LISTS = {
    SPRING: [
        Row("MLA-19948", "Raman, Priya", "priya.raman", days=130),
        Row("MLA-19952", "Dubé, Quentin", "quentin.dube"),
        Row("MLA-19976", "Halvorsen, Wren", "wren.halvorsen"),
        Row("MLA-18977", "Fontaine, Rosa", "rosa.fontaine"),
    ],
    AUTUMN: [
        Row("MLA-19948", "Raman, Priya", "priya.raman", days=400),
        Row("MLA-19952", "Dubé, Quentin", "quentin.dube", suspended=True),
        Row("MLA-18977", "Fontaine, Rosa", "rosa.fontaine", for_life=True),
        Row("MLA-19940", "Haddad, Noor", "noor.haddad", days=220),
        Row("MLA-19928", "SHEVCHUK, Kateryna", "kateryna.shevchuk", days=220),
        Row("MLA-19924", "Moosomin, Jordan", "jordan.moosomin", suspended=True),
        Row("MLA-19900", "Gill, Rupinder", "rupinder.gill"),
        Row("MLA-19961", "Lavallee, George", "g.lavallee"),
    ],
}


class Memberships:
    """Plans the lists, the days that passed and the proof that somebody sent."""

    def __init__(self, script: Script, committee: Committee) -> None:
        self.script = script
        self.committee = committee

    def plan(self) -> None:
        for ago, rows in LISTS.items():
            day = self.script.today - timedelta(days=ago)
            self.script.plan(day, partial(self._take_in, rows), hour=9)
        # Whose membership has run out was told on the day after.
        day = self.script.today - timedelta(days=34)
        self.script.plan(day, rechecking.look_at_what_is_over, hour=6)
        self.script.plan(self.script.today - timedelta(days=1), self._show, hour=18)

    def _take_in(self, rows: list[Row]) -> None:
        association = Association.objects.get(code=ASSOCIATION)
        by = self.committee.reviewer(association, None)
        Roster.objects.current().filter(association=association).update(state=Roster.State.FORMER)
        roster = Roster.objects.create(
            association=association,
            state=Roster.State.CURRENT,
            file_name=f"members-{timezone.localdate():%Y-%m}.xlsx",
            sha256="0" * 64,
            uploaded_by=by,
            confirmed_by=by,
            confirmed_at=timezone.now(),
        )
        RosterMember.objects.bulk_create(
            self._member(roster, number, row) for number, row in enumerate(rows, start=2)
        )
        rechecking.recheck(roster.pk)

    def _member(self, roster: Roster, number: int, row: Row) -> RosterMember:
        email = f"{row.email}@example.org"
        until: date = self.script.today + timedelta(days=row.days)
        return RosterMember(
            roster=roster,
            number=number,
            member_number=row.number,
            name=row.name,
            email=email,
            good_until=None if row.for_life else until,
            for_life=row.for_life,
            suspended=row.suspended,
            number_key=number_key(row.number),
            email_key=email_key(email),
            name_key=name_key(row.name),
        )

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
