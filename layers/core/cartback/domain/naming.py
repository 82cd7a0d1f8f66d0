"""Whether a text names somebody, by the keyed hashes under which the person is known.

An erasure outlives what it erases: afterwards only hashes of addresses and ids are left to find late copies with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator

from cartback.domain import address

# Where an address ends. Searching for whole addresses would look at a long word once for each of its characters, and a
# shopper may write a note of any length.
_BREAKS = re.compile(r"[\s\"'<>(),;:\\\[\]=&?|]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{5,24}")
_LONGEST_PHONE = 30


def names(text: str, known: Collection[str], hashed: Callable[[str], str]) -> bool:
    """Whether a document (JSON or any other text) holds an address or a number whose hash is ``known``."""
    return bool(known) and any(hashed(alias) in known for alias in _aliases(text))


def _aliases(text: str) -> Iterator[str]:
    for part in _strings(_read(text)):
        for word in _BREAKS.split(part):
            mail = address.email(word.strip(".")) if "@" in word else None
            if mail is not None:
                yield f"email:{mail}"
        if len(part) <= _LONGEST_PHONE and _PHONE.fullmatch(part.strip()):
            number = address.phone(part.strip())
            if number is not None:
                yield f"phone:{number}"


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _strings(value: object) -> Iterator[str]:
    """Every text in a document, also where a text holds a document itself."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend(part.keys())
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, str):
            yield part
