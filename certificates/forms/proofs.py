"""Confirming a proof sheet."""

from collections.abc import Sequence
from uuid import uuid4

from django import forms

from certificates.proofs import Proof, fingerprint


class ProofForm(forms.Form):
    """What a proof sheet showed, for confirming just that.

    The ids are in one field, as a form has at most 1,000. `seen` is the fingerprint of the sheet,
    and `form_key` makes a form that arrives twice one batch.
    """

    form_key = forms.UUIDField()
    seen = forms.CharField(max_length=64)
    registrations = forms.RegexField(r"^[0-9]{1,18}(\.[0-9]{1,18})*$", max_length=60_000)

    @classmethod
    def of(cls, proofs: Sequence[Proof]) -> "ProofForm":
        """Return the form that confirms these proofs."""
        ids = ".".join(str(proof.registration.pk) for proof in proofs)
        return cls(initial={"form_key": uuid4(), "seen": fingerprint(proofs), "registrations": ids})

    def clean_registrations(self) -> list[int]:
        """Return the ids."""
        return [int(pk) for pk in self.cleaned_data["registrations"].split(".")]
