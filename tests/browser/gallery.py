"""One of every page, with names and titles as long as the product takes them."""

from dataclasses import dataclass

from registrations.models import Person
from tests import factories
from tests.browser.people import People
from tests.registrations import texts

# A page: the name of its address, what stands in its places, and a query.
Page = tuple[str, tuple[object, ...], str, int]


def page(name: str, *args: object, query: str = "", status: int = 200) -> Page:
    return name, args, query, status


@dataclass(frozen=True)
class Room:
    """The pages that one person looks at; without a person, the pages for everybody."""

    role: str
    person: Person | None
    pages: list[Page]


class Gallery(People):
    """What each of them sees."""

    def rooms(self) -> list[Room]:
        return [
            Room("everybody", None, self._public()),
            Room("newcomer", self.draft.person, self._newcomer()),
            Room("applicant", self.waiting.person, self._applicant()),
            Room("participant", self.active.person, self._participant()),
            Room("asked", self.returned.person, self._asked()),
            Room("drawn", self.audited.person, self._audited()),
            Room("mentor", self.mentorship.mentor, self._mentor()),
            Room("graduate", self.certificate.registration.person, self._graduate()),
            Room("representative", self.representative, self._representative()),
            Room("careers", self.asked_back.registration.person, self._careers()),
            Room("officer", self.officer, self._officer()),
            Room("office", self.office, self._office()),
        ]

    def _careers(self) -> list[Page]:
        row, asked = self.asked_back.registration.pk, self.asked_back.pk
        chosen = "?use=other&words=PLAR&first=2025-01-01&last=2027-01-01&language=fr"
        return [
            page("record", row),
            page("activities", row),
            page("activity", row, self.asked_back.activity_id),
            page("courses", row),
            page("requests", row),
            page("request", row, asked),
            page("request", row, self.approved.pk),
            page("request_entry", row),
            page("request_part", row),
            page("statement", row, query=chosen),
        ]

    def _officer(self) -> list[Page]:
        pk = self.asked_back.organisation_id
        return [
            page("organisations"),
            page("organisation", pk),
            page("allocations", pk, "cpc-credits"),
            page("desk_requests", pk),
            page("desk_requests", pk, query="?view=decided"),
            page("desk_request", pk, self.asked_back.pk),
            page("desk_request", pk, self.approved.pk),
        ]

    def _mentor(self) -> list[Page]:
        pk = self.active.pk
        return [
            page("mentees"),
            page("mentee", self.mentorship.pk, query="?agenda=1"),
            page("activity", pk, self.entry.pk),
            page("mentor_offer", self.active.program.slug),
            page("mentorship_end", self.mentorship.pk),
        ]

    def _public(self) -> list[Page]:
        names = (
            "home how what_counts help associations accessibility privacy register verify "
            "verify_file account_login account_signup account_reset_password "
            "account_request_login_code"
        )
        facts = self.certificate.serial, self.certificate.holder.split()[0]
        return [
            *(page(name) for name in names.split()),
            page("verify_id", self.certificate.public_id),
            page("verify_id", self.edition.public_id),
            page("verify_id", self.revoked.public_id),
            page("verify_id", self.former.public_id),
            page("verify", query="?serial=XEC-2028-0417-EN&name=Nobody", status=422),
            page("verify", query="?serial={}&name={}".format(*facts)),
        ]

    def _newcomer(self) -> list[Page]:
        return [
            page("register"),
            page("application", self.draft.program.slug),
            page("check_answers", self.draft.pk),
            page("account"),
            page("account_email"),
            page("mfa_index"),
            page("mfa_activate_totp"),
            page("mfa_add_webauthn"),
            page("usersessions_list"),
            page("reminders"),
            page("consents"),
            page("who_looked"),
            page("my_data"),
            page("erase_data"),
        ]

    def _applicant(self) -> list[Page]:
        pk = self.waiting.pk
        names = ("registration_status", "withdraw", "changes", "move", "employer_letter")
        return [page(name, pk) for name in names]

    @property
    def what_if(self) -> str:
        """The address of "what if" with an answer."""
        rate = factories.rate("PD-I").pk
        return f"?rate={rate}&hours=5&completed_on={self.active.starts_on}"

    def _participant(self) -> list[Page]:
        pk, entry = self.active.pk, self.entry.pk
        return [
            page("record", pk),
            page("standing", pk),
            page("standing", pk, query=self.what_if),
            page("registration_status", pk),
            page("activities", pk, query="?year=all"),
            page("activities", pk, query="?year=all&q=nothing"),
            page("activity_add", pk),
            page("activity", pk, entry),
            page("activity_delete", pk, entry),
            page("evidence_remove", pk, entry, self.evidence.pk),
            page("activity", self.careers.pk, entry),
            page("activity", pk, self.alone.pk),
            page("activity_duplicate", pk, entry),
            page("activity_again", pk, self.going_on.pk),
            page("activity_done", pk, self.plan.pk),
            page("record_import", pk),
            *(page("import_preview", pk, each.pk) for each in self.imported),
            page("certificate", pk),
            page("employer_letter", pk),
            page("plan", pk),
            page("own_rules", pk),
        ]

    def _asked(self) -> list[Page]:
        pk = self.returned.pk
        return [
            page("certificate", pk),
            page("activity", pk, self.asked.pk),
            page("activities", pk, query="?year=all"),
            page("turn_in", pk),
        ]

    def _audited(self) -> list[Page]:
        pk, draw = self.audited.pk, self.audited.audit.draw_id
        first, second, *_others = self.audited.person.activities.order_by("pk")
        return [
            page("record", pk),
            page("certificate", pk),
            page("activities", pk, query="?year=all&status=evidence"),
            page("activities", pk, query="?year=all&status=disallowed"),
            page("activity", pk, first.pk),
            page("activity", pk, second.pk),
            page("audit_how", draw),
        ]

    def _graduate(self) -> list[Page]:
        pk = self.certificate.registration.pk
        return [
            page("certificate", pk),
            page("correction_ask", pk),
            page("record", pk),
            page("registration_status", pk),
            page("changes", pk),
            page("my_registrations"),
        ]

    def _representative(self) -> list[Page]:
        return [
            page("queue", query="?mentor=no"),
            page("queue_together", query=f"?action=confirm&registration={self.waiting.pk}"),
            page("desk_registration", self.waiting.pk),
            page("handover"),
            page("desk_registration", self.active.pk),
            page("desk_memberships"),
            page("desk_memberships", query="?view=proof"),
            page("desk_memberships", query="?view=soon"),
            page("reviews"),
            page("near_end"),
            page("figures"),
            page("figure_people", query="?period=all"),
            *(page("figure", key, query="?period=all") for key in ("flow", "waits", "types")),
            page("near_end", query="?view=ready&q=nobody"),
            page("review", self.in_review.pk),
            page("review", self.active.pk),
            page("review", self.audited.pk),
            page("issued"),
            page("desk_certificate", self.edition.pk),
            page("audits"),
            page("audit", self.audited.audit.draw_id),
            page("years"),
            page("years", query="?view=below&q=nobody"),
            page("year_result", self.active.year_results.first().pk),
            page("audited", self.audited.pk),
            page("activity", self.audited.pk, self.audited.person.activities.first().pk),
            page("desk_mentors"),
            page("mentor_assign", self.wanting.pk),
            page("mentor_assign", self.active.pk),
            page("mentor_turn_down", self.offered.pk),
        ]

    def _office(self) -> list[Page]:
        return [
            page("erasures"),
            page("queue", query="?view=all"),
            page("desk_registration", self.waiting.pk),
            page("desk_registration", self.active.pk),
            page("cycle", self.active.pk),
            page("desk_memberships"),
            page("payments"),
            page("figures", query="?period=all"),
            *(page("figure", key, query="?period=all") for key in ("funnel", "pace", "fees")),
            page("ledger"),
            page("ledger_months"),
            page("bank_exports"),
            page("bank_export", self.deposit.export_id),
            page("bank_line", self.deposit.pk, query=f"?with={self.waiting.pk}&q=e"),
            page(
                "bank_confirm",
                self.deposit.export_id,
                query=f"?line={self.deposit.pk}-{self.waiting.pk}",
            ),
            page("audits"),
            page("years"),
            page("years", query="?view=drift"),
            page("year_result", self.active.year_results.first().pk),
            page("audited", self.audited.pk),
            page("issuing"),
            page("issue", query="?all=1"),
            page("issued"),
            page("desk_certificate", self.certificate.pk),
            page("desk_certificate", self.edition.pk),
            page("desk_certificate", self.revoked.pk),
            page("certificate_correct", self.edition.pk),
            page("certificate_revoke", self.edition.pk),
            page("corrections"),
            page("work"),
            page("correction", self.correction.pk),
            page("batches"),
            *(page("batch", batch.pk) for batch in self.batches),
            page("batch", self.batches[1].pk, query="?view=trouble"),
            page("appointments"),
            page("second_step_lost"),
            page("mfa_index"),
            page("mfa_deactivate_totp"),
            page("mfa_reauthenticate"),
            page("organisations"),
            page("organisation", self.asked_back.organisation_id),
            *self._privacy_pages(),
            *self._mail_pages(),
            *self._program_pages(),
            *self._rule_pages(),
            *self._wording_pages(),
            *self._text_pages(),
        ]

    def _program_pages(self) -> list[Page]:
        slug = self.active.program.slug
        new = factories.set_up(by=self.office).slug
        parts = ("names", "texts", "people", "fee", "time", "certificate")
        return [
            page("programs_desk"),
            page("program", slug),
            page("program", new),
            *(page("program_part", slug, part) for part in parts),
            page("program_part", new, "names"),
            page("program_uses", self.asked_back.registration.program.slug),
            *(page("program_preview", new, name) for name in ("counts", "how", "register")),
            page("program_open", new),
            page("program_retire", slug),
            page("rules", new),
            page("rules_publish", new),
        ]

    def _mail_pages(self) -> list[Page]:
        return [
            page("notices"),
            page("notices", query="?state=failed"),
            page("notice", self.owed.pk),
            page("notice_kinds"),
            page("notice_kind", self.owed.kind),
            page("failed_mail"),
        ]

    def _privacy_pages(self) -> list[Page]:
        return [
            page("history"),
            page("history", query="?about=nobody"),
            page("history", query="?first=tomorrow", status=422),
            page("record_views"),
            page("incidents"),
            page("incident_add"),
            page("incident", self.incident.pk),
            page("retention"),
        ]

    def _rule_pages(self) -> list[Page]:
        slug = self.active.program.slug
        names = "rules rules_needed rules_group_add rules_type_add rules_subjects rules_rehearsal"
        return [
            page("rules_home"),
            *(page(name, slug) for name in names.split()),
            page("rules_publish", slug),
            page("rules_group", slug, "long"),
            page("rules_type", slug, "lead"),
            page("rules_versions", slug),
            page("rules_version", slug, 1),
            page("rules_move", self.active.pk),
        ]

    def _text_pages(self) -> list[Page]:
        slug = self.active.program.slug
        return [
            page("mail_texts"),
            page("mail_texts_of", slug),
            page("mail_wording", slug, texts.KIND),
            page("mail_wording", slug, "certificate_issued"),
            page("mail_wording_edit", slug, texts.KIND),
        ]

    def _wording_pages(self) -> list[Page]:
        slug = self.active.program.slug
        names = "wording wording_edit wording_publish specimen signatories signatory_add"
        return [
            page("wordings"),
            *(page(name, slug) for name in names.split()),
            page("wording_version", slug, 1),
            page("signatory", slug, self.signatory.pk),
        ]
