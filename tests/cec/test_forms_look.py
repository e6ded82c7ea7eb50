"""How fields, errors, messages and mail are rendered."""

from html.parser import HTMLParser

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import ERROR, SUCCESS
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override


class Answers(forms.Form):
    number = forms.CharField(
        label="Member number",
        help_text="It’s on your card.",
        error_messages={"required": "Enter your member number"},
    )
    employer = forms.CharField(label="Employer", required=False)
    language = forms.ChoiceField(
        label="Language",
        choices=[("en", "English"), ("fr", "Français")],
        widget=forms.RadioSelect,
        help_text="You can change this later.",
        error_messages={"required": "Choose a language"},
    )
    agreed = forms.BooleanField(label="I agree", error_messages={"required": "Tick the box"})

    def clean(self):
        if self.cleaned_data.get("number") == "taken":
            raise forms.ValidationError("Somebody has this number already.")
        return self.cleaned_data


class Tags(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))

    def named(self, tag: str, **wanted: str) -> dict[str, str | None]:
        return next(
            given for name, given in self.seen if name == tag and wanted.items() <= given.items()
        )

    @property
    def ids(self) -> list[str | None]:
        return [given["id"] for _, given in self.seen if "id" in given]


def request_for(address: str):
    request = RequestFactory().get(address)
    request.user = AnonymousUser()
    return request


def summary_of(**context) -> str:
    return render_to_string("components/error_summary.html", context)


def test_a_field_is_described_by_its_hint_and_its_error():
    field = Answers({})["number"]

    tags = Tags(field.as_field_group())

    control = tags.named("input", name="number")
    assert set(control["aria-describedby"].split()) == {"id_number_helptext", "id_number_error"}
    assert set(control["aria-describedby"].split()) <= set(tags.ids)
    assert control["aria-invalid"] == "true"
    assert tags.named("label")["for"] == control["id"]


def test_only_what_may_be_left_out_says_so():
    form = Answers()

    assert "(optional)" in form["employer"].as_field_group()
    assert "(optional)" not in form["number"].as_field_group()


def test_radio_buttons_are_a_group_with_a_legend_that_has_hint_and_error():
    markup = Answers({})["language"].as_field_group()

    tags = Tags(markup)

    described = tags.named("fieldset")["aria-describedby"].split()
    assert set(described) == {"id_language_helptext", "id_language_error"} & set(tags.ids)
    assert "<legend>Language</legend>" in markup
    labels = [given["for"] for tag, given in tags.seen if tag == "label"]
    assert labels == ["id_language_0", "id_language_1"]


def test_a_single_checkbox_has_its_label_after_it():
    markup = Answers()["agreed"].as_field_group()

    assert markup.index("<input") < markup.index('<label for="id_agreed"')


def test_the_summary_lists_each_error_with_a_link_to_its_field():
    markup = summary_of(form=Answers({}))

    assert "There is a problem" in markup
    assert '<a href="#id_number">Enter your member number</a>' in markup
    assert '<a href="#id_language_0">Choose a language</a>' in markup
    assert '<a href="#id_agreed">Tick the box</a>' in markup


def test_every_link_of_the_summary_leads_to_something():
    form = Answers({})
    page = summary_of(form=form) + "".join(field.as_field_group() for field in form)

    tags = Tags(page)

    targets = [given["href"][1:] for tag, given in tags.seen if tag == "a"]
    assert targets
    assert set(targets) <= set(tags.ids)


def test_the_summary_has_errors_that_belong_to_no_field_and_those_of_several_forms():
    first = Answers({"a-number": "taken", "a-language": "en", "a-agreed": "on"}, prefix="a")
    second = Answers({}, prefix="b")

    markup = summary_of(forms=[first, second])

    assert "Somebody has this number already." in markup
    assert '<a href="#id_b-number">Enter your member number</a>' in markup


@pytest.mark.parametrize(
    "context", [{}, {"form": None}, {"form": "text"}, {"form": Answers()}], ids=str
)
def test_without_errors_there_is_no_summary(context):
    assert summary_of(**context).strip() == ""


def test_the_title_of_a_page_with_errors_says_so_first():
    request = request_for("/")

    with_error = render_to_string("base.html", {"form": Answers({}), "request": request})
    without = render_to_string("base.html", {"form": Answers(), "request": request})

    assert "<title>Error: " in with_error
    assert "Error:" not in without


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_is_set_on_the_page_before_it_is_drawn(theme):
    chosen = render_to_string("base.html", {"theme": theme})
    automatic = render_to_string("base.html", {"theme": "auto"})

    assert f'<html lang="en" data-theme="{theme}">' in chosen
    assert '<html lang="en">' in automatic


def test_messages_stand_in_one_region_in_the_colour_of_the_gravest():
    messages = [Message(SUCCESS, "Two rows were added."), Message(ERROR, "<b>One</b> was not.")]

    markup = render_to_string("components/messages.html", {"messages": messages})

    assert markup.count('role="region"') == 1
    assert 'class="notice bad"' in markup
    assert "Two rows were added." in markup
    assert "&lt;b&gt;One&lt;/b&gt; was not." in markup


def test_pages_keep_the_rest_of_the_query():
    request = request_for("/?q=halifax&page=2")
    page = Paginator(range(100), 25).page(2)

    markup = render_to_string("components/pagination.html", {"page": page}, request)

    assert 'href="?q=halifax&amp;page=3"' in markup
    assert 'aria-current="page"' in markup


def test_a_single_page_needs_no_pagination():
    markup = render_to_string("components/pagination.html", {"page": Paginator([1], 25).page(1)})

    assert markup.strip() == ""


def test_sorting_again_turns_the_order_round_and_returns_to_the_first_page():
    request = request_for("/?sort=name&page=3")

    markup = render_to_string(
        "components/sort_header.html", {"key": "name", "label": "Name", "sort": "name"}, request
    )

    assert 'aria-sort="ascending"' in markup
    assert 'href="?sort=-name"' in markup


def test_the_page_for_our_own_faults_needs_no_context_and_no_database():
    with override("fr"):
        page = render_to_string("500.html")

    assert '<html lang="fr">' in page
    assert "<h1>" in page


MAIL = {
    "subject": "Your registration",
    "preheader": "Three years",
    "heading": "You’re registered & ready",
    "paragraphs": ["The committee approved your registration today. " * 4],
    "facts": [("Points to earn", "120 < 200")],
    "button": ("Log an activity", "https://cec.example.org/en/activities/?a=1&b=2"),
    "closing": ["Questions? Write to us."],
    "why": "You get this because you registered.",
}


def test_plain_mail_is_wrapped_and_not_escaped():
    text = render_to_string("mail/layout.txt", {"mail": MAIL, "language": "en"})

    assert max(len(line) for line in text.splitlines()) <= 72
    assert "You’re registered & ready" in text
    assert "Points to earn: 120 < 200" in text
    assert "\nhttps://cec.example.org/en/activities/?a=1&b=2\n" in text


def test_html_mail_is_escaped_and_in_its_own_language():
    page = render_to_string("mail/layout.html", {"mail": MAIL, "language": "fr"})

    assert '<html lang="fr">' in page
    assert "You’re registered &amp; ready" in page
    assert "120 &lt; 200" in page
    assert 'href="https://cec.example.org/en/activities/?a=1&amp;b=2"' in page


def test_mail_without_a_button_has_none():
    page = render_to_string(
        "mail/layout.html", {"mail": {**MAIL, "button": None}, "language": "en"}
    )

    assert "<a " not in page
