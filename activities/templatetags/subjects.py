"""Subject areas in the language of the page."""

from django import template

from activities.subjects import Areas

register = template.Library()


@register.filter
def subjects(text: str, areas: Areas) -> str:
    """Write an entry's subject areas: `{{ activity.subject|subjects:record.areas }}`."""
    return areas.shown(text)
