from importlib import import_module

from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    name = "registrations"

    def ready(self) -> None:
        """Listen to what allauth tells, and word the mails of programs."""
        import_module("registrations.account_history")
        import_module("registrations.session_limits")
        import_module("registrations.mail_texts.replacing")
