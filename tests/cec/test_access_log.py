"""The web server's log, as the image starts it."""

import json
import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from django.conf import settings
from gunicorn.config import Config
from gunicorn.glogging import Logger


def command() -> list[str]:
    text = (Path(settings.BASE_DIR) / "Dockerfile").read_text()
    found = re.search(r"^CMD (\[.*\])$", text.replace("\\\n", ""), re.MULTILINE)
    return json.loads(found[1])


def test_has_no_name_and_no_serial_of_a_certificate_that_is_checked():
    config = Config()
    asked = vars(config.parser().parse_args(command()[1:]))
    config.set("access_log_format", asked["access_log_format"] or config.access_log_format)
    query = "serial=CEC-2028-0417-K7&name=Kwiatkowska"
    request = SimpleNamespace(headers=[("REFERER", f"https://cec.example.org/en/verify/?{query}")])
    response = SimpleNamespace(status="200 OK", sent=5000, headers=[])
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": f"/en/verify/?{query}",
        "PATH_INFO": "/en/verify/",
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_REFERER": f"https://cec.example.org/en/verify/?{query}",
    }

    atoms = Logger(config).atoms(response, request, environ, timedelta(milliseconds=40))
    line = config.access_log_format % atoms

    assert "/en/verify/" in line
    assert " 200 " in line
    assert "Kwiatkowska" not in line
    assert "0417" not in line
