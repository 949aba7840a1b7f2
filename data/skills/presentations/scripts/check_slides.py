#!/usr/bin/env python3
# check_slides.py: what is on slides, and what is wrong with them.
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_slides.py FILE.pptx [--layouts]: one block a slide; status 1 when something is wrong."""
import sys

from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.util import Emu, Pt

MAX_WORDS = 60
MIN_POINTS = 12
SLACK = Emu(20000)  # of rounding


def all_shapes(shapes):
    for shape in shapes:
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from all_shapes(shape.shapes)
        else:
            yield shape


def description(shape):
    return shape._element.xpath(".//p:cNvPr")[0].get("descr", "").strip()


def sizes(frame):
    return [run.font.size for paragraph in frame.paragraphs for run in paragraph.runs if run.font.size and run.text.strip()]


def overflows(shape):
    """A rough measure: letters half as wide as high, lines a fifth higher than letters."""
    frame = shape.text_frame
    if not shape.width or not shape.height or not frame.text.strip():
        return False
    height = 0
    for paragraph in frame.paragraphs:
        size = max([run.font.size for run in paragraph.runs if run.font.size] or [Pt(18)])
        per_line = max(1, int((shape.width - Pt(14)) / (size * 0.5)))
        height += max(1, -(-len(paragraph.text) // per_line)) * size * 1.2
    return height > shape.height * 1.15 and frame.auto_size is None


def check(slide, width, height):
    problems = []
    title = slide.shapes.title
    if title is None or not title.text_frame.text.strip():
        problems.append("no title")
    words = 0
    for shape in all_shapes(slide.shapes):
        name = shape.name
        if shape.has_text_frame:
            text = shape.text_frame.text.strip()
            words += len(text.split())
            if shape.is_placeholder and not text and shape != title:
                problems.append(f"an empty place: {name}")
            small = [s for s in sizes(shape.text_frame) if s < Pt(MIN_POINTS)]
            if small:
                problems.append(f"text of {min(small).pt:g} points: {name}")
            if overflows(shape):
                problems.append(f"more text than fits: {name}")
        if None not in (shape.left, shape.top, shape.width, shape.height) and (
                shape.left < -SLACK or shape.top < -SLACK or shape.left + shape.width > width + SLACK
                or shape.top + shape.height > height + SLACK):
            problems.append(f"reaches out of the slide: {name}")
        if shape.shape_type == MSO_SHAPE_TYPE.PICTURE:
            if not description(shape):
                problems.append(f"a picture without a description: {name}")
            wide, high = shape.image.size
            if wide and high and abs(shape.width / shape.height / (wide / high) - 1) > 0.05 and not any(
                    (shape.crop_left, shape.crop_right, shape.crop_top, shape.crop_bottom)):
                problems.append(f"a stretched picture: {name}")
    if words > MAX_WORDS:
        problems.append(f"{words} words, more than {MAX_WORDS}")
    return problems


def main():
    words = [word for word in sys.argv[1:] if word != "--layouts"]
    if len(words) != 1:
        sys.exit(__doc__)
    try:
        presentation = Presentation(words[0])
    except Exception as error:  # python-pptx has no error of its own for this
        sys.exit(f"{words[0]}: these are no slides that can be read ({error})")
    if "--layouts" in sys.argv:
        for index, layout in enumerate(presentation.slide_layouts):
            places = ", ".join(f"{p.placeholder_format.idx} {p.name}" for p in layout.placeholders)
            print(f"layout {index} {layout.name}: {places}")
        return
    width, height = presentation.slide_width, presentation.slide_height
    print(f"{words[0]}: {len(presentation.slides)} slides, {width / height:.2f}:1")
    n, titles = 0, {}
    for number, slide in enumerate(presentation.slides, 1):
        title = slide.shapes.title.text_frame.text.strip() if slide.shapes.title is not None else ""
        notes = slide.has_notes_slide and slide.notes_slide.notes_text_frame.text.strip()
        print(f"{number}. {title or '(no title)'} [{slide.slide_layout.name}]{', notes' if notes else ''}")
        problems = check(slide, width, height)
        if title and title in titles:
            problems.append(f"the title of slide {titles[title]}")
        titles.setdefault(title, number)
        for problem in problems:
            print(f"   wrong: {problem}")
        n += len(problems)
    print(f"{n} things are wrong" if n else "nothing wrong")
    sys.exit(1 if n else 0)


if __name__ == "__main__":
    main()
