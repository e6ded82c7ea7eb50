"""The environment of the tests, set before Django's settings are read (`-p tests.environment`)."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

os.environ.setdefault("CEC_VAR", str(ROOT / "var" / "test"))
os.environ.setdefault("CEC_DURABLE", "0")
os.environ.setdefault("DEBUG", "1")
