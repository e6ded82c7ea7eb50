"""What a document says of itself: PDF/A-2a, to be kept, and PDF/UA-1, to be read by everybody.

WeasyPrint prepares for one of the two; this adds the other. Both are claimed in the XMP metadata,
where PDF/A allows foreign properties only with a description of their schema. docs/certificates.md
says who confirmed the claims.
"""

from typing import Any

import pydyf  # type: ignore[import-untyped]

VARIANT = "pdf/a-2a"  # what WeasyPrint is asked for
_END = b"</rdf:RDF>"
_ACCESSIBLE = b"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name>\
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property>\
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""

_data = pydyf.Stream.data.fget


def _ended(stream: pydyf.Stream) -> bytes:
    """Return a stream's bytes so that its end is plain.

    One in 256 ends with a carriage return. With the line feed that follows it would be taken for
    the end of a line, and its length for wrong: PDF/A is strict there.
    """
    data: bytes = _data(stream)
    end = b"\nendstream"
    return data[: -len(end)] + b"\r" + end if data.endswith(b"\r" + end) else data


pydyf.Stream.data = property(_ended)


def declare(pdf: pydyf.PDF) -> None:
    """Claim PDF/UA-1 beside PDF/A-2a in the metadata, which PDF/A wants uncompressed."""
    metadata: Any = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    packet = b"".join(metadata.stream)
    metadata.stream = [packet.replace(_END, _ACCESSIBLE + _END)]
    metadata.compress = False
