"""Files as people send them, and as nobody should: each is made here, none is kept."""

import io
import struct
import zipfile
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin
from pypdf import PdfWriter

from cec.files.checking import Checked, check

GPS_MARK = b"GPSMARK"


def picture(kind: str = "JPEG", *, size=(40, 30), mode="RGB", **how) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 128 if mode in ("1", "L", "P", "I;16") else None).save(out, kind, **how)
    return out.getvalue()


def jpeg_with_place() -> bytes:
    """A photo that says where and by whom it was taken, and which side is up."""
    tags = Image.Exif()
    tags[0x0112] = 6  # a quarter turn
    tags[0x013B] = GPS_MARK.decode()
    tags.get_ifd(0x8825)[2] = (49.0, 53.0, 42.0)
    return picture(exif=tags, comment=GPS_MARK, icc_profile=b"\0" * 128 + GPS_MARK)


def png_with_texts() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", GPS_MARK.decode())
    texts.add_itxt("Place", GPS_MARK.decode(), zip=True)
    return picture("PNG", pnginfo=texts)


def pdf(pages: int = 1, *, password: str = "") -> bytes:
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(width=200, height=200)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def raw_pdf(*objects: str, root: str = "1 0 R") -> bytes:
    """A PDF of objects written by hand, numbered from 1."""
    out = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root {root} >>\nstartxref\n{start}\n%%EOF\n"
    return out + trailer.encode()


def png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is, with a few pixels of it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        sum_ = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", sum_)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def archive(comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("run.exe", b"MZ" + b"\0" * 50)
        file.comment = comment
    return out.getvalue()


def with_long_jpeg() -> bytes:
    """So many scans that drawing it takes for ever."""
    whole = picture()
    return whole[:-2] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00" * 150 + whole[-2:]


def jpeg_saying(width: int, height: int) -> bytes:
    whole = bytearray(picture())
    place = whole.index(b"\xff\xc0") + 5
    whole[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(whole)


PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
CATALOG = "<< /Type /Catalog /Pages 2 0 R >>"
CHAIN = [f"{number} 0 R" for number in range(4, 2004)]

GOOD = {
    "card.pdf": pdf(),
    "many pages.pdf": pdf(1_500),
    "CARD.PDF": pdf(),
    "by hand.pdf": raw_pdf(CATALOG, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE),
    "blank lines behind.pdf": pdf() + b"\r\n\r\n\0",
    "card.jpg": picture(),
    "card.jpeg": jpeg_with_place(),
    "grey.jpg": picture(mode="L"),
    "printed.jpg": picture(mode="CMYK"),
    "progressive.jpg": picture(progressive=True),
    "scan.png": picture("PNG"),
    "texts.png": png_with_texts(),
    "palette.png": picture("PNG", mode="P"),
    "see through.png": picture("PNG", mode="RGBA"),
    "deep.png": picture("PNG", mode="I;16"),
    "bits.png": picture("PNG", mode="1"),
    "receipt.exe.pdf": pdf(),
    "moving.png": picture("PNG", save_all=True, append_images=[Image.new("RGB", (40, 30), "red")]),
}

HOSTILE = {
    # another kind than the name says
    "page.html": b"<html><script>alert(1)</script></html>",
    "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "card.pdf.exe": pdf(),
    "card.pdf.html": pdf(),
    "card.jpg.php": picture(),
    "no extension": pdf(),
    "pdf": pdf(),
    ".pdf.": pdf(),
    "card.docx": archive(),
    "moving.gif": picture("GIF"),
    "photo.webp": picture("WEBP"),
    "photo.tiff": picture("TIFF"),
    "jpeg as.png": picture(),
    "png as.jpg": picture("PNG"),
    "pdf as.jpg": pdf(),
    "jpeg as.pdf": picture(),
    "gif as.png": picture("GIF"),
    "bmp as.png": picture("BMP"),
    "page as.png": b"<html></html>",
    "program as.pdf": b"MZ\x90\0" + pdf(),
    "page before.pdf": b"<html><script>alert(1)</script></html>\n" + pdf(),
    "archive before.pdf": archive() + pdf(),
    "line before.png": b"\n" + picture("PNG"),
    # two kinds in one
    "archive behind.pdf": pdf() + archive(),
    "archive around.pdf": pdf() + archive(comment=b"%%EOF"),
    "page behind.pdf": pdf() + b"<script>alert(1)</script>",
    "script.jpg": b"\xff\xd8\xff/*" + b"\0" * 100 + b"*/=1;alert(1)",
    "postscript.pdf": b"%!PS-Adobe-3.0\n" + pdf(),
    # cut off or empty
    "empty.pdf": b"",
    "empty.png": b"",
    "start only.pdf": b"%PDF-1.7\n",
    "start only.jpg": b"\xff\xd8\xff\xe0",
    "start only.png": b"\x89PNG\r\n\x1a\n",
    "half.pdf": pdf(40)[:-900],
    "half.jpg": picture(size=(300, 300))[:-400],
    "half.png": picture("PNG", size=(300, 300))[:-30],
    "wrong sum.png": picture("PNG").replace(b"IHDR\0\0\0\x28", b"IHDR\0\0\0\x29"),
    "noise.pdf": b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF",
    "noise.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "noise.jpg": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40,
    # made to break or to hold up whoever opens it
    "wide.png": png_header(60_000, 60_000),
    "pixels.png": png_header(5_001, 5_000),
    "wide.jpg": jpeg_saying(65_000, 65_000),
    "nothing in it.png": png_header(5_000, 5_000),
    "scans.jpg": with_long_jpeg(),
    "no page.pdf": raw_pdf(CATALOG, "<< /Type /Pages /Kids [] /Count 0 >>"),
    "says a page.pdf": raw_pdf(CATALOG, "<< /Type /Pages /Kids [] /Count 1 >>"),
    "password.pdf": pdf(password="secret"),
    "ring.pdf": raw_pdf(CATALOG, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"),
    "two rings.pdf": raw_pdf(
        CATALOG, "<< /Type /Pages /Kids [3 0 R 3 0 R] >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] >>"
    ),
    "itself.pdf": raw_pdf("1 0 R"),
    "no root.pdf": raw_pdf("<< >>", root="9 0 R"),
    "wide tree.pdf": raw_pdf(
        CATALOG, f"<< /Type /Pages /Kids [{' '.join(CHAIN)}] >>", "null", *["<< >>"] * 2_000
    ),
    "deep.pdf": raw_pdf(
        CATALOG, *[f"<< /Type /Pages /Kids [{number} 0 R] >>" for number in range(3, 1_200)]
    ),
    "many entries.pdf": b"%PDF-1.7\nxref\n0 99999999\ntrailer\n<< /Size 99999999 /Root 1 0 R >>\n"
    b"startxref\n9\n%%EOF\n",
    "earlier for ever.pdf": b"%PDF-1.7\nxref\n0 0\ntrailer\n<< /Size 1 /Root 1 0 R /Prev 9 >>\n"
    b"startxref\n9\n%%EOF\n",
}

# What the person called it, and what is kept of that.
NAMES = {
    "card.pdf": "card.pdf",
    "Carte de membre é.PDF": "Carte de membre é.pdf",
    "../../etc/passwd.pdf": "passwd.pdf",
    "..\\..\\windows\\card.pdf": "card.pdf",
    "/etc/cron.d/card.pdf": "card.pdf",
    "C:\\card.pdf": "card.pdf",
    "card.pdf\0.html.pdf": "card.pdf.html.pdf",
    "card\r\nSet-Cookie: a=b.pdf": "cardSet-Cookie a=b.pdf",
    'card".pdf': "card.pdf",
    "card'; filename=x.pdf": "card filename=x.pdf",
    "\u202efdp.exe.pdf": "fdp.exe.pdf",
    "\u2066card\u2069.pdf": "card.pdf",
    "zero\u200bwidth.pdf": "zerowidth.pdf",
    "\ufeffcard.pdf": "card.pdf",
    "card\u2028line.pdf": "cardline.pdf",
    "\ud800card.pdf": "card.pdf",
    ".pdf": "file.pdf",
    "...pdf": "file.pdf",
    "....pdf": "file.pdf",
    " .pdf": "file.pdf",
    "/.pdf": "file.pdf",
    ".htaccess.pdf": "htaccess.pdf",
    "~.pdf": "~.pdf",
    "%2e%2e%2fcard.pdf": "2e 2e 2fcard.pdf",
    "<img src=x onerror=alert(1)>.pdf": "img src=x onerror=alert(1).pdf",
    "会员证.pdf": "会员证.pdf",
    "ᐅᓪᓗᖅ.pdf": "ᐅᓪᓗᖅ.pdf",
    "👩‍💻.pdf": "👩💻.pdf",
    "e\u0301.pdf": "é.pdf",
    "a" * 300 + ".pdf": "a" * 146 + ".pdf",
    "x y.PdF": "x y.pdf",
}


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """As it comes from a browser, whose word for the kind says nothing."""
    file = SimpleUploadedFile("upload", content, content_type="application/pdf")
    file._name = name  # Django would make the name harmless here already
    return file


def taken(name: str, content: bytes) -> Checked:
    """The upload as it is kept."""
    return check(upload(name, content))
