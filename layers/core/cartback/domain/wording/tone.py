"""What no message says, whoever wrote it: urgency that nobody can know to be true, praise that nobody gave, and two
forms of address in one breath.

German and English are judged together: a text of one may hold words of the other.
"""

from __future__ import annotations

import re

from cartback.domain.language import DU, SIE

_UNTRUE = re.compile(
    r"""
      läuft\ (?:bald\ |heute\ |in\ \w+\ \w+\ )?ab | nur\ noch\b | letzte\ chance | fast\ (?:weg|ausverkauft)
    | \bbeliebt | bewertung | rabatt | garantiert | solange\ (?:der\ )?vorrat | mitternacht | noch\ heute
    | endet\ (?:bald|heute|morgen|in) | (?:stunden|minuten|tage)\ übrig | countdown | \bjetzt\ oder\ nie
    | \bexpir(?:es|ing) | \bhurry | \bonly\ (?:\d|a\ few|one|two|three|today|until|left) | last\ chance
    | (?:selling|going)\ fast | almost\ gone | \bpopular | \breviews?\b | \bdiscount | guarantee | while\ stocks
    | midnight | ends\ (?:soon|today|tonight|tomorrow|in) | (?:hours|minutes|days)\ left | \bdeadline | \b\d+\ ?%
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TO_SIE = re.compile(r"(?:\bIhnen\b|\bIhre?(?:[nmrs]|s)?\b|(?<![.!?:…\n] )(?<!^)(?<!\n)\bSie\b)")
_TO_DU = re.compile(r"\b(?:du|dich|dir|dein(?:e[nmrs]?)?|deiner)\b", re.IGNORECASE)
_AFTER_AN_END = re.compile(r"(?:^|[.!?:…\n]\s*)\bSie\s+[a-zäöü]+(?:en|n)\b")
_ANSWERED = re.compile(r"\s*(?:re|aw|fwd?|wg|antwort)\s*:", re.IGNORECASE)


def untrue(text: str) -> str | None:
    """The first words of a text that promise what nobody can know when it is read; None if there are none.

    A deadline, a stock or a price is said only where it really is one, and such words are not a text's own
    (CONFLICTS-5; UWG § 5, annex to § 3(3) no. 7: false statements that something is to be had for a short time only).
    """
    found = _UNTRUE.search(text)
    return found[0].strip() if found else None


def in_another_form(text: str, form: str) -> str | None:
    """The first words of a German text that address somebody in another form than this; None if there are none.

    ``Ihr`` counts as the formal form wherever it stands. ``Sie`` at the beginning of a sentence may mean a third
    person, and counts if a verb follows that could be its own.
    """
    found = _TO_DU.search(text) if form == SIE else _TO_SIE.search(text) or _AFTER_AN_END.search(text)
    return found[0].strip(" .!?:…\n") if found else None


def addresses_somebody(text: str) -> bool:
    """Whether a German text speaks to its reader at all."""
    return in_another_form(text, DU) is not None or in_another_form(text, SIE) is not None


def shouts(text: str) -> bool:
    """Whether a text is loud: two exclamation or question marks in a row, or all letters of many are capitals."""
    letters = [one for one in text if one.isalpha()]
    return re.search(r"[!?]{2}", text) is not None or (len(letters) > 8 and all(map(str.isupper, letters)))


def pretends_an_answer(subject: str) -> bool:
    """Whether a subject looks as if it answered or forwarded something (UWG § 5; CAN-SPAM Act § 5(a)(2))."""
    return _ANSWERED.match(subject) is not None
