"""What lies in this folder. The registry is the folder: a new language or touch is a new file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cartback.domain.channels import CARD_CONTENT, CHAT_CONTENT, LETTER_CONTENT, MAIL_CONTENT, TEXT_CONTENT

ROOT = Path(__file__).parent

LANGUAGES = tuple(sorted(path.name.split(".")[1] for path in ROOT.glob("layouts/email.??.j2")))
"""The languages that the layouts speak."""


SPELT = {
    MAIL_CONTENT: "email",
    TEXT_CONTENT: "text",
    CHAT_CONTENT: "chat",
    CARD_CONTENT: "card",
    LETTER_CONTENT: "letter",
}
"""How the names of files spell what kind of content a text is."""


@cache
def kinds(flow: str, touch: str) -> frozenset[str]:
    """For which kinds of content a touch has words; a text is there in all languages, or not at all (a law)."""
    return frozenset(kind for kind, spelt in SPELT.items() if any(ROOT.glob(f"{flow}/{touch}.{spelt}.*.j2")))


def written(flow: str, kind: str = MAIL_CONTENT) -> dict[str, frozenset[str]]:
    """The touches of a flow and the languages in which each has a text of this kind."""
    languages: dict[str, set[str]] = {}
    for path in ROOT.glob(f"{flow}/*.{SPELT[kind]}.??.j2"):
        touch, _, lang, _ = path.name.split(".")
        languages.setdefault(touch, set()).add(lang)
    return {touch: frozenset(found) for touch, found in languages.items()}
