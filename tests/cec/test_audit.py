"""The audit of what is locked, against a service of the test's own (reliability C9)."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LOCKED = "Django==5.2.19 --hash=sha256:" + "0" * 64 + "\n"
VULNERABILITY = {
    "id": "GHSA-test-test-test",
    "aliases": ["CVE-2027-12345"],
    "summary": "Something",
    "details": "Something",
    "affected": [
        {
            "package": {"name": "django", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "5.2.20"}]}],
        }
    ],
}


@pytest.fixture
def service():
    """Answers as OSV does, with what `found` holds."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps({"vulns": self.server.found}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.found = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def audit(tmp_path):
    def run(port, exceptions=""):
        locked, excepted = tmp_path / "requirements.txt", tmp_path / "exceptions.txt"
        locked.write_text(LOCKED, encoding="utf-8")
        excepted.write_text(exceptions, encoding="utf-8")
        own = {"AUDIT_URL": f"http://127.0.0.1:{port}/", "AUDIT_EXCEPTIONS": str(excepted)}
        return subprocess.run(
            [sys.executable, ROOT / "bin" / "audit", str(locked)],
            env=os.environ | own,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


def test_nothing_found_passes(service, audit):
    done = audit(service.server_port)

    assert done.returncode == 0
    assert "No known vulnerabilities" in done.stdout


def test_a_known_vulnerability_fails_and_is_named(service, audit):
    service.found = [VULNERABILITY]

    done = audit(service.server_port)

    assert done.returncode == 1
    assert "GHSA-test-test-test" in done.stdout or "CVE-2027-12345" in done.stdout
    assert "5.2.20" in done.stdout


def test_an_exception_with_a_reason_lets_it_pass_until_its_day(service, audit):
    service.found = [VULNERABILITY]

    until_then = audit(service.server_port, "CVE-2027-12345 2999-12-31 We never call it.\n")
    afterwards = audit(service.server_port, "CVE-2027-12345 2026-01-01 We never call it.\n")

    assert until_then.returncode == 0
    assert afterwards.returncode == 1
    assert "The exception for CVE-2027-12345 ended on 2026-01-01." in afterwards.stdout


def test_an_exception_without_a_reason_stops_the_audit(service, audit):
    done = audit(service.server_port, "CVE-2027-12345 2999-12-31\n")

    assert done.returncode == 1
    assert "give id, last day and reason" in done.stderr


def test_without_a_connection_one_line_says_so_and_nothing_fails(audit):
    done = audit(1)

    assert done.returncode == 0
    assert done.stdout == "Vulnerabilities: not checked: no connection.\n"


def test_the_list_of_components_is_that_of_the_lock_and_needs_no_network():
    done = subprocess.run(
        [sys.executable, "bin/sbom"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)

    locked = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    wanted = {line.split()[0].lower() for line in locked.splitlines() if "==" in line[:60]}
    assert found["bomFormat"] == "CycloneDX"
    assert {f"{row['name']}=={row['version']}".lower() for row in found["components"]} == {
        name for name in wanted if not name.startswith("#")
    }
