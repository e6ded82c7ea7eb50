from django.urls import path
from django.utils.translation import gettext_lazy as _

from certificates.views import (
    audited,
    issuing,
    paper,
    participant,
    public,
    reviews,
    sharing,
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
    path(_("verify/"), public.verify, name="verify"),
    path(_("verify/file/"), public.verify_file, name="verify_file"),
    path(_("desk/reviews/"), reviews.reviews, name="reviews"),
    path(_("desk/reviews/<int:registration>/"), reviews.review, name="review"),
    path(_("desk/reviews/<int:registration>/accept/"), reviews.accept, name="review_accept"),
    path(_("desk/reviews/<int:registration>/return/"), reviews.send_back, name="review_return"),
    path(_("desk/audits/records/<int:registration>/"), audited.audited, name="audited"),
    path(_("desk/audits/records/<int:registration>/ask/"), audited.choose, name="audit_choose"),
    path(_("desk/certificates/"), issuing.ready, name="issuing"),
    path(_("desk/certificates/issue/"), issuing.issue, name="issue"),
    path(_("desk/certificates/issued/"), issuing.issued, name="issued"),
    path(_("desk/certificates/<int:certificate>/again/"), issuing.try_again, name="make_again"),
]
