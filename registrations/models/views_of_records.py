"""Who looked at whose record (K4). The database gives no row back before its time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from registrations.models.associations import Association
from registrations.models.people import Person
from registrations.models.registration import Registration


class RecordView(models.Model):
    """Somebody other than its owner looked at a page of a registration, within an hour.

    `role` is what the viewer was then, as in the history, and `association` the one that they
    represented. `hour` is the beginning of the hour: several looks within it are one row.
    """

    class Page(models.TextChoices):
        REGISTRATION = "registration", _("The registration, with fee and membership")
        RECORD = "record", _("The record of activities")
        EVIDENCE = "evidence", _("A file that shows an activity")
        PROOF = "proof", _("The proof of a membership")
        REVIEW = "review", _("The record, in review")
        PAPERS = "papers", _("Certificate, transcript or other papers")

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="views")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="views_of_me")
    viewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=60)
    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, null=True, related_name="+"
    )
    page = models.CharField(max_length=12, choices=Page.choices)
    hour = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "viewer", "page", "hour"],
                name="view_of_a_record_is_noted_once_an_hour",
            )
        ]
        indexes = [models.Index(fields=["at"], name="view_of_a_record_by_time")]

    def __str__(self) -> str:
        return f"{self.page} of {self.registration_id}"
