"""Addresses that are printed on paper: short, without a language, and kept for ever (F5)."""

from django.urls import path

from certificates.views import public

urlpatterns = [
    path("v/", public.verify_home, name="verify_home"),
    path("v/<path:public_id>", public.verify_id, name="verify_id"),
]
