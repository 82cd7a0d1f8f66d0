"""What a mail program makes of a mail's colours: a cascade of inline styles and class rules, by day and by night."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"img", "br", "meta", "hr", "input"}
DAY, NIGHT, OUTLOOK = "day", "night", "outlook.com at night"


@dataclass
class Element:
    """One element with what it says of itself; ``above`` are its ancestors, nearest first."""

    tag: str
    attributes: dict[str, str]
    above: list[Element]
    text: str = ""
    said: dict[str, str] = field(default_factory=dict)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def value(self, name: str) -> str | None:
        """What holds for a property that is passed on."""
        return next((each.said[name] for each in (self, *self.above) if name in each.said), None)

    @property
    def hidden(self) -> bool:
        return any(each.said.get("display") == "none" for each in (self, *self.above))


class _Tree(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[Element] = []
        self.found: list[Element] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        element = Element(tag, {name: value or "" for name, value in attrs}, list(reversed(self.open)))
        self.found.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        while self.open and self.open.pop().tag != tag:
            pass

    def handle_data(self, data):
        if self.open:
            self.open[-1].text += data


def seen(html: str, mode: str) -> list[Element]:
    """Every element that is shown in a mode, with its styles."""
    elements = [each for each in _Tree(html).found if each.tag not in ("style", "title", "head", "html")]
    rules = list(_rules(html, mode))
    for element in elements:
        element.said = dict(_declared(element.attributes.get("style", "")))
        for selector, declared in rules:
            if _matches(selector, element):
                element.said |= declared
    return [each for each in elements if not each.hidden]


def _rules(html: str, mode: str) -> Iterator[tuple[str, dict[str, str]]]:
    sheet = "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL))
    dark = re.search(r"@media \(prefers-color-scheme: dark\) \{\n(.*?)\n\}", sheet, re.DOTALL)
    if mode == NIGHT and dark:
        text, prefix = dark[1], ""
    elif mode == OUTLOOK:
        text, prefix = sheet.replace(dark[0] if dark else "", ""), "[data-ogs"
    else:
        return
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
        for selector in (each.strip() for each in selectors.split(",")):
            if selector.startswith(prefix):
                yield re.sub(r"^\[data-ogs[bc]\] ", "", selector), dict(_declared(body))


def _declared(body: str) -> Iterator[tuple[str, str]]:
    for line in re.sub(r"url\([^)]*\)", "", body).split(";"):
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip(), value.replace("!important", "").strip()


def _matches(selector: str, element: Element) -> bool:
    *above, last = selector.split()
    return _is(last, element) and all(any(_is(each, other) for other in element.above) for each in above)


def _is(simple: str, element: Element) -> bool:
    return simple[1:] in element.classes if simple.startswith(".") else simple == element.tag
