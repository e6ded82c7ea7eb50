"""A small world with one person of every role around one registration."""


from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone

from registrations.models import Appointment, Person
from tests import factories as make

ROLES = (
    "anonymous",
    "applicant",
    "owner",
    "neighbour",
    "stranger",
    "representative",
    "elsewhere",
    "steering",
    "administrator",
    "deactivated",
)


class World:
    """The registration under test is `owner`'s, of the MLA: active, with one activity.

    `neighbour` is a participant of the same association, `stranger` of another; `elsewhere` is
    another association's representative; `deactivated` was a steering member.
    """

    def __init__(self) -> None:
        self.people: dict[str, Person] = {
            "applicant": make.person("Applicant"),
            "owner": make.person("Owner"),
            "neighbour": make.person("Neighbour"),
            "stranger": make.person("Stranger"),
            "representative": make.representative("MLA"),
            "elsewhere": make.representative("OLA"),
            "steering": make.steering(),
            "administrator": make.administrator(),
            "deactivated": make.steering(),
        }
        make.registration(self.people["applicant"], status="draft")
        make.registration(self.people["neighbour"])
        make.registration(self.people["stranger"], association_code="OLA")
        self.registration = make.registration(
            self.people["owner"], starts_on=timezone.localdate() - timezone.timedelta(days=400)
        )
        self.activity = make.activity(
            self.registration, on=self.registration.starts_on, title="A webinar"
        )
        self.appointment = Appointment.objects.get(person=self.people["elsewhere"])

    def values(self) -> dict[str, object]:
        """What stands in the places of a URL."""
        return {
            "registration": self.registration.pk,
            "activity": self.activity.pk,
            "appointment": self.appointment.pk,
            "program": "partnership-cec",
            "year": 1,
        }

    def url(self, name: str) -> str:
        """Reverse a URL by name with what this world has for its places."""
        return reverse(name, kwargs={place: self.values()[place] for place in places(name)})

    def url_with_number(self, name: str, number: str) -> str:
        """The URL with `number` where the first whole number stands."""
        place = next(place for place in places(name) if isinstance(self.values()[place], int))
        marker = 987_654_321
        values = {key: self.values()[key] for key in places(name)} | {place: marker}
        return reverse(name, kwargs=values).replace(str(marker), number)

    def deactivate(self) -> None:
        Person.objects.filter(pk=self.people["deactivated"].pk).update(is_active=False)

    @staticmethod
    def takes_a_number(name: str) -> bool:
        return bool(set(places(name)) & {"registration", "activity", "appointment"})


def places(name: str) -> list[str]:
    """The names of the places in a URL pattern."""
    found = get_resolver().reverse_dict.getlist(name)
    if not found:
        raise NoReverseMatch(name)
    return list(found[0][0][0][1])
