from __future__ import annotations

from django.db import models
from django.db.models import Q

from activities.models.log import Activity, Credit
from cec.models import StoredFile
from registrations.models import Appointment, Person, Registration
from registrations.models.committee import roles_of
from registrations.models.mentoring import conflicts_of


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, person: Person) -> EvidenceQuerySet:
        """Evidence of the entries that count in a record whose evidence the person reads."""
        credits = Credit.objects.kept().filter(registration__in=whose_evidence_is_read_by(person))
        return self.filter(activity__in=credits.values("activity"))


class Evidence(models.Model):
    """A file that shows an activity: a certificate of attendance, a program, a photo.

    Row and file are one (reliability D7): `activities.evidence` writes both. The same content
    stands once with an entry.
    """

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="evidence")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "evidence"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.activity}: {self.file}"


def whose_evidence_is_read_by(person: Person) -> models.QuerySet[Registration]:
    """Registrations whose evidence a person reads: their own, and those they may judge.

    An administrator sees no private evidence (domain section 5), nor does a mentor, even one
    who is on the committee: what they can't decide on needs no proof (A6).
    """
    roles = roles_of(person)
    judged = ~Q(pk__in=conflicts_of(person))
    if Appointment.Role.STEERING not in roles.names:
        judged &= Q(association_id__in=roles.associations)
    return Registration.objects.filter(Q(person_id=person.pk) | judged)
