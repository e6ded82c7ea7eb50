"""What the demo's program says in a mail of its own words."""

from dataclasses import replace

from registrations import mail_texts
from registrations.mail_texts import Place, editable
from registrations.models import Person, Program

KIND = "registration_received"
BODY = {
    "en": "Welcome among those who go on learning. You’ll usually hear from us within {days} days."
    "\n\n{how_to_pay}",
    "fr": "Bienvenue parmi celles et ceux qui continuent d’apprendre. Vous aurez d’ordinaire de nos"
    " nouvelles d’ici {days} jours.\n\n{how_to_pay}",
}


def word(program: Program, *, by: Person) -> None:
    """Put another text of the mail to those who registered in force."""
    place = Place(program, editable.kinds()[KIND])
    seen = mail_texts.state(place.latest())
    texts = {code: replace(place.standard(code), body=body) for code, body in BODY.items()}
    reason = "The committee wants a warmer welcome."
    mail_texts.save(place, by=by, seen=seen, texts=texts, reason=reason)
