"""The look in templates: icons, pictures of a record, numbers and dates, errors of forms.

{% icon "plus" %}  {% mark %}  {% code type %}
{% rosette counted needed %}  {% rosette counted needed small=True %}
{% shelf year among=years %}  {% shelf year bare=True %}  {% capbar item %}
{{ value|points }} {{ value|hours }} {{ value|amount:unit }} {{ value|money }} {{ count|spelled }}
{{ bytes|file_size }}
{{ date|day }} {{ date|short_day }} {{ time|moment }}
{% problems as found %}  {% page_numbers page as numbers %}
{% stepping_table page "rows" %}<caption id="rows">..</caption>..{% endstepping_table %}
"""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms, template
from django.contrib.messages import ERROR, SUCCESS, WARNING
from django.contrib.messages.storage.base import Message
from django.core.paginator import Page
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cec import rosette as rosettes
from cec import shelves, trace, wording
from cec.paging import Page as Steps

register = template.Library()

register.filter("money", wording.money)
register.filter("spelled", wording.spelled)
register.filter("file_size", wording.file_size)
register.filter("day", wording.day)
register.filter("short_day", wording.short_day)


@register.filter
def points(value: Decimal | int | None) -> str:
    """Write points or any exact number: 3.5 in English, 3,5 in French."""
    return wording.number(value, grouped=True)


@register.filter
def hours(value: Decimal | int | None) -> str:
    """Write hours, which are kept in quarters (P4)."""
    return wording.number(value)


@register.filter
def amount(value: Decimal | int | None, unit: str = "") -> str:
    """Write a number with its unit; without one the unit is points."""
    return "" if value is None else wording.amount(value, unit)


@register.filter
def moment(value: datetime.datetime | None) -> str:
    """Write a date and time of day: 14 March 2027 at 14:05, 14 mars 2027 à 14 h 5."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    if wording.is_french():
        clock = f"{local.hour}\u00a0h" + (f"\u00a0{local.minute}" if local.minute else "")
    else:
        clock = f"{local.hour}:{local.minute:02}"
    return _("%(day)s at %(time)s") % {"day": wording.day(local), "time": clock}


@register.simple_tag
def request_id() -> str:
    """Return the id of this request, by which its lines in the log are found (C5)."""
    return trace.current().request_id


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of icons.svg. It is decoration unless `label` says what it means."""
    drawn = format_html(
        '<svg class="i" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("icons.svg"),
        name,
    )
    return format_html('{}<span class="vh">{}</span>', drawn, label) if label else drawn


@register.simple_tag
def mark() -> SafeString:
    """Draw the rosette as the site's mark."""
    return format_html(
        '<svg class="mark" aria-hidden="true" focusable="false"><use href="{}#mark"/></svg>',
        static("icons.svg"),
    )


@register.simple_tag
def rosette(
    counted: Decimal | int, needed: Decimal | int | None, unit: str = "", small: bool = False
) -> SafeString:
    """Draw how much of what is needed is counted; `needed` may be None."""
    wanted = Decimal(needed) if needed else None
    return rosettes.rosette(Decimal(counted), wanted, unit=unit, small=small)


@register.simple_tag
def shelf(
    year: shelves.ShelfYear,
    among: Iterable[shelves.ShelfYear] | None = None,
    unit: str = "",
    bare: bool = False,
) -> SafeString:
    """Draw a program year. Give all the years as `among` so that they share one scale."""
    scale = shelves.shelf_scale(among or [year])
    return shelves.shelf(year, scale=scale, unit=unit, bare=bare)


@register.simple_tag
def capbar(item: shelves.CapItem, unit: str = "") -> SafeString:
    """Draw an activity type against its yearly limit, as an item of `<ul class="caps">`."""
    return shelves.capbar(item, unit=unit)


@register.simple_tag
def code(activity_type: Any) -> SafeString:
    """Draw the code of an activity type as a spine label; its name is the title."""
    return format_html(
        '<abbr class="code {}" title="{}">{}</abbr>',
        activity_type.colour,
        activity_type.name,
        activity_type.code,
    )


class FormProblem(NamedTuple):
    """One line of the error summary; `target` is the id of the field, if there is one."""

    message: str
    target: str


@register.simple_tag(takes_context=True)
def problems(context: Context) -> list[FormProblem]:
    """List the errors of the page's `form`, `formset` and `forms`, in the order of the fields."""
    found: list[FormProblem] = []
    for form in _forms_of(context):
        if form.is_bound:
            found += [FormProblem(str(error), "") for error in form.non_field_errors()]
            for field in form:
                target = f"{field.auto_id}_0" if is_group(field) else field.auto_id
                found += [FormProblem(str(error), target) for error in field.errors]
    return found


def _forms_of(context: Context) -> list[forms.BaseForm]:
    listed = [context.get("form")]
    for several in (context.get("forms"), context.get("formset")):
        if isinstance(several, (list, tuple, forms.BaseFormSet)):
            listed += several
    return [form for form in listed if isinstance(form, forms.BaseForm)]


@register.filter
def is_group(field: forms.BoundField) -> bool:
    """Say whether the field is several radio buttons or checkboxes, numbered from 0."""
    return isinstance(field.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))


class Notification(NamedTuple):
    """What the last actions did, as one region: the colour and icon of the gravest message."""

    colour: str
    icon: str
    messages: list[Message]


_GRAVITY = (
    (ERROR, "bad", "alert"),
    (WARNING, "warn", "alert"),
    (SUCCESS, "ok", "circle-check"),
    (0, "info", "info"),
)


@register.simple_tag
def gravest(messages: Iterable[Message]) -> Notification:
    """Put the waiting messages of django.contrib.messages into one notification."""
    listed = list(messages)
    worst = max((message.level for message in listed), default=0)
    colour, name = next((colour, name) for level, colour, name in _GRAVITY if worst >= level)
    return Notification(colour, name, listed)


@register.simple_block_tag(takes_context=True)
def stepping_table(
    context: Context, content: SafeString, page: "Steps[Any]", caption: str
) -> SafeString:
    """Frame a caption and rows as a table with its steps; `caption` is the id of the caption."""
    engine = context.template.engine  # type: ignore[union-attr]
    with context.push(content=content, page=page, caption=caption):
        return engine.get_template("components/stepping_table.html").render(context)


@register.simple_tag
def page_numbers(page: "Page[Any]") -> list[int | str]:
    """List the page numbers to offer: the ends, and those around the current one."""
    paginator = page.paginator
    return list(paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))
