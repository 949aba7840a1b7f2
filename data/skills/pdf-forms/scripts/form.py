#!/usr/bin/env python3
# form.py: the fields of a PDF form: listing, filling in, and writing onto a page without fields.
# SPDX-License-Identifier: GPL-3.0-or-later
"""form.py fields FORM.pdf | fill FORM.pdf VALUES.json OUT.pdf | write FORM.pdf MARKS.json OUT.pdf"""
import io
import json
import sys

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import NameObject

RADIO, PUSH, COMBO_EDIT = 1 << 15, 1 << 16, 1 << 18


def inherited(field, key):
    while field is not None:
        if key in field:
            return field[key]
        field = field["/Parent"].get_object() if "/Parent" in field else None
    return None


def name_of(field):
    parts = []
    while field is not None:
        if "/T" in field:
            parts.append(str(field["/T"]))
        field = field["/Parent"].get_object() if "/Parent" in field else None
    return ".".join(reversed(parts))


def states(widget):
    return [str(s) for s in widget.get("/AP", {}).get("/N", {}) if str(s) != "/Off"]


def widgets(pages):
    """(page number, widget) of everything that can be filled in."""
    for number, page in enumerate(pages, 1):
        for annotation in page.get("/Annots", None) or []:
            widget = annotation.get_object()
            if widget.get("/Subtype") == "/Widget" and inherited(widget, "/FT") is not None:
                yield number, widget


def read_fields(pages):
    found = {}
    for page, widget in widgets(pages):
        kind, flags = inherited(widget, "/FT"), int(inherited(widget, "/Ff") or 0)
        if kind == "/Btn" and flags & PUSH:
            continue
        name = name_of(widget)
        value = inherited(widget, "/V")
        field = found.setdefault(name, {"name": name, "page": page, "label": str(inherited(widget, "/TU") or ""), "options": []})
        if kind == "/Btn":
            field["kind"] = "radio" if flags & RADIO else "check"
            field["value"] = str(value)[1:] if flags & RADIO and value not in (None, "/Off") else value not in (None, "/Off") and not flags & RADIO
            field["options"] += [s[1:] for s in states(widget) if s[1:] not in field["options"]] if flags & RADIO else []
        elif kind == "/Ch":
            field["kind"] = "choice"
            field["value"] = "" if value is None else str(value)
            field["options"] = [str(o[0] if isinstance(o, list) else o) for o in inherited(widget, "/Opt") or []]
            field["free"] = bool(flags & COMBO_EDIT)
        else:
            field["kind"] = "signature" if kind == "/Sig" else "text"
            field["value"] = "" if value is None or kind == "/Sig" else str(value)
            if inherited(widget, "/MaxLen") is not None:
                field["max_length"] = int(inherited(widget, "/MaxLen"))
    for field in found.values():
        if not field["options"]:
            del field["options"]
        if not field.get("free", True):
            del field["free"]
    return found


def wrong_value(field, value):
    kind = field["kind"]
    if kind == "signature":
        return "signatures are the user's"
    if kind == "check":
        return None if isinstance(value, bool) else "must be true or false"
    if not isinstance(value, str):
        return "must be text"
    if "options" in field and not field.get("free") and value not in field["options"] and value != "":
        return "must be one of " + ", ".join(field["options"])
    if len(value) > field.get("max_length", len(value)):
        return f"is longer than {field['max_length']} characters"
    return None


def fill(path, values, out):
    writer = PdfWriter(clone_from=PdfReader(path))
    fields = read_fields(writer.pages)
    problems = [f"{name}: there is no such field" for name in values if name not in fields]
    problems += [f"{name}: {wrong_value(fields[name], value)}" for name, value in values.items()
                 if name in fields and wrong_value(fields[name], value)]
    if problems:
        sys.exit("\n".join(problems))
    texts = {n: v for n, v in values.items() if fields[n]["kind"] in ("text", "choice")}
    for page in writer.pages:
        if texts and page.get("/Annots"):
            writer.update_page_form_field_values(page, texts, auto_regenerate=False)
    for _, widget in widgets(writer.pages):
        name = name_of(widget)
        if name not in values or fields[name]["kind"] not in ("check", "radio"):
            continue
        value, own = values[name], states(widget)
        wanted = (own or ["/Yes"])[0] if value is True else "/Off" if value is False else "/" + value
        holder = widget if "/T" in widget else widget["/Parent"].get_object()
        if fields[name]["kind"] == "radio":
            holder[NameObject("/V")] = NameObject(wanted)
            wanted = wanted if wanted in own else "/Off"
        else:
            holder[NameObject("/V")] = NameObject(wanted)
        widget[NameObject("/AS")] = NameObject(wanted)
    writer.set_need_appearances_writer(True)
    writer.write(out)
    again = read_fields(PdfReader(out).pages)
    lost = [name for name, value in values.items() if again[name]["value"] != value]
    if lost:
        sys.exit("these did not arrive: " + ", ".join(lost))
    print(f"{len(values)} of {len(fields)} fields are filled in")
    empty = [n for n, f in again.items() if f["value"] in ("", None)]
    if empty:
        print("empty: " + ", ".join(empty))


def write(path, marks, out):
    from reportlab.pdfgen import canvas
    writer = PdfWriter(clone_from=PdfReader(path))
    for number, page in enumerate(writer.pages, 1):
        own = [m for m in marks if m.get("page") == number]
        if not own:
            continue
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        buffer = io.BytesIO()
        sheet = canvas.Canvas(buffer, pagesize=(width, height))
        for mark in own:
            if not (0 <= mark["x"] <= width and 0 <= mark["y"] <= height):
                sys.exit(f"“{mark['text']}” is outside of page {number} ({width:g} × {height:g} points)")
            sheet.setFont("Helvetica", mark.get("size", 10))
            if mark["x"] + sheet.stringWidth(mark["text"], "Helvetica", mark.get("size", 10)) > width:
                sys.exit(f"“{mark['text']}” reaches out of page {number}")
            sheet.drawString(mark["x"], mark["y"], mark["text"])
        sheet.save()
        page.merge_page(PdfReader(io.BytesIO(buffer.getvalue())).pages[0])
    if any(not 1 <= m.get("page", 0) <= len(writer.pages) for m in marks):
        sys.exit(f"a mark's page must be within 1-{len(writer.pages)}")
    writer.write(out)
    print(f"{len(marks)} marks are written")


def main():
    words = sys.argv[1:]
    try:
        if len(words) == 2 and words[0] == "fields":
            print(json.dumps(list(read_fields(PdfReader(words[1]).pages).values()), ensure_ascii=False, indent=1))
        elif len(words) == 4 and words[0] in ("fill", "write"):
            with open(words[2], encoding="utf-8") as file:
                given = json.load(file)
            (fill if words[0] == "fill" else write)(words[1], given, words[3])
        else:
            sys.exit(__doc__)
    except (PyPdfError, json.JSONDecodeError, KeyError) as error:
        sys.exit(f"{words[1]}: {error}")


if __name__ == "__main__":
    main()
