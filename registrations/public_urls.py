from django.urls import path
from django.utils.translation import gettext_lazy as _

from registrations.views import public

urlpatterns = [
    path("", public.home, name="home"),
    path(_("how-it-works/"), public.how, name="how"),
    path(_("how-it-works/<slug:program>/"), public.how, name="how_in"),
    path(_("what-counts/"), public.what_counts, name="what_counts"),
    path(_("what-counts/<slug:program>/"), public.what_counts, name="what_counts_in"),
    path(_("help/"), public.help_page, name="help"),
    path(_("associations/"), public.associations, name="associations"),
    path(_("accessibility/"), public.accessibility, name="accessibility"),
    path(_("privacy/"), public.privacy, name="privacy"),
]
