from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from certificates.views import (
    audited,
    batches,
    correction_requests,
    editions,
    figures,
    issuing,
    near_end,
    paper,
    participant,
    proofs,
    public,
    reviews,
    sharing,
    signatories,
    specimens,
    statement,
    transcript,
    wordings,
)

texts_of_program = [
    path("", wordings.wording, name="wording"),
    path(_("edit/"), wordings.edit, name="wording_edit"),
    path(_("discard/"), wordings.discard, name="wording_discard"),
    path(_("publish/"), wordings.publish, name="wording_publish"),
    path(_("versions/<int:version>/"), wordings.version, name="wording_version"),
    path(_("versions/<int:version>/again/"), wordings.use_again, name="wording_again"),
    path(_("specimen/"), specimens.specimen, name="specimen"),
    path(_("specimen/download/"), specimens.download, name="specimen_download"),
    path(_("signatories/"), signatories.signatories, name="signatories"),
    path(_("signatories/add/"), signatories.add, name="signatory_add"),
    path(_("signatories/<int:signatory>/"), signatories.signatory, name="signatory"),
    path(_("signatories/<int:signatory>/end/"), signatories.end, name="signatory_end"),
    path(
        _("signatories/<int:signatory>/signature/"), signatories.picture, name="signature_picture"
    ),
]

urlpatterns = [
    path(_("certificate/<int:registration>/"), participant.certificate, name="certificate"),
    path(_("certificate/<int:registration>/send/"), participant.turn_in, name="turn_in"),
    path(
        _("certificate/<int:registration>/download/"),
        participant.download,
        name="certificate_download",
    ),
    path(
        _("certificate/<int:registration>/editions/<int:edition>/"),
        participant.download,
        name="certificate_edition",
    ),
    path(
        _("certificate/<int:registration>/correction/"),
        correction_requests.ask,
        name="correction_ask",
    ),
    path(_("certificate/<int:registration>/sharing/"), sharing.choose, name="certificate_sharing"),
    path(_("receipts/<int:registration>/<int:payment>/"), paper.receipt, name="receipt"),
    path(_("letter/<int:registration>/"), paper.letter, name="employer_letter"),
    path(
        _("letter/<int:registration>/download/"),
        paper.letter_download,
        name="employer_letter_download",
    ),
    path(_("statement/<int:registration>/"), statement.page, name="statement"),
    path(
        _("statement/<int:registration>/download/"), statement.download, name="statement_download"
    ),
    path(_("transcript/<int:registration>/"), transcript.download, name="transcript"),
    path(_("verify/"), public.verify, name="verify"),
    path(_("verify/file/"), public.verify_file, name="verify_file"),
    path(_("desk/reviews/"), reviews.reviews, name="reviews"),
    path(_("desk/reviews/<int:registration>/"), reviews.review, name="review"),
    path(_("desk/reviews/<int:registration>/accept/"), reviews.accept, name="review_accept"),
    path(_("desk/reviews/<int:registration>/return/"), reviews.send_back, name="review_return"),
    path(_("desk/near-the-end/"), near_end.listed, name="near_end"),
    path(_("desk/figures/"), figures.overview, name="figures"),
    path(_("desk/figures/people/"), figures.people, name="figure_people"),
    path(_("desk/figures/export/"), figures.export, name="figure_export"),
    path(_("desk/figures/<slug:figure>/"), figures.one, name="figure"),
    path(_("desk/audits/records/<int:registration>/"), audited.audited, name="audited"),
    path(_("desk/audits/records/<int:registration>/ask/"), audited.choose, name="audit_choose"),
    path(_("desk/certificates/"), issuing.ready, name="issuing"),
    path(_("desk/certificates/issue/"), proofs.issue, name="issue"),
    path(
        _("desk/certificates/specimen/<int:registration>/"), proofs.specimen, name="issue_specimen"
    ),
    path(_("desk/certificates/batches/"), batches.listing, name="batches"),
    path(_("desk/certificates/batches/<int:batch>/"), batches.batch, name="batch"),
    path(_("desk/certificates/batches/<int:batch>/stop/"), batches.stop, name="batch_stop"),
    path(_("desk/certificates/batches/<int:batch>/continue/"), batches.go_on, name="batch_go_on"),
    path(_("desk/certificates/issued/"), issuing.issued, name="issued"),
    path(_("desk/certificates/corrections/"), correction_requests.waiting, name="corrections"),
    path(
        _("desk/certificates/corrections/<int:correction>/"),
        correction_requests.answer,
        name="correction",
    ),
    path(_("desk/certificates/<int:certificate>/"), editions.page, name="desk_certificate"),
    path(
        _("desk/certificates/<int:certificate>/correct/"),
        editions.correct,
        name="certificate_correct",
    ),
    path(
        _("desk/certificates/<int:certificate>/revoke/"),
        editions.revoke,
        name="certificate_revoke",
    ),
    path(
        _("desk/certificates/<int:certificate>/mail/"),
        editions.mail_again,
        name="certificate_mail",
    ),
    path(_("desk/certificates/<int:certificate>/again/"), issuing.try_again, name="make_again"),
    path(_("desk/certificates/texts/"), wordings.home, name="wordings"),
    path(_("desk/certificates/texts/<slug:program>/"), include(texts_of_program)),
]
