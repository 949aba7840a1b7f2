#!/usr/bin/env python3
# make_pdf.py: a small real PDF out of plain text, for the sample receipts and the tests.
#
#   make_pdf.py FILE.pdf <TEXT
# SPDX-License-Identifier: GPL-3.0-or-later
import sys
import zlib


def pdf(text, compress=True):
    """A small real PDF that shows @text, one page for each form feed."""
    objects, pages = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>"], []
    for page in text.split("\f"):
        rows = []
        for line in page.split("\n"):
            line = line.encode("cp1252", "replace").decode("latin-1")
            for c in "\\()":
                line = line.replace(c, "\\" + c)
            rows.append(f"({line}) Tj T*")
        stream = ("BT /F1 10 Tf 12 TL 50 780 Td\n" + "\n".join(rows) + "\nET").encode("latin-1")
        filters = ""
        if compress:
            stream, filters = zlib.compress(stream), " /Filter /FlateDecode"
        objects += [f"<< /Length {len(stream)}{filters} >>\nstream\n".encode() + stream + b"\nendstream",
                    f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects) + 1} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"]
        pages.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(pages)}] /Count {len(pages)} >>"
    out, offsets = b"%PDF-1.4\n", []
    for n, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{n} 0 obj\n".encode() + (body if isinstance(body, bytes) else body.encode()) + b"\nendobj\n"
    xref = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode() + b"".join(f"{o:010} 00000 n \n".encode() for o in offsets)
    return out + f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{xref}\n%%EOF\n".encode()


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as f:
        f.write(pdf(sys.stdin.read()))
