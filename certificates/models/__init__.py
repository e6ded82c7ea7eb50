from certificates.models.batch import Batch, BatchItem
from certificates.models.certificate import Certificate, Document, Signatory
from certificates.models.employer import EmployerLetter

__all__ = ["Batch", "BatchItem", "Certificate", "Document", "EmployerLetter", "Signatory"]
