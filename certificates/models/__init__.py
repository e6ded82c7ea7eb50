from certificates.models.certificate import Certificate, Document, Signatory
from certificates.models.employer import EmployerLetter
from certificates.models.signing import SigningCertificate

__all__ = ["Certificate", "Document", "EmployerLetter", "Signatory", "SigningCertificate"]
