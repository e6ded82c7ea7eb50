"""The start: what is missing or unsafe stops it with one clear line (reliability C5)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cec import environment as env

ROOT = Path(__file__).resolve().parents[2]
SAFE = {
    "DEBUG": "0",
    "SECRET_KEY": "x8Kd0qPz4mVb7Tn2Rw9Ls1Yc5Hg3Jf6AeUiOxQvBtNkMdSrWpZ",
    "ALLOWED_HOSTS": "cec.example.org",
    "SITE_URL": "https://cec.example.org",
    "DATABASE_URL": "postgresql://cec@localhost/cec",
    "REDIS_URL": "redis://localhost/0",
    "SIGNING_KEY_FILE": "key.pem",
    "ORGANISATION_NAME": "The Partnership",
    "PRIVACY_OFFICER_EMAIL": "privacy@example.org",
    "HOSTING_PLACE": "Canada",
}

PROVIDER = {
    "MAIL_PROVIDER": "postmark",
    "MAIL_PROVIDER_KEY": "s3cret",
    "MAIL_WEBHOOK_SECRET": "cec:0123456789abcdef",
    "MAIL_FROM": "cec@example.org",
}


def start(**changes):
    """Start a command with these variables and no others; None takes one away."""
    variables = {**SAFE, **changes}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            **{name: value for name, value in variables.items() if value is not None},
        },
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_safe_production_settings_pass_the_deployment_check(tmp_path):
    run = start(
        CEC_VAR=str(tmp_path), SMTP_URL="smtp://cec:pass@mail.example.org", MAIL_FROM="a@b.org"
    )

    assert run.returncode == 0, run.stderr


def test_a_provider_of_mail_passes_the_deployment_check(tmp_path):
    run = start(CEC_VAR=str(tmp_path), **PROVIDER)

    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"SECRET_KEY": None, "DATABASE_URL": None},
            "cec: Set DATABASE_URL, SECRET_KEY; see the settings in README.md.",
        ),
        ({"SECRET_KEY": "short"}, "cec: SECRET_KEY must be at least 50 random characters."),
        ({"SECRET_KEY": "a" * 60}, "cec: SECRET_KEY must be at least 50 random characters."),
        (
            {"ALLOWED_HOSTS": "*"},
            "cec: ALLOWED_HOSTS must name this site's hosts; '*' is not safe.",
        ),
        (
            {"SITE_URL": "http://cec.example.org"},
            "cec: SITE_URL must be this site's address and start with https://.",
        ),
        (
            {"SMTP_URL": "smtp://mail.example.org"},
            "cec: Set MAIL_FROM; see the settings in README.md.",
        ),
        (
            {**PROVIDER, "MAIL_FROM": None},
            "cec: Set MAIL_FROM; see the settings in README.md.",
        ),
        (
            {**PROVIDER, "SMTP_URL": "smtp://mail.example.org"},
            "cec: Set SMTP_URL or MAIL_PROVIDER, not both.",
        ),
        (
            {**PROVIDER, "MAIL_PROVIDER": "pigeon"},
            "cec: MAIL_PROVIDER must be one of brevo, mailgun, mailjet, postmark, resend, "
            "sparkpost, not 'pigeon'.",
        ),
        (
            {**PROVIDER, "MAIL_WEBHOOK_SECRET": None},
            "cec: Set MAIL_WEBHOOK_SECRET for postmark; see docs/mail.md.",
        ),
        (
            {**PROVIDER, "MAIL_PROVIDER": "mailjet"},
            "cec: Set MAIL_PROVIDER_SECRET for mailjet; see docs/mail.md.",
        ),
        *(
            (
                {**PROVIDER, "MAIL_WEBHOOK_SECRET": secret},
                "cec: MAIL_WEBHOOK_SECRET must be name:password, the password 16 letters or more.",
            )
            for secret in ("cec", "cec:s3cret", "sixteen-letters-at-least", "a b:0123456789abcdef")
        ),
        (
            {"SIGNING_KEY_FILE": None},
            "cec: Set SIGNING_KEY_FILE; see the settings in README.md.",
        ),
        *(
            (
                {"TIMESTAMP_URL": url},
                "cec: TIMESTAMP_URL must be an address that starts with https:// or http://.",
            )
            for url in ("file:///etc/passwd", "tsa.example.org", "https://me:s3cret@example.org")
        ),
        *(
            (
                {"REDIS_URL": address},
                "cec: REDIS_URL must look like redis://host:6379/0 or rediss://host:6379/0.",
            )
            for address in ("sentinel://:s3cret@valkey:26379", "amqp://rabbit", "valkey:6379")
        ),
        ({"DEBUG": "maybe"}, "cec: DEBUG must be 1 or 0, not 'maybe'."),
    ],
)
def test_what_is_missing_or_unsafe_stops_the_start_with_one_line(changes, line, tmp_path):
    run = start(CEC_VAR=str(tmp_path), **changes)

    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr == f"{line}\n"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("", None),
        ("smtp://mail.example.org", ("mail.example.org", 587, "", "", "starttls")),
        ("smtp://mail.example.org:25", ("mail.example.org", 25, "", "", "starttls")),
        ("smtp://mail.example.org:465", ("mail.example.org", 465, "", "", "implicit")),
        ("smtp://localhost?tls=none", ("localhost", 25, "", "", "none")),
        (
            "smtp://cec%40example.org:p%3Fa%2Fss@mail.example.org:2525?tls=starttls",
            ("mail.example.org", 2525, "cec@example.org", "p?a/ss", "starttls"),
        ),
        ("smtp://mail.example.org?tls=implicit", ("mail.example.org", 465, "", "", "implicit")),
    ],
)
def test_the_mail_server_is_read_from_its_address(monkeypatch, url, server):
    monkeypatch.setenv("SMTP_URL", url)

    assert env.mail_server("SMTP_URL") == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "smtps://mail.example.org",
        "smtp://",
        "smtp://mail.example.org:mail",
        "smtp://cec:s3cret@mail.example.org?tls=maybe",
        "smtp://cec:s3cret@mail.example.org?timeout=3",
    ],
)
def test_a_wrong_address_of_the_mail_server_is_named_without_its_password(monkeypatch, url):
    monkeypatch.setenv("SMTP_URL", url)

    with pytest.raises(env.Unsafe) as error:
        env.mail_server("SMTP_URL")

    assert "SMTP_URL must look like smtp://" in str(error.value)
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize("value", ["-1", "0", "many", "1.5", "٣", " "])
def test_a_number_that_makes_no_sense_is_refused(monkeypatch, value):
    monkeypatch.setenv("MAIL_PER_MINUTE", value)

    with pytest.raises(env.Unsafe, match="MAIL_PER_MINUTE must be a whole number from 1 up"):
        env.number("MAIL_PER_MINUTE", 60, least=1)


def test_cookies_are_bound_to_the_host_and_hidden_from_scripts(tmp_path):
    """Reliability C2. A browser takes a __Host- cookie by HTTPS alone, for no other host."""
    names = ("SESSION_COOKIE", "CSRF_COOKIE", "LANGUAGE_COOKIE")
    parts = ("NAME", "SECURE", "HTTPONLY", "SAMESITE", "DOMAIN", "PATH")
    asked = f"""
import json
from django.conf import settings
found = [[getattr(settings, f"{{name}}_{{part}}") for part in {parts}] for name in {names}]
print(json.dumps(found))
print(settings.MESSAGE_STORAGE.rpartition(".")[2])
"""
    run = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", asked],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **SAFE, "CEC_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )

    said = run.stdout.splitlines()
    assert run.returncode == 0, run.stderr
    assert json.loads(said[0]) == [
        [f"__Host-{name}", True, True, "Lax", None, "/"]
        for name in ("sessionid", "csrftoken", "language")
    ]
    assert said[1] == "SessionStorage"  # no cookie of its own


@pytest.mark.parametrize(
    ("address", "checks"),
    [
        ("redis://:secret@valkey/0", "None"),
        ("rediss://:secret@valkey/0", "{<VerifyMode.CERT_REQUIRED: 2>}"),
        ("rediss://valkey/0?ssl_ca_certs=/ca.pem", "{'/ca.pem'}"),
    ],
)
def test_a_broker_behind_tls_has_to_show_a_certificate_that_is_trusted(tmp_path, address, checks):
    says = (
        "from cec.celery import app; tls = app.connection_for_read().ssl;"
        "print(tls and {*tls.values()})"
    )
    run = subprocess.run(
        [sys.executable, "-c", says],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **SAFE, "REDIS_URL": address, "CEC_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert run.stdout.strip() == checks, run.stderr
