from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cec.files import checking


class _SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class EvidenceForm(forms.Form):
    """The field for files inside the form of an entry; each file is checked by itself."""

    files = forms.FileField(
        label=_("Add files"),
        help_text=_(
            "A certificate of attendance, a program, a photo: PDF, JPEG or PNG, up to 10 MB each. "
            "You can choose several at once."
        ),
        required=False,
        widget=_SeveralFiles(attrs={"accept": checking.ACCEPT}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", use_required_attribute=False, **kwargs)
