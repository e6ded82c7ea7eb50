import pytest

from certificates.printing.composition import compose
from certificates.printing.pdf import (
    UnusableSignature,
    render,
)
from tests.certificates.printed import png, read, signed, tags_of, text_of


def test_a_signature_may_be_a_png():
    pdf = render(signed(png(300, 80)))

    assert "Signature – Tom Redfeather" in [tag["/Alt"] for tag in tags_of(pdf, "/Figure")]
    assert any(image.image.size == (300, 80) for image in read(pdf).pages[0].images)


def test_a_signature_may_be_an_svg_with_a_style_and_a_reference_within_itself():
    picture = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><style>.a{fill:navy}</style>'
        b'<path id="a" class="a" d="M0 0h9v9z"/><use href="#a"/></svg>'
    )

    pdf = render(signed(picture))

    assert "Signature – Tom Redfeather" in [tag["/Alt"] for tag in tags_of(pdf, "/Figure")]


def test_without_a_picture_only_the_line_is_printed():
    pdf = render(signed(None))

    assert len(tags_of(pdf, "/Figure")) == 2
    assert "Tom Redfeather Chair Chaire" in text_of(pdf)


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"Tom",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n broken",
        png(300, 80)[:200],
        png(2100, 2000),
        b"<html><body>Tom</body></html>",
        b"<svg><path d='M0 0'/></svg>",
        b'<svg xmlns="http://www.w3.org/2000/svg"',
        b'<!DOCTYPE svg [<!ENTITY a "a">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg">' + b" " * 500_000 + b"</svg>",
    ],
)
def test_any_other_picture_is_refused(picture):
    with pytest.raises(UnusableSignature):
        compose(signed(picture))
