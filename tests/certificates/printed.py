"""Certificates made for tests, and what other programs read from a printed one."""

import shutil
import subprocess
from dataclasses import replace
from io import BytesIO

import PIL.Image
import pytest
from pypdf import PdfReader

from certificates.bench import FACTS
from certificates.printing.pdf import (
    CertificateFacts,
    Signatory,
)

NAMES = [
    "Nadia Kowalchuk",
    "Agnieszka Łazarewicz",
    "Ðorđe Đurić",
    "Ḵwa'la",
    "SENĆOŦEN W̱SÁNEĆ",
    "Tłı̨chǫ Gahwı̨́ą",
    "Sḵwx̱wú7mesh xwx",
    "xwx Sḵwx̱wú7mesh",
    "hən̓q̓əmin̓əm̓ č̓ƛ̓t̓",
    "ʔaʔ Ɂ ɬ θ",
    "ᓇᑖᓕᐊ",
    "ᐊᓇᓇ ᓇᑖᓕᐊ",
    "ᓇᑖᓕᐊ Kusugak-Łazarewicz",
    "Nguyễn Thị Hồng Ngọc",
    "Ελένη Παπαδοπούλου",
    "Ірина Ґонта-Шевченко",
    "Griffith Afflick Thiffault fjord",
    "İbrahim Şahin-Țurcanu",
    "O'Brien d’Arcy–Smith Kʼasho",
    "Marie-Françoise Tremblay-Sxwíxwtn de la Ḵwa’la",
    "Maria Alejandra Guadalupe Fernández de Córdoba y Villanueva de los Montes y Laval",
]


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """What pypdf reads, with single spaces."""
    return " ".join(read(pdf).pages[0].extract_text().split())


def words_of(pdf: bytes) -> str:
    """What pypdf reads on all pages, with single spaces that break."""
    text = " ".join(page.extract_text() for page in read(pdf).pages)
    return " ".join(text.replace("\u00a0", " ").split())


def run(*command: str, pdf: bytes) -> str:
    """What a program of poppler reads from a PDF."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"NOT CHECKED: {command[0]} is missing; apt-get install poppler-utils")
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def tags_of(pdf: bytes, *kinds: str) -> list[dict]:
    """The tags of these kinds in reading order."""
    found = []

    def walk(item):
        item = item.get_object()
        if isinstance(item, list):
            for part in item:
                walk(part)
        elif isinstance(item, dict):
            if item.get("/S") in kinds:
                found.append(item)
            if "/K" in item:
                walk(item["/K"])

    walk(read(pdf).trailer["/Root"]["/StructTreeRoot"])
    return found


def png(width: int, height: int) -> bytes:
    file = BytesIO()
    PIL.Image.new("RGBA", (width, height), (20, 30, 90, 128)).save(file, "PNG")
    return file.getvalue()


def signed(picture: bytes | None) -> CertificateFacts:
    return replace(FACTS, signatories=(Signatory("Tom Redfeather", "Chair", "Chaire", picture),))
