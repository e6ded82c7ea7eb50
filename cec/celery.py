"""The Celery application. What is to be done is a row in the database; a message is only a hint."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cec.settings")

TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), "cec.transport:Transport"))

app = Celery("cec")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
