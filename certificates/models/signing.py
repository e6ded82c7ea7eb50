from django.db import models


class SigningCertificate(models.Model):
    """An X.509 certificate whose key signed documents, from its first signature on.

    Old documents are checked against it for ever, also when another key signs by then. The
    database refuses to change or delete one. `fingerprint` is the SHA-256 of `der`, in hexadecimal;
    `subject` is as RFC 4514 writes it.
    """

    fingerprint = models.CharField(max_length=64, unique=True)
    der = models.BinaryField()
    subject = models.CharField(max_length=300)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    first_used_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.subject
