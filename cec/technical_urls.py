"""Addresses without a language: for machines, and for those who develop."""

from django.urls import path

from cec import provider, views

urlpatterns = [
    *provider.addresses(),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.figures, name="metrics"),
    path("mail/", views.outgoing_mail, name="mail"),
    path("mail/<int:mail>/", views.one_mail, name="mail_text"),
    path("mail/<int:mail>/html/", views.mail_as_html, name="mail_html"),
]
