"""What this app owes people by itself (domain section 7)."""

from activities.yearend import owed as owed
