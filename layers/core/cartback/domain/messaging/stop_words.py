"""The words with which somebody leaves by answering: whole messages only, in German and English.

English: the words that carriers and Twilio treat as an opt-out (integrations.md § 1.7; CTIA Messaging Principles
5.2). German: our own choice of what people write. A whole message must be the word: "stop the delivery" is a
question for a person, not a farewell.
"""

from __future__ import annotations

import unicodedata

STOP, START, HELP = "stop", "start", "help"

_WORDS = {
    STOP: (
        "stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out", "opt-out",
        "stopp", "abmelden", "abbestellen", "austragen", "beenden", "ende", "widerruf", "keine werbung", "nein danke",
        "stop promotions", "keine angebote mehr",
    ),
    START: ("start", "unstop", "yes", "anmelden"),
    HELP: ("help", "info", "hilfe"),
}  # fmt: skip
MEANING = {word: meaning for meaning, words in _WORDS.items() for word in words}


def meaning(body: str) -> str | None:
    """What a whole answer means: ``stop``, ``start`` or ``help``; None for anything that a person should read.

    Case, spaces around and between, marks at the end and what nobody can see do not matter. ``start`` lifts a
    carrier's own block; it is no consent, because it says neither to what nor on which wording.
    """
    visible = "".join(one for one in body if unicodedata.category(one) != "Cf")
    words = unicodedata.normalize("NFKC", visible).casefold().split()
    return MEANING.get(" ".join(words).strip(" .!\"'"))
