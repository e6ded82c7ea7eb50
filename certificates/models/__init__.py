from certificates.models.certificate import Certificate, Document, Signatory
from certificates.models.employer import EmployerLetter

__all__ = ["Certificate", "Document", "EmployerLetter", "Signatory"]
