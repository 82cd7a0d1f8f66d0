"""Whether a text names somebody, by the keyed hashes under which the person is known.

An erasure outlives what it erases: afterwards only hashes of addresses and ids are left to find late copies with.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Collection, Iterator
from urllib.parse import unquote

from cartback.domain.people import address

# Where an address ends. Searching for whole addresses would look at a long word once for each of its characters, and a
# shopper may write a note of any length. Some marks may stand within an address as well as between two: both are tried.
_BREAKS = re.compile(r"[\s\"'<>(),;:\\\[\]=&?|/]+")
_FEWER_BREAKS = re.compile(r"[\s\"<>(),;:\\\[\]]+")
# A number with its country, within any sentence; one as it is dialled at home; and one without its plus.
_PHONE = re.compile(r"(?<![0-9A-Za-z])(?:\+|00)(?:[ ()./-]{0,3}[0-9]){7,18}")
_AT_HOME = re.compile(r"(?<![0-9A-Za-z+])(?:\(0\)|\(?0[1-9])(?:[ ()./-]{0,3}[0-9]){5,13}")
_BARE = re.compile(r"(?<![0-9A-Za-z+.,-])[1-9][0-9]{9,14}(?![0-9A-Za-z])")
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15

# Whose numbers are dialled at home with a 0 that the number abroad does not have (ITU-T, national numbering plans);
# Italy keeps it. Where numbers are dialled without one, nothing tells them from any other number.
_WITH_A_ZERO = (
    "20 27 31 32 33 40 41 43 44 46 49 60 61 62 63 64 66 81 82 84 86 90 91 92 94 212 213 233 234 254 353 355 358 359 380"
    " 381 382 385 386 387 389 421 423 962 966 971 972 995"
).split()
_KEEPS_THE_ZERO = "39"


def names(text: str, known: Collection[str], hashed: Callable[[str], str]) -> bool:
    """Whether a document (JSON or any other text) holds an address or a number whose hash is ``known``.

    Each text is also searched as it reads once its escapes are undone (``%40``, ``&#64;``, ``%2B49``). Not found is
    what no hash can lead to: another spelling of a mailbox than the one that is known, but for a label behind a plus
    sign; and a number as it is dialled in a country without a 0 before it.
    """
    if not known:
        return False
    tried: set[str] = set()
    for alias in aliases(text):
        if alias not in tried:
            tried.add(alias)
            if hashed(alias) in known:
                return True
    return False


def aliases(text: str) -> Iterator[str]:
    """Every address and number that a text may hold, in the words of ``Contact.identifying``; some come repeatedly."""
    for part in _strings(_read(text)):
        for spelling in dict.fromkeys((part, html.unescape(unquote(part)))):
            yield from _addresses(spelling)
            yield from _numbers(spelling)


def _addresses(text: str) -> Iterator[str]:
    if "@" not in text:
        return
    for breaks in (_BREAKS, _FEWER_BREAKS):
        for word in breaks.split(text):
            mail = address.email(word.strip(".")) if "@" in word else None
            if mail is not None:
                yield f"email:{mail}"
                local, _, domain = mail.partition("@")
                yield f"email:{local.partition('+')[0]}@{domain}"


def _numbers(text: str) -> Iterator[str]:
    for found in _PHONE.finditer(text):
        yield from (f"phone:{number}" for number in _heads(found[0]))
    for found in _AT_HOME.finditer(text):
        for digits in _heads_of_digits(found[0]):
            yield from (f"phone:+{code}{digits[1:]}" for code in _WITH_A_ZERO)
            yield f"phone:+{_KEEPS_THE_ZERO}{digits}"
    for found in _BARE.finditer(text):
        yield f"phone:+{found[0]}"


def _heads(text: str) -> Iterator[str]:
    """The numbers that a text may begin with: a sentence may go on with further digits behind a space."""
    for head in _groups(text):
        number = address.phone(head)
        if number is not None:
            yield number


def _heads_of_digits(text: str) -> Iterator[str]:
    for head in _groups(text):
        digits = re.sub("[^0-9]", "", head)
        if _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
            yield digits


def _groups(text: str) -> Iterator[str]:
    ends = [found.end() for found in re.finditer("[0-9]+", text)]
    return (text[:end] for end in ends)


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _strings(value: object) -> Iterator[str]:
    """Every text and whole number in a document, also where a text holds a document itself."""
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
        elif isinstance(part, int) and not isinstance(part, bool) and part.bit_length() < 64:
            yield str(part)
