"""Sessions in the database. The cookie is what the browser says, and it may say anything."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError


class SessionStore(db.SessionStore):
    """Django's, but a key that it can't have made itself is not looked up.

    A quoted cookie can hold a NUL, which PostgreSQL refuses: each page would answer with a 500.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and len(key) >= 8 and key.isascii() and key.isalnum()

    def save(self, must_create: bool = False) -> None:
        """See Django's. A database that fails is our fault, and no session that was deleted (I1).

        Django takes the one for the other: people would read that what they sent is wrong.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from None
            raise
