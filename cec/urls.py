from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

handler400 = "cec.views.could_not_read"
handler500 = "cec.views.went_wrong"

urlpatterns = [
    path("", include("cec.technical_urls")),
    path("", include("certificates.public_urls")),
    path("", include("registrations.lasting_urls")),
    *(
        [path(f"{settings.ADMIN_PATH}/", include("registrations.back_door"))]
        if settings.ADMIN_PATH
        else []
    ),
    *i18n_patterns(
        path("", include("registrations.urls")),
        path("", include("activities.urls")),
        path("", include("certificates.urls")),
        path(_("account/"), include("registrations.account_urls")),
    ),
]
