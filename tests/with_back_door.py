"""The addresses of an installation whose ADMIN_PATH is `back`."""

from django.urls import include, path

from cec.urls import handler500, urlpatterns

__all__ = ["handler500", "urlpatterns"]

urlpatterns = [path("back/", include("registrations.back_door")), *urlpatterns]
