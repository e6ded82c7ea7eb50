"""Mail that is held: nothing goes out of a copy that was restored until somebody lets it.

A restored copy may be a drill beside the real site, and the real one may have sent in the meantime
what waited when the backup was made. Restoring writes the hold in its own transaction, so there is
no moment at which a worker finds the mail and no hold (docs/decisions/0041).
"""

from __future__ import annotations

import logging

from django.db import models

logger = logging.getLogger(__name__)


class MailHold(models.Model):
    """While the row is there, no mail leaves; mail is written all the same.

    `backup_made_at` is when the backup was made that this copy comes from.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    held_at = models.DateTimeField(auto_now_add=True)
    backup_made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="mail_is_held_once")]

    def __str__(self) -> str:
        return f"held since {self.held_at}"

    @classmethod
    def is_on(cls) -> bool:
        return cls.objects.exists()

    @classmethod
    def end(cls) -> bool:
        """Let mail go out again; returns whether it was held."""
        ended = bool(cls.objects.all().delete()[0])
        if ended:
            logger.info("Mail is not held any more")
        return ended
