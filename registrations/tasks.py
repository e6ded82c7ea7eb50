"""The background part of registrations: sweepers that do what no request did."""

from cec import work
from registrations.mentoring import assigning


@work.sweeper
def end_mentorings_that_are_over() -> int:
    """Write down the end of what was over with its registration or its mentor's account."""
    return assigning.end_what_is_over()
