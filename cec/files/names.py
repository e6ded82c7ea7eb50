"""What a file is called: the person's name for it, made harmless (reliability D4)."""

import unicodedata

LONGEST = 150
# Control characters, invisible ones that turn the direction of writing, and lone surrogates.
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_PLAIN = str.maketrans(dict.fromkeys("\"'`“”‘’«»<>|*?:;%\\/", " "))


def clean(name: str, extension: str) -> str:
    """Return a name to show and to download by: one line, no path, no quotes, one extension.

    The extension is that of the content, whatever the person's file had.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    stem, dot, after = last.rpartition(".")
    stem = stem if dot else after
    visible = "".join(
        letter
        for letter in unicodedata.normalize("NFC", stem)
        if unicodedata.category(letter) not in _INVISIBLE
    )
    words = " ".join(visible.translate(_PLAIN).split()).strip(". ")
    return f"{words[: LONGEST - len(extension)].rstrip('. ') or 'file'}{extension}"
