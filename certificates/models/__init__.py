from certificates.models.certificate import Certificate, Document
from certificates.models.employer import EmployerLetter
from certificates.models.signatory import Signatory, SignaturePicture
from certificates.models.wording import CertificateWording

__all__ = [
    "Certificate",
    "CertificateWording",
    "Document",
    "EmployerLetter",
    "Signatory",
    "SignaturePicture",
]
