"""What the tests of the record's pages share: addresses, forms, and the text of an answer."""

import html
import re
import uuid
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone, translation

from tests import factories as make


def at(name, registration, *more, language="en"):
    """The address of a page of a record."""
    with translation.override(language):
        return reverse(name, args=[registration.pk, *more])


def text(response):
    """What a person reads: no tags, one kind of space."""
    content = response.content.decode()
    content = re.sub(r"<(title|desc)>.*?</\1>", " ", content)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())


def log_section(response):
    """The list of activities as markup, without what htmx needs to place it."""
    content = re.sub(r'\s*hx-swap-oob="true"', "", response.content.decode())
    return re.search(r'<section [^>]*id="log".*?</section>', content, re.DOTALL)[0]


def quick(code="PD-I", *, key=None, program_code="CEC", **changes):
    """What the quick card sends."""
    return {
        "title": "Copyright update",
        "completed_on": "2025-05-01",
        "rate": make.rate(code, key, program_code=program_code).pk,
        "hours": "4",
        "token": str(uuid.uuid4()),
    } | changes


def full(code="PD-I", *, program_code="CEC", **changes):
    """What the full form sends; a change to None leaves a field out."""
    said = quick(code, program_code=program_code) | {
        "provider": "Education Institute",
        "started_on": "",
        "subject": "Technology",
        "outcome": "How to ask.",
        "materials": "",
        "goals": "",
        "version": "1",
    }
    return {name: value for name, value in (said | changes).items() if value is not None}


def days_from_today(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()
