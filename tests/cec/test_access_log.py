"""The web server's log, as the image starts it."""

import json
import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailConfirmationHMAC
from django.conf import settings
from gunicorn.config import Config

from registrations.notices import unsubscribing
from tests import factories as make


def command() -> list[str]:
    text = (Path(settings.BASE_DIR) / "Dockerfile").read_text()
    found = re.search(r"^CMD (\[.*\])$", text.replace("\\\n", ""), re.MULTILINE)
    return json.loads(found[1])


def line_about(path: str, query: str = "") -> str:
    """What the image's web server writes about a request."""
    config = Config()
    asked = vars(config.parser().parse_args(command()[1:]))
    config.set("access_log_format", asked["access_log_format"])
    config.set("logger_class", asked["logger_class"])
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
    response = SimpleNamespace(status="200 OK", sent=5000, headers=[])
    logger = config.logger_class(config)
    atoms = logger.atoms(response, request, environ, timedelta(milliseconds=40))
    return config.access_log_format % atoms


def test_has_no_name_and_no_serial_of_a_certificate_that_is_checked():
    line = line_about("/en/verify/", "serial=CEC-2028-0417-K7&name=Kwiatkowska")

    assert "/en/verify/" in line
    assert " 200 " in line
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
    assert all(" /en/account/…/ " in line for line in lines)


def test_has_the_pages_of_ours_in_full():
    path = "/fr/compte/mot-de-passe/oublie/envoye/"

    assert f" {path} " in line_about(path)
