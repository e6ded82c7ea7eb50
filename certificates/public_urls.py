"""Addresses that are printed on paper: short, without a language, and kept for ever (F5)."""

from django.urls import path

from certificates.views import badges, public

urlpatterns = [
    path("v/", public.verify_home, name="verify_home"),
    path("v/keys/<str:fingerprint>", badges.key, name="badge_key"),
    path("v/<str:public_id>/badge", badges.show, name="badge"),
    path("v/<str:public_id>/badge/status", badges.status, name="badge_status"),
    path("v/<path:public_id>", public.verify_id, name="verify_id"),
]
