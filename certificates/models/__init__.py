from certificates.models.certificate import Certificate, Document, Signatory

__all__ = ["Certificate", "Document", "Signatory"]
