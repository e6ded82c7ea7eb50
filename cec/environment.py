"""Reading the environment: the one place where a missing or unsafe setting stops the start."""

import os
from collections.abc import Iterable

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """Return the variable without surrounding space."""
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool = False) -> bool:
    """Return a yes-or-no variable; anything else than yes or no stops the start."""
    value = os.environ.get(name)
    if value is None:
        return default
    value = value.strip().lower()
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int) -> int:
    """Return a whole number; anything else stops the start."""
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from error


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def require_safe_production(
    *, secret_key: str, allowed_hosts: Iterable[str], site_url: str, missing: Iterable[str]
) -> None:
    """Stop a production start with one clear line (reliability C5)."""
    hosts = list(allowed_hosts)
    absent = sorted(missing)
    if absent:
        raise ImproperlyConfigured(f"Set {', '.join(absent)}; see the settings in README.md.")
    if len(secret_key) < 50 or len(set(secret_key)) < 10:
        raise ImproperlyConfigured("SECRET_KEY must be at least 50 random characters.")
    if not hosts or "*" in hosts:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name this site's hosts; '*' is not safe.")
    if not site_url.startswith("https://"):
        raise ImproperlyConfigured("SITE_URL must be this site's address and start with https://.")
