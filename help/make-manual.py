#!/usr/bin/env python3
"""Makes one web page of the manual, for where no viewer of help pages sees it, as in a Flatpak.

make-manual.py FOLDER OUTPUT

Everything is in it, pictures too, and it needs no script: links lead within it, and one page is seen at a time.
What it does not know of Mallard ends it, so that nothing of a page is left out unseen.
"""
import base64
import html
import pathlib
import sys
import xml.etree.ElementTree as tree

MALLARD = "{http://projectmallard.org/1.0/}"
INLINE = {"app": "b", "cmd": "code", "code": "code", "em": "em", "file": "code", "gui": "b", "input": "code",
          "key": "kbd", "sys": "code"}
JOINED = {"guiseq": " ▸ ", "keyseq": "+"}
BLOCKS = {"item": "li", "list": "ul", "note": "aside", "p": "p", "steps": "ol"}
STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 15%, transparent);
  --soft: color-mix(in srgb, currentColor 7%, transparent); --link: light-dark(#1c71d8, #78aeed) }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; background: light-dark(#ffffff, #222226);
  color: light-dark(#2e2e33, #f4f4f5) }
a { color: var(--link) }
nav { padding: 1.2em 1.4em; border-bottom: 1px solid var(--line) }
nav h2 { font-size: .8em; margin: 1.2em 0 .3em; opacity: .7 }
nav a { display: block; padding: .15em 0; text-decoration: none }
main { padding: 1em 2em 4em; max-width: 44em }
article { display: none }
article, section { scroll-margin-top: 1.5em }
article:target, article:has(:target), body:not(:has(:target)) #index { display: block }
h1 { font-size: 1.7em; line-height: 1.25 } h2 { font-size: 1.25em; margin-top: 1.8em } h3 { font-size: 1.05em }
dt { font-weight: 600; margin-top: 1em } dd { margin-left: 1.2em } dd p, li p { margin: .4em 0 }
code, kbd { font: .9em ui-monospace, monospace; background: var(--soft); border-radius: 4px; padding: .1em .3em;
  overflow-wrap: anywhere }
pre { background: var(--soft); border-radius: 8px; padding: .8em 1em; overflow-x: auto } pre code { background: none }
aside { background: var(--soft); border-radius: 8px; padding: .1em 1em; margin: 1em 0 }
img { max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 8px }
@media (min-width: 46em) {
  body { display: grid; grid-template-columns: 15em 1fr }
  nav { border: 0; border-right: 1px solid var(--line); box-sizing: border-box; position: sticky; top: 0; height: 100vh;
    overflow-y: auto }
}
"""


class Manual:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.pages = {path.stem: tree.parse(path).getroot() for path in sorted(self.folder.glob("*.page"))}
        self.titles = {}
        for name, page in self.pages.items():
            self.titles[name] = "".join(page.find(MALLARD + "title").itertext())
            for section in page.iter(MALLARD + "section"):
                self.titles[f"{name}#{section.get('id')}"] = "".join(section.find(MALLARD + "title").itertext())

    def links(self, name, kind):
        return [link.get("xref") for link in self.pages[name].findall(f"{MALLARD}info/{MALLARD}link")
                if link.get("type") == kind]

    def guided(self, target):
        """The pages that hang below a section of the index."""
        return [name for name in self.pages if target in self.links(name, "guide")]

    def link(self, xref, inner=""):
        return f'<a href="#{xref.replace("#", "-")}">{inner or html.escape(self.titles[xref], quote=False)}</a>'

    # ---- what is in a page

    def inside(self, name, element, depth, block):
        """The text and the elements within one; @block: whether these are paragraphs and the like."""
        made = html.escape(element.text or "", quote=False)
        for child in element:
            made += self.element(name, child, depth, block) + html.escape(child.tail or "", quote=False)
        return made

    def element(self, name, element, depth, block):
        kind = element.tag.removeprefix(MALLARD)
        if kind in ("info", "title"):
            return ""  # whoever holds them asks for them
        if kind == "section":
            return self.section(name, element, depth + 1)
        if kind == "terms":
            items = "".join(self.term(name, item, depth) for item in element.findall(MALLARD + "item"))
            return f"{self.heading(name, element, depth)}<dl>{items}</dl>"
        if kind == "media":
            return self.picture(element)
        if kind == "link":
            return self.link(element.attrib["xref"], self.inside(name, element, depth, False))
        if kind == "code" and block:
            return f"<pre><code>{html.escape(element.text, quote=False)}</code></pre>"
        if kind in JOINED:
            return JOINED[kind].join(self.element(name, child, depth, False) for child in element)
        if kind in INLINE:
            return f"<{INLINE[kind]}>{self.inside(name, element, depth, False)}</{INLINE[kind]}>"
        if kind in BLOCKS:
            return self.heading(name, element, depth) + f"<{BLOCKS[kind]}>{self.inside(name, element, depth, kind != 'p')}</{BLOCKS[kind]}>"
        sys.exit(f"{name}: what shall become of <{kind}>?")

    def heading(self, name, element, depth):
        """Of a list and the like, which may have one."""
        title = element.find(MALLARD + "title")
        return "" if title is None else f"<p><b>{self.inside(name, title, depth, False)}</b></p>"

    def term(self, name, item, depth):
        title = self.inside(name, item.find(MALLARD + "title"), depth, False)
        return f"<dt>{title}</dt><dd>{self.inside(name, item, depth, True)}</dd>"

    def picture(self, element):
        data = base64.b64encode((self.folder / element.get("src")).read_bytes()).decode()
        words = " ".join("".join(element.itertext()).split())
        return f'<p><img alt="{html.escape(words)}" src="data:{element.get("mime")};base64,{data}"></p>'

    def section(self, name, section, depth):
        title = self.inside(name, section.find(MALLARD + "title"), depth, False)
        below = "".join(f"<p>{self.link(page)}<br>{html.escape(self.description(page), quote=False)}</p>"
                        for page in self.guided(f"{name}#{section.get('id')}"))
        return (f'<section id="{name}-{section.get("id")}"><h{depth}>{title}</h{depth}>'
                f"{self.inside(name, section, depth, True)}{below}</section>")

    def description(self, name):
        return self.pages[name].findtext(f"{MALLARD}info/{MALLARD}desc")

    def page(self, name):
        page = self.pages[name]
        title = self.inside(name, page.find(MALLARD + "title"), 1, False)
        also = " · ".join(self.link(xref) for xref in self.links(name, "seealso"))
        return (f'<article id="{name}"><h1>{title}</h1>{self.inside(name, page, 1, True)}'
                + (f"<h2>See also</h2><p>{also}</p>" if also else "") + "</article>")

    def contents(self):
        made = self.link("index")
        for section in self.pages["index"].findall(MALLARD + "section"):
            made += f"<h2>{html.escape(section.findtext(MALLARD + 'title'))}</h2>"
            made += "".join(self.link(name) for name in self.guided(f"index#{section.get('id')}"))
        return made

    def whole(self):
        title = html.escape(self.titles["index"])
        return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
                f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>\n'
                f"<body><nav>{self.contents()}</nav><main>" + "\n".join(map(self.page, self.pages)) + "</main></body></html>\n")


def main(folder, output):
    pathlib.Path(output).write_text(Manual(folder).whole(), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
