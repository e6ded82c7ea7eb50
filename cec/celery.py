"""The Celery application. What is to be done is a row in the database; a message is only a hint."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cec.settings")

app = Celery("cec")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
