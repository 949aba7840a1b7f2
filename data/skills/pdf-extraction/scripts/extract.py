#!/usr/bin/env python3
# extract.py: the text of a PDF, page by page, by layout or, of scans, by character recognition.
# SPDX-License-Identifier: GPL-3.0-or-later
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

FEW_CHARACTERS = 8  # a page with less text is taken for a picture


def count_pages(path):
    info = subprocess.run(["pdfinfo", path], capture_output=True, text=True, errors="replace", timeout=120)
    found = re.search(r"^Pages:\s+(\d+)", info.stdout, re.M)
    if info.returncode != 0 or not found:
        sys.exit(f"{path}: {info.stderr.strip() or 'this is no PDF that can be read'}")
    return int(found[1])


def read_text(path, page):
    done = subprocess.run(["pdftotext", "-layout", "-enc", "UTF-8", "-f", str(page), "-l", str(page), path, "-"],
                          capture_output=True, text=True, errors="replace", timeout=300)
    return done.stdout.replace("\f", "").rstrip() if done.returncode == 0 else ""


def read_scan(path, page, language):
    if shutil.which("tesseract") is None:
        return ""
    with tempfile.TemporaryDirectory() as folder:
        image = os.path.join(folder, "page")
        subprocess.run(["pdftoppm", "-r", "300", "-gray", "-png", "-singlefile", "-f", str(page), "-l", str(page), path, image],
                       check=True, timeout=300)
        done = subprocess.run(["tesseract", image + ".png", "-", "-l", language, "--psm", "6"],
                              capture_output=True, text=True, errors="replace", timeout=600)
        return done.stdout.rstrip() if done.returncode == 0 else ""


def read_page(path, page, language):
    text = read_text(path, page)
    if len(re.sub(r"\s", "", text)) >= FEW_CHARACTERS:
        return {"number": page, "source": "text", "text": text}
    scanned = read_scan(path, page, language)
    if scanned:
        return {"number": page, "source": "ocr", "text": scanned}
    return {"number": page, "source": "text" if text.strip() else "none", "text": text}


def wanted_pages(text, last):
    found = re.fullmatch(r"(\d+)(?:-(\d+))?", text) if text else None
    if text and not found:
        sys.exit("--pages is a number or FIRST-LAST")
    begin, end = (int(found[1]), int(found[2] or found[1])) if found else (1, last)
    if not 1 <= begin <= end <= last:
        sys.exit(f"--pages must lie within 1-{last}")
    return range(begin, end + 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--pages")
    parser.add_argument("--lang", default="eng")
    options = parser.parse_args()
    n_pages = count_pages(options.file)
    pages = [read_page(options.file, page, options.lang) for page in wanted_pages(options.pages, n_pages)]
    json.dump({"file": options.file, "n_pages": n_pages, "pages": pages}, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main()
