"""What strangers see of a certificate: the check, the badge, and what its holder shows (F5, F6)."""
