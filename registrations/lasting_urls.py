"""Addresses that stand in mails: without a language, and kept for ever."""

from django.urls import path

from registrations.views import reminders

urlpatterns = [path("unsubscribe/<str:token>/", reminders.unsubscribe, name="unsubscribe")]
