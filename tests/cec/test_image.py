"""What is installed: the image, the compose file and .env.example hold together (C5, H9, I5)."""

import re
import shlex
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command, get_commands

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ("signing-key.pem", "signing-certificate.pem", "signing-key.p12", ".env")
OF_DEVELOPMENT = {"DEBUG", "CEC_VAR"}
MADE_BY_COMPOSE = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SIGNING_KEY_FILE"}
MADE_BY_COMPOSE |= {"BACKUP_FOLDER"}
# What only one service gets.
ALONE = {
    "ADMIN_PATH": "web",
    "SIGNING_KEY_PASSPHRASE": "worker-certificates",
    "SIGNING_CERTIFICATE_FILE": "worker-certificates",
    "TIMESTAMP_URL": "worker-certificates",
    "METRICS_TOKEN": "web",
    "POSTGRES_PASSWORD": "postgres",
}


def composed() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def ours() -> dict[str, dict]:
    """The services of our own image."""
    return {name: row for name, row in composed()["services"].items() if row["image"] == "cec"}


def read_by_the_product() -> set[str]:
    files = [
        ROOT / "cec" / "settings.py",
        ROOT / "cec" / "environment.py",
        ROOT / "gunicorn.conf.py",
    ]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    found = re.findall(r'(?:env\.\w+|\btext|web_address|environ\.get)\(\s*"([A-Z_]+)"', text)
    named = re.findall(r'"(MAIL_PROVIDER_\w+)"', text)
    return {*found, *named} - {"PROMETHEUS_MULTIPROC_DIR"}


def explained() -> set[str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE))


@pytest.mark.parametrize("listed", [".dockerignore", ".gitignore"])
@pytest.mark.parametrize("secret", SECRETS)
def test_what_lies_beside_the_compose_file_stays_there(listed, secret):
    patterns = (ROOT / listed).read_text().split()

    assert any(fnmatch(secret, pattern) for pattern in patterns)
    assert f"!{secret}" not in patterns


def test_a_shell_can_read_the_example_as_it_stands():
    """Without compose, `set -a; . ./.env` gives it to the commands, systemd to the processes."""
    read = subprocess.run(
        ["sh", "-euc", '. ./.env.example; printf "%s|%s" "$MAIL_FROM" "$SMTP_URL"'],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )

    assert read.stdout == (
        "Continuing Education Certificate <cec@example.org>"
        "|smtp://user:password@mail.example.org:587?tls=starttls"
    )


def test_the_programs_that_the_pages_run_by_compose_are_in_the_image():
    pages = "".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))
    named = set(re.findall(r"docker compose run [^\n]*\b(bin/\S+)", pages))

    ignored = (ROOT / ".dockerignore").read_text().split()

    assert named == {"bin/restore-drill"}
    assert all(f"!{name}" in ignored for name in named)
    assert "bin" not in ignored  # what stands in a folder left out can't be let in again


def test_the_database_is_healthy_once_it_answers_by_its_port():
    """As a new volume is being prepared it answers on its socket, and is restarted after that."""
    assert "--host=127.0.0.1" in composed()["services"]["postgres"]["healthcheck"]["test"]


def test_the_key_that_the_compose_file_names_is_one_of_them():
    assert composed()["secrets"]["signing_key"]["file"] in SECRETS


def test_a_certificate_beside_the_key_is_mounted_where_the_worker_reads_it():
    worker = composed()["services"]["worker-certificates"]

    assert worker["secrets"] == ["signing_key", "signing_certificate"]
    # Named in .env; otherwise nothing is named inside, and the key's file stands in for the mount.
    assert composed()["secrets"]["signing_certificate"]["file"] == (
        "${SIGNING_CERTIFICATE_FILE:-signing-key.pem}"
    )
    assert worker["environment"]["SIGNING_CERTIFICATE_FILE"] == (
        "${SIGNING_CERTIFICATE_FILE:+/run/secrets/signing_certificate}"
    )


def test_the_example_explains_every_setting_and_no_other():
    of_compose = {"POSTGRES_PASSWORD", "DATABASE_PASSWORD"}

    assert explained() == read_by_the_product() - OF_DEVELOPMENT - MADE_BY_COMPOSE | of_compose


def test_every_setting_reaches_a_service():
    given = {name for row in ours().values() for name in row["environment"]}

    assert read_by_the_product() - OF_DEVELOPMENT <= given
    assert given - read_by_the_product() == {"REMAP_SIGTERM", "TMPDIR"}


@pytest.mark.parametrize(("name", "service"), ALONE.items())
def test_what_one_service_needs_the_others_don_t_get(name, service):
    holders = [
        each for each, row in composed()["services"].items() if name in row.get("environment", {})
    ]

    assert holders == [service]


def test_only_what_alters_tables_gets_their_owner_s_role():
    holders = [name for name, row in ours().items() if "DATABASE_OWNER_URL" in row["environment"]]

    assert holders == ["migrate", "restore"]


def test_the_signing_key_is_read_by_one_service_alone():
    assert [name for name, row in ours().items() if row.get("secrets")] == ["worker-certificates"]


def test_each_queue_has_a_worker_of_its_own_and_there_is_one_beat():
    commands = [row.get("command", "") for row in ours().values()]
    queues = [queue for command in commands for queue in re.findall(r"--queues=(\S+)", command)]

    assert sorted(queues) == sorted(settings.CELERY_TASK_QUEUES)
    assert sum(" beat " in command for command in commands) == 1


def test_the_commands_that_are_named_exist():
    text = "".join((ROOT / name).read_text() for name in ("docker-compose.yml", "README.md"))
    named = set(re.findall(r"manage\.py ([a-z_]+)", text + (ROOT / "Dockerfile").read_text()))

    assert {"migrate", "grant_rights", "collectstatic", "appoint_administrator"} <= named
    assert named <= set(get_commands())


@pytest.mark.parametrize("name", ours())
def test_our_services_may_do_as_little_as_they_need(name):
    row = ours()[name]

    assert row["read_only"]
    assert row["cap_drop"] == ["ALL"]
    assert row["security_opt"] == ["no-new-privileges:true"]
    assert row["logging"]["options"]["max-size"]
    assert row["mem_limit"]


@pytest.mark.parametrize("name", composed()["services"])
def test_every_service_is_watched_and_comes_back(name):
    row = composed()["services"][name]

    assert row["restart"] in {"unless-stopped", "on-failure"} or row["profiles"] == ["restore"]
    assert "healthcheck" in row or name == "web"  # its own is in the image


def test_the_account_of_the_image_can_read_the_static_files(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path

    call_command("collectstatic", verbosity=0, interactive=False)

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 50
    assert [path for path in files if not path.stat().st_mode & 0o004] == []


def test_the_image_runs_as_nobody_in_particular_and_without_what_builds_it():
    stages = (ROOT / "Dockerfile").read_text().split("\nFROM ")[1:]

    assert len(stages) == 2
    assert "\nUSER cec\n" in stages[1]
    assert "HEALTHCHECK" in stages[1]
    assert "gettext" not in stages[1]
    assert shlex.split(stages[1].rpartition("CMD ")[2]) == ["[gunicorn]"]
