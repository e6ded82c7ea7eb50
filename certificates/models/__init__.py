from certificates.models.batch import Batch, BatchItem
from certificates.models.certificate import Certificate, Document
from certificates.models.correction import CorrectionRequest
from certificates.models.employer import EmployerLetter
from certificates.models.sharing import Sharing
from certificates.models.signatory import Signatory, SignaturePicture
from certificates.models.signing import SigningCertificate
from certificates.models.wording import CertificateWording

__all__ = [
    "Batch",
    "BatchItem",
    "Certificate",
    "CertificateWording",
    "CorrectionRequest",
    "Document",
    "EmployerLetter",
    "Sharing",
    "Signatory",
    "SignaturePicture",
    "SigningCertificate",
]
