from django.urls import path
from django.utils.translation import gettext_lazy as _

from certificates.views import (
    audited,
    batches,
    issuing,
    paper,
    participant,
    proofs,
    public,
    reviews,
    statement,
)

urlpatterns = [
    path(_("certificate/<int:registration>/"), participant.certificate, name="certificate"),
    path(_("certificate/<int:registration>/send/"), participant.turn_in, name="turn_in"),
    path(
        _("certificate/<int:registration>/download/"),
        participant.download,
        name="certificate_download",
    ),
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
    path(_("verify/"), public.verify, name="verify"),
    path(_("desk/reviews/"), reviews.reviews, name="reviews"),
    path(_("desk/reviews/<int:registration>/"), reviews.review, name="review"),
    path(_("desk/reviews/<int:registration>/accept/"), reviews.accept, name="review_accept"),
    path(_("desk/reviews/<int:registration>/return/"), reviews.send_back, name="review_return"),
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
    path(_("desk/certificates/<int:certificate>/again/"), issuing.try_again, name="make_again"),
]
