# SPDX-License-Identifier: BSD-2-Clause
"""Reads a page as strictly as a browser does not: every element is closed, every name in it leads somewhere."""

from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "link", "meta", "wbr"}
# SVG's, that are written with a slash at their end.
SHAPES = {"circle", "line", "path", "rect"}

# Without text, a section of the template has a name that the program does not know.
NEVER_EMPTY = {"a", "dd", "dt", "h1", "h2", "h3", "label", "p", "th", "title"}


class Page(HTMLParser):
    """A page of HTML: its faults, its elements as (tag, attributes), its text."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.faults = []
        self.elements = []
        self.open = []
        self.begins = []  # for each open element the number of words in front of it
        self.words = []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self.open]
        self.check_names()

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        if len(set(names)) != len(names):
            self.faults.append(f"<{tag}> has an attribute twice")
        # A picture's title is no title of the page.
        self.elements.append((f"svg {tag}" if tag == "title" and "svg" in self.open else tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)
            self.begins.append(len(self.words))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()
            self.begins.pop()
            if tag not in SHAPES:
                self.faults.append(f"<{tag}/> is empty")

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()
            if not "".join(self.words[self.begins.pop():]).strip() and tag in NEVER_EMPTY:
                self.faults.append(f"<{tag}> has no text")

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self):
        return " ".join("".join(self.words).split())

    def check_names(self):
        ids = [attributes["id"] for _, attributes in self.elements if "id" in attributes]
        self.faults += [f"id {name} is there twice" for name in set(ids) if ids.count(name) > 1]
        for tag, attributes in self.elements:
            names = [attributes.get("for")] + (attributes.get("aria-describedby") or "").split()
            self.faults += [f"<{tag}> names {name}, which is not there" for name in names if name and name not in ids]
        labels = {attributes.get("for") for attributes in self.all("label")}
        for tag in ("input", "textarea", "select"):
            for attributes in self.all(tag):
                if attributes.get("type") != "hidden" and attributes.get("id") not in labels:
                    self.faults.append(f"<{tag} name={attributes.get('name')}> has no label")
        for tag in ("h1", "main", "title"):
            if len(self.all(tag)) != 1:
                self.faults.append(f"<{tag}> is there {len(self.all(tag))} times")

    def check_harmless(self):
        """What no page of the site has: whatever runs, or is loaded from elsewhere."""
        faults = []
        for tag, attributes in self.elements:
            if tag in ("script", "iframe", "object", "embed", "style", "base"):
                faults.append(f"<{tag}>")
            for name, value in attributes.items():
                if name.startswith("on") or name == "style":
                    faults.append(f"<{tag} {name}>")
                if name in ("src", "href", "action") and not (value or "").startswith(("/", "#", "mailto:")):
                    faults.append(f"<{tag} {name}={value}>")
        return faults
