"""Sessions in the database. The cookie is what the browser says, and it may say anything."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Django's, but a key that it can't have made itself is not looked up.

    A quoted cookie can hold a NUL, which PostgreSQL refuses: each page would answer with a 500.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and len(key) >= 8 and key.isascii() and key.isalnum()
