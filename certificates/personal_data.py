"""What this app keeps about people (`cec.personal`): certificates and letters."""

from collections.abc import Iterator

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, JSONField, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from cec import personal
from cec.personal import BLANK, NOT_OF_USE, File, Traces
from certificates import transcript
from certificates.models import Certificate, Document
from registrations.models import Person, Registration

PROOF = _(
    "A certificate stays what it is for whoever relies on it: its number, day and holder’s name "
    "remain, unless the holder asked that the name goes too."
)

personal.nobodys(
    *("certificates.SigningCertificate", "certificates.Batch", "certificates.SignaturePicture"),
    *("certificates.Signatory", "certificates.CertificateWording"),
)


def _papers(traces: Traces) -> None:
    """Take the holder out of certificates, and the papers themselves away, if that was asked."""
    if not traces.papers_too:
        return
    theirs = Certificate.objects.filter(registration__person=traces.person)
    Document.objects.filter(certificate__in=theirs).update(pdf=b"", badge="")
    where = Cast(Value("{name}"), ArrayField(TextField()))
    nameless = Func("facts", where, Value(BLANK, JSONField()), function="jsonb_set")
    theirs.update(holder=BLANK, facts=nameless, error="")


personal.about(
    "certificates.CorrectionRequest",
    whose="registration__person",
    part="corrections",
    said=_("What you asked to have corrected on a certificate."),
    copied="name reason answer",
    deleted=True,
    traced={"name": "names"},
)
personal.about(
    "certificates.BatchItem",
    whose="registration__person",
    part="batches",
    said=_("When a certificate of yours was issued together with those of others."),
    copied="name why",
    blanked="name why",
    kept=_("That a certificate was issued remains, without a name."),
    traced={"name": "names"},
)
personal.about(
    "certificates.EmployerLetter",
    whose="registration__person",
    part="employer-letters",
    said=_("What you put into the letter to your employer."),
    copied="recipient recipient_title organisation own_words",
    deleted=True,
)
personal.about(
    "certificates.Sharing",
    whose="registration__person",
    part="sharing",
    said=_("What others see of your certificate, as you chose it."),
    replaced={"points": False, "transcript": False, "badge": False},
    kept=_("A former name stays apart from the later one, where you kept them apart."),
)
personal.about(
    "certificates.Document",
    whose="certificate__registration__person",
    part="certificate-files",
    said=_("Which certificates were made as files. They are in the folder certificates."),
    left_out={_("They are in the folder certificates."): "pdf badge"},
    texts_kept="pdf badge sha256",
    kept=PROOF,
)
personal.about(
    "certificates.Certificate",
    whose="registration__person",
    part="certificates",
    said=_("Your certificates, and what is printed on them."),
    copied="serial public_id holder facts",
    left_out={NOT_OF_USE: "error"},
    texts_kept="serial public_id holder facts error",
    kept=PROOF,
    traced={"holder": "names"},
    erase=_papers,
)


@personal.files(
    "certificates", _("Your certificates as they were issued, with the badge of each (JSON).")
)
def certificates(person: Person) -> Iterator[File]:
    rows = Document.objects.filter(certificate__registration__person=person)
    for row in rows.select_related("certificate").order_by("pk").iterator(chunk_size=1):
        yield row.certificate.file_name, bytes(row.pdf)
        if row.badge:
            yield f"{row.certificate.serial}.badge.json", row.badge.encode()


@personal.files("transcripts", _("Your transcripts, as they are today."))
def transcripts(person: Person) -> Iterator[File]:
    rows = Registration.objects.filter(person=person, starts_on__isnull=False)
    for row in rows.select_related("program", "association", "rules", "person").order_by("pk"):
        written = transcript.write(row, language=person.language)
        yield transcript.file_name(written), transcript.render(written)
