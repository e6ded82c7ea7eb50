"""How much of an upload is taken in, whoever sends it and wherever to (reliability D1, D4)."""

import re
import unicodedata
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler

# More than most forms take: what is cut off here is refused there as too large.
MOST_BYTES = 12 * 1024 * 1024
LONGEST_NAME = 150
# Path separators, quotes, and whatever could turn the reading direction of a page.
_NOT_IN_NAMES = re.compile(r'[\\/"\'<>|:*?\u200e\u200f\u202a-\u202e\u2066-\u2069]')


class FirstBytes(FileUploadHandler):
    """Hands the first bytes of each file on to the next handlers and drops the rest.

    Django limits the fields of a form but not its files: it would write them to the disk whole,
    before anybody has asked who sends them. `FILE_FIELDS_WITH_MORE` are the fields that may hold
    more, each for one file of a request.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.more = dict(settings.FILE_FIELDS_WITH_MORE)

    def new_file(self, field_name: str, *args: Any, **kwargs: Any) -> None:
        """Begin to count anew."""
        super().new_file(field_name, *args, **kwargs)
        self.left = self.more.pop(field_name, MOST_BYTES)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """See Django's FileUploadHandler: None keeps a chunk from the handlers behind."""
        kept = raw_data[: self.left]
        self.left -= len(kept)
        return kept or None

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers behind."""


def clean_file_name(name: str, instead: str) -> str:
    """Return what may be shown of an uploaded file's name: no path, no controls, not too long.

    `instead` is the name of a file that comes without one.
    """
    last = re.split(r"[\\/]", name)[-1]
    shown = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    shown = " ".join(_NOT_IN_NAMES.sub("", shown).split()) or instead
    if len(shown) <= LONGEST_NAME:
        return shown
    stem, dot, ending = shown.rpartition(".")
    ending = ending[:10] if dot else ""
    return f"{(stem or shown)[: LONGEST_NAME - len(ending) - 1]}.{ending}"
