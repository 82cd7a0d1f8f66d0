"""What a shop's own words may hold besides words: facts to fill in, and parts that depend on them. No code.

``{{ item.brief }}`` shows a fact, ``{{ "s" if others > 1 }}`` shows words if something holds, and ``if``, ``elif``,
``else`` and ``endif`` between ``{%`` and ``%}`` do so for longer ones. That is all of the language: no loops, calls,
filters, sums or brackets. So what a text becomes is at most as long as it is itself with every fact at its longest, and
takes as long to make.
It is a part of Jinja's language, so that the house's texts are written in it, too (a law).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cartback.domain.wording.facts import FLAG, NUMBER, Fact

MOST_TAGS = 60
LONGEST_TAG = 160

_TAG = re.compile(r"\{\{(?P<shown>[^{}%]*)\}\}|\{%(?P<said>[^{}%]*)%\}", re.DOTALL)
_PLACE = "\0"
_STRAY = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|\{\0|\0\}")
"""What begins or ends a tag, where none is: Jinja reads a brace beside a tag as a part of it."""
_TOKEN = re.compile(
    r"""\s*(?:(?P<word>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)|(?P<text>"[^"\\\n]*"|'[^'\\\n]*')
    |(?P<number>[0-9]{1,6}(?![0-9A-Za-z_.]))|(?P<sign>==|!=|<=|>=|<|>))""",
    re.VERBOSE,
)
_KEYWORDS = frozenset({"if", "elif", "else", "endif", "and", "or", "not"})
_ORDER = frozenset({"<", ">", "<=", ">="})


class _Wrong(Exception):
    """What is wrong with one tag, in words."""


@dataclass(slots=True)
class _Reader:
    """Reads the inside of one tag, token by token."""

    tokens: list[tuple[str, str]]
    known: Mapping[str, Fact]
    used: set[str]
    at: int = 0

    def peek(self) -> str | None:
        """The keyword or sign that comes next, if one does."""
        if self.at == len(self.tokens):
            return None
        kind, token = self.tokens[self.at]
        return token if kind == "sign" or (kind == "word" and token in _KEYWORDS) else None

    def takes(self, *words: str) -> str | None:
        """Step over one of these, if it is next."""
        word = self.peek()
        if word not in words:
            return None
        self.at += 1
        return word

    def side(self) -> str:
        """A fact, words or a number; answers the kind."""
        if self.at == len(self.tokens) or self.peek() is not None:
            raise _Wrong("something is missing in it")
        kind, token = self.tokens[self.at]
        self.at += 1
        if kind != "word":
            return kind
        if token not in self.known:
            raise _Wrong(f"there is no {token}; there are {', '.join(sorted(self.known))}")
        self.used.add(token)
        return self.known[token].kind

    def condition(self) -> None:
        """``others > 1``, ``total and not first_name`` …"""
        while True:
            self.takes("not")
            left, sign = self.side(), self.takes("==", "!=", *_ORDER)
            if sign is not None:
                right = self.side()
                if sign in _ORDER and (left, right) != (NUMBER, NUMBER):
                    raise _Wrong(f"{sign} compares numbers only")
            if self.takes("and", "or") is None:
                return

    def shown(self) -> None:
        """What ``{{ … }}`` holds."""
        self.to_show()
        if self.takes("if"):
            self.condition()
            if self.takes("else"):
                self.to_show()
        self.end()

    def to_show(self) -> None:
        """A side that can be shown."""
        before = self.at
        if self.side() == FLAG:
            raise _Wrong(f"{self.tokens[before][1]} can be asked for with if, and not be shown")

    def end(self) -> None:
        """Nothing may follow."""
        if self.at != len(self.tokens):
            raise _Wrong(f"{self.tokens[self.at][1]} stands where nothing can")


def faults(source: str, known: Mapping[str, Fact]) -> list[str]:
    """What is wrong with the tags of a text, one line each; none if it can be filled in with these facts."""
    if len(_TAG.findall(source)) > MOST_TAGS:
        return [f"has more than {MOST_TAGS} places to fill in"]
    stray = _STRAY.search(_TAG.sub(_PLACE, source))
    if stray is not None:
        brace = stray[0].replace(_PLACE, "")
        would_do = "a fact is {{ item.brief }}, a choice {% if total %} … {% endif %}"
        return [f"{brace} belongs to nothing: {would_do}"]
    found: list[str] = []
    open_: list[str] = []
    for tag in _TAG.finditer(source):
        try:
            _judge(tag, _reader(tag, known, set()), open_)
        except _Wrong as wrong:
            found.append(f"{tag[0]}: {wrong}")
    if open_ and not found:
        found.append("an {% if … %} has no {% endif %}")
    return found


def used(source: str, known: Mapping[str, Fact]) -> frozenset[str]:
    """The facts that a text without faults names."""
    named: set[str] = set()
    for tag in _TAG.finditer(source):
        _judge(tag, _reader(tag, known, named), ["if"] * MOST_TAGS)
    return frozenset(named)


def literal(source: str) -> str:
    """The words that stand in a text itself, those that depend on something among them; … where a fact is shown."""

    def words(tag: re.Match[str]) -> str:
        said = [token for kind, token in _tokens(tag["shown"] or "") if kind == "text"]
        return " ".join(token[1:-1] for token in said) or ("" if tag["shown"] is None else "…")

    return _TAG.sub(words, source)


def _reader(tag: re.Match[str], known: Mapping[str, Fact], named: set[str]) -> _Reader:
    inside = tag["shown"] if tag["shown"] is not None else tag["said"]
    if len(inside) > LONGEST_TAG:
        raise _Wrong(f"is longer than {LONGEST_TAG} characters")
    return _Reader(list(_tokens(inside)), known, named)


def _tokens(inside: str) -> Iterator[tuple[str, str]]:
    at, inside = 0, inside.rstrip()
    while at < len(inside):
        found = _TOKEN.match(inside, at)
        if found is None:
            raise _Wrong(f"{inside[at:].split()[0]} is no part of this language")
        at = found.end()
        kind = found.lastgroup or ""
        yield kind, found[kind]


def _judge(tag: re.Match[str], reader: _Reader, open_: list[str]) -> None:
    if tag["shown"] is not None:
        reader.shown()
        return
    word = reader.takes("if", "elif", "else", "endif")
    if word is None:
        raise _Wrong("is none of if, elif, else and endif")
    if word != "if" and (not open_ or (word != "endif" and open_[-1] == "else")):
        raise _Wrong("belongs to no {% if … %}")
    if word in ("if", "elif"):
        reader.condition()
    reader.end()
    if word == "endif":
        open_.pop()
    elif word == "if":
        open_.append("if")
    else:
        open_[-1] = word
