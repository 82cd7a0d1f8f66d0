"""Make one line that is safe to show of whatever a shop or a shopper typed.

Escaping is the layouts' business. This is about what escaping does not help against: line breaks in a subject,
characters that turn the reading direction of the rest of the mail around, names that are advertisements.
"""

from __future__ import annotations

import re
import unicodedata

# Joiners belong to emoji and to Persian and Indic spelling; every other invisible format character may go.
_JOINERS = {"\u200c", "\u200d"}
_DROPPED = {"Cf", "Cs", "Co"}
_SPACES = {"Cc", "Zl", "Zp", "Zs"}

# Letters and marks of any script, in words held together by a space, hyphen, apostrophe or an initial's dot.
_NAME = re.compile(r"[^\W\d_]+(?:(?:[ '’-]|\. ?)[^\W\d_]+)*\.?")
_DOTTED_WORD = re.compile(r"\w{2,}\.\w")


def one_line(text: object, limit: int) -> str:
    """The text on one line, at most ``limit`` characters, without control and direction characters."""
    kept = []
    for character in str(text):
        category = unicodedata.category(character)
        if category in _SPACES:
            kept.append(" ")
        elif category not in _DROPPED or character in _JOINERS:
            kept.append(character)
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def first_name(text: object) -> str | None:
    """A first name to greet with, or None for what no person is called.

    Sign-up forms are abused to send advertising through somebody else's mails: the "name" is a sentence with an
    address in it, which mail programs turn into a link. No greeting by name is worth that.
    """
    if not isinstance(text, str):
        return None
    name = unicodedata.normalize("NFC", one_line(text, 200))
    if len(name) > 40 or name.count(" ") > 3 or _DOTTED_WORD.search(name):
        return None
    return name if _NAME.fullmatch(name) else None
