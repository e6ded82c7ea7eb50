"""How often one address may ask the public check of certificates (reliability F6)."""

import hashlib
import ipaddress

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from cec import limits

CHECKS = 60
FILES = 10
SECONDS = 60


def too_many_checks(request: HttpRequest) -> bool:
    """Count this check, and say whether the address has used up its share of the last minute."""
    return _used_up("verify", request, most=CHECKS)


def too_many_files(request: HttpRequest) -> bool:
    """Count this file, and say whether the address has sent its share of the last minute."""
    return _used_up("verify-file", request, most=FILES)


def _used_up(what: str, request: HttpRequest, *, most: int) -> bool:
    key = f"{what}:{hashlib.sha256(_address(request).encode()).hexdigest()}"
    return limits.used_up(key, most=most, seconds=SECONDS)


def _address(request: HttpRequest) -> str:
    """Return the client's address as sign-in counts it; a network of IPv6 is one client."""
    try:
        address = get_adapter(request).get_client_ip(request)
    except PermissionDenied:  # behind a socket without an address all share one count
        return "unknown"
    if ":" in address:
        return str(ipaddress.IPv6Network(f"{address}/64", strict=False).network_address)
    return str(address)
