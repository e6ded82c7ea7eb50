from certificates.models.certificate import Certificate, Document, Signatory
from certificates.models.employer import EmployerLetter
from certificates.models.sharing import Sharing

__all__ = ["Certificate", "Document", "EmployerLetter", "Sharing", "Signatory"]
