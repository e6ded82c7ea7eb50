class Trouble(Exception):
    """A backup or a restore can't go on; the text says in plain words why."""
