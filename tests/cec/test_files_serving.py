"""A file on its way back (reliability D5, D6)."""

from urllib.parse import unquote

import pytest
from django.http import Http404
from django.test import RequestFactory

from cec.files import serving, store
from tests.cec.hostile_files import GOOD, NAMES, taken

pytestmark = pytest.mark.django_db
WHOLE = GOOD["card.pdf"]


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def answer(row, **headers):
    return serving.answer(RequestFactory().get("/", headers=headers), row)


def body(response) -> bytes:
    content = b"".join(response.streaming_content)
    response.close()
    return content


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("card.pdf", "application/pdf"),
        ("card.jpg", "image/jpeg"),
        ("scan.png", "image/png"),
    ],
)
def test_a_file_comes_back_as_a_download_that_no_browser_runs(name, content_type):
    row = store.keep(taken(name, GOOD[name]))

    response = answer(row)

    assert response.status_code == 200
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert "no-store" in response["Cache-Control"]
    assert int(response["Content-Length"]) == row.size
    assert body(response) == store.path_of(row).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_no_name_writes_another_header(name):
    row = store.keep(taken(name, WHOLE))

    response = answer(row)

    said = response["Content-Disposition"]
    assert said.startswith("attachment; filename")
    assert not set("\r\n\0") & set(said)
    assert said.count(";") == 1
    assert unquote(said).endswith((row.name, f'"{row.name}"'))
    response.close()


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=10-", 10, None),
        ("bytes=-10", -10, None),
        ("bytes=5-999999999", 5, None),
        ("bytes=-999999999", 0, None),
    ],
)
def test_a_part_is_given_to_who_asks_for_one(asked, first, end):
    row = store.keep(taken("card.pdf", WHOLE))

    response = answer(row, range=asked)

    part = WHOLE[first:end]
    start = WHOLE.index(part) if first != 0 else 0
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{start + len(part) - 1}/{len(WHOLE)}"
    assert int(response["Content-Length"]) == len(part)
    assert body(response) == part


@pytest.mark.parametrize("asked", ["bytes=", "bytes=-", "lines=1-2", "bytes=1-2,4-5", "nonsense"])
def test_a_part_that_nobody_can_name_is_the_whole(asked):
    response = answer(store.keep(taken("card.pdf", WHOLE)), range=asked)

    assert response.status_code == 200
    assert body(response) == WHOLE


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=9-5", "bytes=-0"])
def test_a_part_that_is_not_there_is_said_to_be_missing(asked):
    response = answer(store.keep(taken("card.pdf", WHOLE)), range=asked)

    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(WHOLE)}"
    assert body(response) == b""


def test_a_file_that_is_gone_is_not_found():
    row = store.keep(taken("card.pdf", WHOLE))
    store.path_of(row).unlink()

    with pytest.raises(Http404):
        answer(row)


def test_no_address_leads_into_the_folder(client):
    row = store.keep(taken("card.pdf", WHOLE))
    path = store.path_of(row)

    for address in (f"/media/files/{row.key[:2]}/{path.name}", f"/files/{path.name}", "/media/"):
        assert client.get(address).status_code == 404
