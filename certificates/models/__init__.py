from certificates.models.certificate import Certificate, Document, Signatory
from certificates.models.correction import CorrectionRequest
from certificates.models.employer import EmployerLetter

__all__ = ["Certificate", "CorrectionRequest", "Document", "EmployerLetter", "Signatory"]
