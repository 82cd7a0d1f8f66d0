"""Texts as a marketer writes them: a part and its words, longer ones as blocks, in a file or on the line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from cartback.domain.errors import Refused
from cartback.domain.wording.facts import Fact
from cartback.domain.wording.parts import PARTS
from cli.documents import document

_WIDE = 1_000_000


def as_document(parts: Mapping[str, str], own: Mapping[str, str]) -> str:
    """The parts as YAML that ``read`` takes back, own ones marked."""
    lines = []
    for part, words in parts.items():
        mark = " # the shop's own" if part in own else ""
        if "\n" in words or len(words) > 90:
            block = "\n".join(f"  {line}".rstrip() for line in words.strip().splitlines())
            lines.append(f"{part}: |-{mark}\n{block}")
        else:
            said = yaml.safe_dump({part: words}, allow_unicode=True, width=_WIDE, default_flow_style=False)
            lines.append(said.rstrip() + mark)
    return "\n".join(lines) + "\n"


def read(file: str) -> dict[str, str]:
    """The parts of a text from a document, be it of some parts only. Raises Refused naming each that is no words."""
    return _words(document(file))


def assigned(pairs: list[str]) -> dict[str, str | None]:
    """Parts from ``button=Los`` on the line; ``button=`` gives the part back to the house."""
    said: dict[str, str | None] = {}
    for pair in pairs:
        part, sign, words = pair.partition("=")
        if not sign or part.strip() not in PARTS:
            raise Refused(f"{pair}: write part=words; the parts are {', '.join(PARTS)}")
        said[part.strip()] = words or None
    return said


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """What differs, part by part: lines that were begin with ``-``, lines that are with ``+``."""
    for part in PARTS:
        old, new = before.get(part, ""), after.get(part, "")
        if old != new:
            yield f"{part}:"
            lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1)
            yield from (line for line in list(lines)[2:] if not line.startswith("@@"))


def facts_lines(known: Mapping[str, Fact]) -> list[str]:
    """The facts that a text can name, one comment each."""
    width = max(map(len, known), default=0)
    return [f"# {{{{ {name} }}}}{' ' * (width - len(name))}  {fact.says}" for name, fact in known.items()]


def _words(read_: dict[str, Any]) -> dict[str, str]:
    wrong = [name for name, words in read_.items() if not isinstance(words, str)]
    if wrong:
        raise Refused(
            "\n".join(
                f"{name}: must be words; a number or true in quotes, several paragraphs with |"
                for name in wrong
            )
        )
    return dict(read_)
