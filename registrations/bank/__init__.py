"""Bank exports: reading one, keeping its deposits, finding whose fees they are, recording them.

`reading` takes a file apart, `importing` keeps what is new of it, `matching` proposes, `recording`
does what somebody decided. Nothing becomes a payment without a click.
"""
