"""What a file is, told by its first bytes: only an .xlsx is opened, others are named (`E1`)."""

from pathlib import PurePath

_SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"BM", "picture"),
    (b"RIFF", "picture"),
    (b"{\\rtf", "document"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"),
    (b"PK\x05\x06", "damaged"),
    (b"PK\x07\x08", "damaged"),
)
ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_OLD_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_TEXT_SAMPLE = 4096


def what_it_is(data: bytes) -> str:
    """`zip` for what may be a workbook, else a code of `safety.REFUSALS`."""
    if not data:
        return "empty"
    if data.startswith(ZIP):
        return "zip"
    if data.startswith(_OLE):
        return _in_ole(data)
    for signature, code in _SIGNATURES:
        if data.startswith(signature):
            return code
    if data[4:8] == b"ftyp":
        return "picture"
    return _in_text(data[:_TEXT_SAMPLE])


def _in_ole(data: bytes) -> str:
    """Excel keeps both its old format and a workbook with a password in an OLE container."""
    if _ENCRYPTED_STREAM in data:
        return "encrypted"
    return "old_excel" if any(name in data for name in _OLD_STREAMS) else "document"


def _in_text(sample: bytes) -> str:
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    if any(byte < 9 or 14 <= byte < 32 for byte in sample):
        return "unknown"
    return "web_page" if sample.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else "text"


def in_zip(names: set[str], content_types: bytes) -> str:
    """`xlsx`, or a code for another thing that comes in a zip."""
    if any(name.lower().endswith(".iwa") for name in names):
        return "apple_numbers"
    if "META-INF/manifest.xml" in names or "mimetype" in names:
        return "opendocument"
    if b"macroEnabled" in content_types and b"sheet.binary" in content_types:
        return "binary_excel"
    if b"macroEnabled" in content_types or b"vbaProject" in content_types:
        return "macros"
    if any("vbaproject" in name.lower() for name in names):
        return "macros"
    if b"spreadsheetml.template.main" in content_types:
        return "template"
    if b"spreadsheetml.sheet.main+xml" in content_types:
        return "xlsx"
    if b"wordprocessingml" in content_types or b"presentationml" in content_types:
        return "document"
    return "archive" if not content_types else "damaged"


def has_right_name(name: str) -> bool:
    """Whether the file's name, if it is known, ends in .xlsx."""
    return not name or PurePath(name.replace("\\", "/")).suffix.casefold() == ".xlsx"
