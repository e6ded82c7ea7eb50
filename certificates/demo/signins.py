"""The demo's sign-ins: one for each role, all with the same simple password."""

from dataclasses import dataclass

PASSWORD = "read-every-day"  # noqa: S105 (it is printed by `manage.py demo_signins`)


@dataclass(frozen=True)
class Signin:
    """Whom to be, and what there is to see then."""

    role: str
    email: str
    see: str


SIGNINS = (
    Signin("Participant, second year", "nadia@example.org", "73 of 120 points, two limits reached"),
    Signin("Participant, first day", "dylan@example.org", "an empty record that starts today"),
    Signin("Participant with Excel", "chantal@example.org", "a record to fill from her workbook"),
    Signin("Participant at the end", "tomasz@example.org", "three years done, ready to turn in"),
    Signin("Participant, again", "walter.bjornson@example.org", "a certificate, a second cycle"),
    Signin("Participant, twice", "priya.raman@example.org", "a course that counts in two programs"),
    Signin("Mentor", "beatrice@example.org", "Nadia’s record, notes, an agenda; somebody asks"),
    Signin("Representative, Manitoba", "joanne@example.org", "a queue of nine, records to review"),
    Signin("Representative, Quebec", "marie-eve@example.org", "the same in French"),
    Signin("Participant, careers", "denise.falconer@example.org", "courses, requests, a statement"),
    Signin("Officer, Prairie Career", "olive@example.org", "requests of an organization, numbers"),
    Signin("Steering group", "marguerite@example.org", "all associations; may pass a gate"),
    Signin("Administrator", "sunita@example.org", "payments, a bank export, certificates to issue"),
)
