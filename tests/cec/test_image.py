"""What goes into the image and the repository: never a key, nor another secret (C5)."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ("signing-key.pem", "signing-certificate.pem", "signing-key.p12", ".env")


@pytest.mark.parametrize("listed", [".dockerignore", ".gitignore"])
@pytest.mark.parametrize("secret", SECRETS)
def test_what_lies_beside_the_compose_file_stays_there(listed, secret):
    patterns = (ROOT / listed).read_text().split()

    assert any(fnmatch(secret, pattern) for pattern in patterns)
    assert f"!{secret}" not in patterns


def test_the_key_that_the_compose_file_names_is_one_of_them():
    composed = (ROOT / "docker-compose.yml").read_text()

    (named,) = [line.split()[1] for line in composed.splitlines() if line.startswith("    file: ")]
    assert named in SECRETS
