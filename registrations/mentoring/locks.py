"""The one order of locks: the mentor's offer, then the registration (reliability G1)."""

from registrations.models import MentorOffer, Registration


def offer(pk: int) -> MentorOffer:
    """Lock an offer; whoever counts its places does it under this lock."""
    return (
        MentorOffer.objects.select_for_update(of=("self",))
        .select_related("person", "program", "association")
        .get(pk=pk)
    )


def registration(pk: int) -> Registration:
    """Lock a registration, which has one mentor at the most."""
    return (
        Registration.objects.select_for_update(of=("self",))
        .select_related("person", "program", "association")
        .get(pk=pk)
    )
