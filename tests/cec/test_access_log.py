"""The web server's log, as the image starts it."""

import json
import runpy
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailConfirmationHMAC
from django.conf import settings
from gunicorn.config import Config

from registrations.notices import unsubscribing
from tests import factories as make


def line_about(path: str, query: str = "") -> str:
    """What the image's web server writes about a request."""
    config = Config()
    said = runpy.run_path(str(Path(settings.BASE_DIR) / "gunicorn.conf.py"))
    config.set("logger_class", said["logger_class"])
    config.set("accesslog", said["accesslog"])
    address = f"{path}?{query}"
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": address,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_REFERER": f"https://cec.example.org{address}",
    }
    request = SimpleNamespace(headers=[("REFERER", environ["HTTP_REFERER"])])
    response = SimpleNamespace(status="200 OK", sent=5000, headers=[("X-Request-ID", "a1b2")])
    logger = config.logger_class(config)
    lines = StringIO()
    logger.access_log.handlers[0].setStream(lines)
    logger.access(response, request, environ, timedelta(milliseconds=40))
    return lines.getvalue()


def test_is_json_with_the_id_of_the_request():
    line = json.loads(line_about("/en/verify/"))

    assert (line["request"], line["path"], line["status"]) == ("a1b2", "/en/verify/", 200)
    assert (line["seconds"], line["bytes"]) == (0.04, 5000)


def test_has_no_name_and_no_serial_of_a_certificate_that_is_checked():
    line = line_about("/en/verify/", "serial=CEC-2028-0417-K7&name=Kwiatkowska")

    assert "/en/verify/" in line
    assert '"status": 200' in line
    assert "Kwiatkowska" not in line
    assert "0417" not in line


@pytest.mark.django_db
def test_has_no_token_of_a_link_in_a_mail():
    person = make.person()
    tokens = [
        unsubscribing.address(person, "pace").rstrip("/").rpartition("/")[2],
        EmailConfirmationHMAC(SimpleNamespace(pk=1)).key,
        f"7-{default_token_generator.make_token(person)}",
    ]

    lines = [line_about(f"/en/account/{token}/") for token in tokens]

    assert all(token not in line for token, line in zip(tokens, lines, strict=True))
    assert all('"path": "/en/account/…/"' in line for line in lines)


def test_has_the_pages_of_ours_in_full():
    path = "/fr/compte/mot-de-passe/oublie/envoye/"

    assert f'"path": "{path}"' in line_about(path)
