import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from certificates.bench import FACTS
from certificates.printing.composition import compose
from certificates.printing.pdf import (
    Unprintable,
    UnusableSignature,
    render,
)
from certificates.printing.press import Image, Page, press
from tests.certificates.printed import png, read, signed, text_of


@pytest.fixture
def canary():
    """A web server on this machine that must see no request; yields its address and its log."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "markup",
    [
        "<img src=file:///etc/passwd>",
        "<img src={canary}/a.png>",
        "<b>Nadia</b> &amp; <!-- -->",
        "'\"><link rel=attachment href=file:///etc/passwd>",
        "<style>@import url({canary}/b.css);</style>",
        "{{ facts }} {% include 'base.html' %}",
        "</p></body><script>alert(1)</script>",
    ],
)
def test_markup_in_any_text_is_printed_and_never_followed(canary, markup):
    address, seen = canary
    text = markup.replace("{canary}", address)
    facts = replace(
        FACTS, name=text, association_en=text, not_a_diploma_en=text, issuer_sentence_fr=text
    )

    pdf = render(facts)

    assert text_of(pdf).replace(" ", "").count(text.replace(" ", "")) == 4
    assert seen == []
    assert b"root:" not in pdf
    assert "/EmbeddedFiles" not in str(read(pdf).trailer["/Root"])


@pytest.mark.parametrize(
    "reference",
    [
        '<image href="{url}" width="9" height="9"/>',
        '<image xmlns:x="http://www.w3.org/1999/xlink" x:href="{url}" width="9" height="9"/>',
        '<use href="{url}#a"/>',
        "<style>@import url({url});</style>",
    ],
)
@pytest.mark.parametrize("place", ["{canary}/a.svg", "file:///etc/passwd"])
def test_a_signature_that_refers_to_something_else_never_gets_it(canary, reference, place):
    address, seen = canary
    content = reference.replace("{url}", place.replace("{canary}", address))
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{content}</svg>'

    with pytest.raises(UnusableSignature, match="refers"):
        render(signed(picture.encode()))

    assert seen == []


def test_what_a_picture_asks_for_is_noticed_by_the_press_too(canary):
    address, seen = canary
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
        f'<image href="{address}/a.png" width="9" height="9"/></svg>'
    )
    page = compose(signed(png(30, 8)))
    images = {"signature:0": Image(picture.encode(), "image/svg+xml")}

    with pytest.raises(Unprintable, match="asked for"):
        press().print(replace(page, images=images))

    assert seen == []


@pytest.mark.parametrize(
    "element",
    [
        '<img src="{url}" alt="a">',
        '<link rel="stylesheet" href="{url}">',
        '<link rel="attachment" href="{url}">',
        '<object data="{url}">a</object>',
        "<p style='background: url({url})'>a</p>",
        "<style>@font-face { font-family: a; src: url({url}) }</style>",
    ],
)
@pytest.mark.parametrize(
    "place", ["{canary}/a", "file:///etc/passwd", "data:text/css,a", "font:serif.ttf"]
)
def test_even_a_page_with_live_markup_gets_nothing_from_outside(canary, element, place):
    address, seen = canary
    url = place.replace("{canary}", address)
    html = f'<html lang="en"><title>a</title>{element.replace("{url}", url)}</html>'

    with pytest.raises(Unprintable):
        press().print(Page(html=html))

    assert seen == []


def test_letters_that_slip_past_the_check_are_not_printed_in_another_font():
    with pytest.raises(Unprintable, match="letters"):
        press().print(Page(html='<html lang="en"><title>a</title><p>李</p></html>'))


def test_more_than_one_page_is_not_printed():
    with pytest.raises(Unprintable, match="2 pages"):
        press().print(
            Page(html='<html lang="en"><title>a</title><p>a</p><p style="break-before: page">b</p>')
        )
