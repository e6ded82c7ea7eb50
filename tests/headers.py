"""The headers that tell browsers what to trust (reliability C3)."""

EVERYWHERE = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def in_production(settings):
    """Let the settings be strict about HTTPS, as DEBUG=0 makes them."""
    settings.SECURE_HSTS_SECONDS = 63_072_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True


def lacking(response):
    """Return what an answer to a secure request lacks, or says too loosely."""
    found = {name for name, value in EVERYWHERE.items() if response.get(name) != value}
    policy = response.get("Content-Security-Policy", "")
    for needed in ("default-src 'none'", "frame-ancestors 'none'"):
        if needed not in policy:
            found.add(needed)
    for loose in ("unsafe-inline", "unsafe-eval", "*", "http:", "https:", "data:"):
        a_mail = loose == "unsafe-inline" and "sandbox" in policy  # its styles are in it
        if loose in policy and not a_mail:
            found.add(loose)
    return found
