from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules


class CecConfig(AppConfig):
    name = "cec"

    def ready(self) -> None:
        """Gather the navigation, note failures, and begin what a setting asks for."""
        autodiscover_modules("navigation", "failures")
        if settings.MAIL_PROVIDER:
            import_module("cec.provider_events")
        if settings.SENTRY_DSN:
            import_module("cec.reporting").start()
