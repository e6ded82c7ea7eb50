"""What three validators say against a PDF: PDF/UA-1 by all of them, PDF/A-2a by the first.

None of them is the reference, veraPDF, which needs Java; `page` passes its whole corpus of files.
"""

import outloud
import page
import pdfua

PROFILES = ("ua1", "2a")
# This rule of pdfua 0.1.3 fails on any structure tree with arrays of arrays and says nothing of the
# file: "cannot get key '/is_integer' on object of type array". The other two check what it would.
CRASHES = "UA-14-001"


def complaints(pdf: bytes, tmp_path) -> list[str]:
    """Return everything that a validator finds wrong, warnings too; none for a good file."""
    path = tmp_path / "document.pdf"
    path.write_bytes(pdf)
    return [*_page(pdf), *_outloud(path), *_pdfua(path)]


def _page(pdf):
    for profile in PROFILES:
        for failure in page.validate_pdf_bytes(pdf, profile=profile).failures:
            yield f"page {profile}: {failure.rule_id} {failure.message}"


def _outloud(path):
    result = outloud.check(str(path))
    if result.error:
        yield f"outloud: {result.error}"
    for finding in result.findings:
        yield f"outloud: {finding.rule} {finding.message}"


def _pdfua(path):
    report = pdfua.validate(str(path))
    for finding in report.findings:
        yield f"pdfua: {finding.rule_id} {finding.message}"
    for outcome in report.outcomes:
        if outcome.skipped_reason and outcome.rule_id != CRASHES:
            yield f"pdfua: {outcome.rule_id} was skipped: {outcome.skipped_reason}"
