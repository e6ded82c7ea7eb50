from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CecConfig(AppConfig):
    name = "cec"

    def ready(self) -> None:
        autodiscover_modules("navigation", "failures")
