"""Reading the environment: the one place where a missing or unsafe setting stops the start."""

import os
import re
import ssl
import sys
from collections.abc import Iterable
from types import TracebackType
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


class Unsafe(ImproperlyConfigured):
    """A setting that the product doesn't start with. Whoever starts it reads one line, no trace."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        sys.excepthook = _one_line


def _one_line(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, Unsafe):
        print(f"cec: {error}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


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
    raise Unsafe(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int, *, least: int = 0) -> int:
    """Return a whole number, `least` or more; anything else stops the start."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise Unsafe(f"{name} must be a whole number from {least} up, not {value!r}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def choice(name: str, default: str, *others: str) -> str:
    """Return one of a few words; anything else stops the start."""
    value = text(name, default)
    if value not in (default, *others):
        raise Unsafe(f"{name} must be {' or '.join((default, *others))}, not {value!r}.")
    return value


def path(name: str) -> str:
    """Return one part of an address, of small letters, digits and hyphens; or nothing."""
    value = text(name).strip("/")
    if value and not re.fullmatch("[a-z0-9][a-z0-9-]*", value):
        raise Unsafe(f"{name} must be small letters, digits and hyphens, not {value!r}.")
    return value


def web_address(name: str) -> str:
    """Return an address with http:// or https:// and a host but no password, or nothing."""
    value = text(name)
    if value and not re.match("https?://[^/?#@]+([/?#]|$)", value):
        raise Unsafe(f"{name} must be an address that starts with https:// or http://.")
    return value


def scanner(name: str) -> tuple[str, int] | None:
    """Return host and port of an address such as tcp://clamd:3310, or nothing."""
    value = text(name)
    if not value:
        return None
    try:
        address = urlsplit(value)
        port = address.port or 3310
    except ValueError:
        raise Unsafe(f"{name} must look like tcp://host:3310.") from None
    if address.scheme != "tcp" or not address.hostname or address.path.strip("/"):
        raise Unsafe(f"{name} must look like tcp://host:3310.")
    return address.hostname, port


def broker(name: str) -> str:
    """Return the address of a Valkey or Redis, or nothing; another kind stops the start."""
    value = text(name)
    if value and urlsplit(value).scheme not in ("redis", "rediss", "redis+socket"):
        raise Unsafe(f"{name} must look like redis://host:6379/0 or rediss://host:6379/0.")
    return value


def broker_tls(address: str) -> dict[str, object] | None:
    """Return how TLS is spoken with a broker of this address, or None where it isn't.

    Its certificate is checked against those that the machine trusts; the address may name others
    (`?ssl_ca_certs=`).
    """
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED} if urlsplit(address).scheme == "rediss" else None


def secret(name: str) -> str:
    """Return a password of ours that nobody can guess, or nothing; a short one stops the start."""
    value = text(name)
    if value and not re.fullmatch(r"[!-~]{24,}", value):
        raise Unsafe(f"{name} must be at least 24 letters and digits, without spaces.")
    return value


class MailServer(NamedTuple):
    """Where mail is handed over. `tls` is "starttls", "implicit" or "none"."""

    host: str
    port: int
    user: str
    password: str
    tls: str


_MAIL_PORTS = {"starttls": 587, "implicit": 465, "none": 25}


def mail_server(name: str) -> MailServer | None:
    """Return the server of an address such as smtp://user:password@host:587?tls=starttls.

    Without `tls` the line is encrypted by STARTTLS, on port 465 from the start.
    """
    value = text(name)
    if not value:
        return None
    # The value holds a password: it is never repeated.
    wrong = Unsafe(
        f"{name} must look like smtp://user:password@host:587?tls=starttls;"
        " tls is starttls, implicit or none."
    )
    try:
        address = urlsplit(value)
        port = address.port
    except ValueError:
        raise wrong from None
    options = dict(parse_qsl(address.query, keep_blank_values=True))
    tls = options.pop("tls", "implicit" if port == 465 else "starttls")
    if address.scheme != "smtp" or not address.hostname or options or tls not in _MAIL_PORTS:
        raise wrong
    return MailServer(
        host=address.hostname,
        port=port or _MAIL_PORTS[tls],
        user=unquote(address.username or ""),
        password=unquote(address.password or ""),
        tls=tls,
    )


class _Provider(NamedTuple):
    """What a provider of mail asks for, by Anymail's names. `second` is another secret of it."""

    key: str
    second: str = ""


# Those that pass our own headers on and that Anymail supports. MailerSend passes headers on for
# its dearest plan alone, and Anymail has given up SendGrid.
_PROVIDERS = {
    "brevo": _Provider("API_KEY"),
    "mailgun": _Provider("API_KEY", "WEBHOOK_SIGNING_KEY"),
    "mailjet": _Provider("API_KEY", "SECRET_KEY"),
    "postmark": _Provider("SERVER_TOKEN"),
    "resend": _Provider("API_KEY"),
    "sparkpost": _Provider("API_KEY"),
}
_WEBHOOK_SECRET = re.compile(r"[^\s:]+:[^\s:]{16,}")


def mail_provider(name: str) -> dict[str, object]:
    """Return Anymail's settings for the provider of this name; none without a name.

    Its secrets are MAIL_PROVIDER_KEY and, where it has two, MAIL_PROVIDER_SECRET; what it tells us
    comes with MAIL_WEBHOOK_SECRET. MAIL_PROVIDER_URL is another address of its service.
    """
    if not name:
        return {}
    if text("SMTP_URL"):
        raise Unsafe("Set SMTP_URL or MAIL_PROVIDER, not both.")
    provider = _PROVIDERS.get(name)
    if provider is None:
        raise Unsafe(f"MAIL_PROVIDER must be one of {', '.join(_PROVIDERS)}, not {name!r}.")
    needed = {"MAIL_PROVIDER_KEY": provider.key, "MAIL_PROVIDER_SECRET": provider.second}
    options = {variable: option for variable, option in needed.items() if option}
    missing = [each for each in (*options, "MAIL_WEBHOOK_SECRET") if not text(each)]
    if missing:
        raise Unsafe(f"Set {', '.join(missing)} for {name}; see docs/mail.md.")
    if not _WEBHOOK_SECRET.fullmatch(text("MAIL_WEBHOOK_SECRET")):
        raise Unsafe("MAIL_WEBHOOK_SECRET must be name:password, the password 16 letters or more.")
    prefix = name.upper()
    address = web_address("MAIL_PROVIDER_URL")
    return {
        **{f"{prefix}_{option}": text(variable) for variable, option in options.items()},
        **({f"{prefix}_API_URL": address} if address else {}),
        "WEBHOOK_SECRET": text("MAIL_WEBHOOK_SECRET"),
        # A provider that can't be told to leave tracking alone is simply not told.
        "IGNORE_UNSUPPORTED_FEATURES": True,
        "SEND_DEFAULTS": {"track_opens": False, "track_clicks": False},
    }


def require_safe_production(
    *, secret_key: str, allowed_hosts: Iterable[str], site_url: str, missing: Iterable[str]
) -> None:
    """Stop a production start with one clear line (reliability C5)."""
    hosts = list(allowed_hosts)
    absent = sorted(missing)
    if absent:
        raise Unsafe(f"Set {', '.join(absent)}; see the settings in README.md.")
    if len(secret_key) < 50 or len(set(secret_key)) < 10:
        raise Unsafe("SECRET_KEY must be at least 50 random characters.")
    if not hosts or "*" in hosts:
        raise Unsafe("ALLOWED_HOSTS must name this site's hosts; '*' is not safe.")
    if not site_url.startswith("https://"):
        raise Unsafe("SITE_URL must be this site's address and start with https://.")
