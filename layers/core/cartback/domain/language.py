"""Which language somebody reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartback.domain.people.person import Person

OFFERED = ("de", "en")
"""The languages that Cartback's own pages and texts exist in."""

SIE, DU = "sie", "du"
FORMS = {"de": (SIE, DU)}
"""The forms of address of a language that has several, the usual one first. English calls everybody "you"."""


def tongue(lang: str, form: str) -> str:
    """A language as a form of address speaks it, as files and texts are named: ``de``, ``de-du``, ``en``."""
    forms = FORMS.get(lang, ())
    return f"{lang}-{form}" if form in forms[1:] else lang


_SPOKEN = {
    **dict.fromkeys("deu ger des dea dec del".split(), "de"),
    **dict.fromkeys("eng enu ena enc enz eni ens".split(), "en"),
}
"""Codes of three letters: ISO 639-2, and those of Windows, which Business Central writes."""

_OF_COUNTRY = {**dict.fromkeys("DE AT LI".split(), "de"), **dict.fromkeys("GB IE US AU NZ".split(), "en")}
"""Where nearly everybody reads one language. Of Switzerland, Belgium or Canada a country tells none."""


def spoken_to(
    chosen: str | None,
    order: str | None,
    person: str | None,
    country: str | None,
    offered: Sequence[str],
) -> str:
    """The language to write in: what the person chose with us, else that of this very cart or order, else the person's,
    else that of their country, else the shop's first.
    """
    return first_spoken([chosen, order, person, _OF_COUNTRY.get(country or "")], offered, offered[0])


def read_by(person: Person | None, told: str | None, offered: Sequence[str]) -> str:
    """The language to write to somebody in, in the order of ``spoken_to``; ``told`` is that of the cart or order."""
    if person is None:
        return spoken_to(None, told, None, None, offered)
    return spoken_to(person.prefs.language, told, person.locale, person.country, offered)


def first_spoken(wishes: Iterable[str | None], offered: Sequence[str], otherwise: str) -> str:
    """The first wish that is on offer. Wishes are language tags (``de-AT``, ``en_GB``)."""
    for wish in wishes:
        primary = (wish or "").replace("_", "-").partition("-")[0].strip().lower()
        spoken = _SPOKEN.get(primary, primary)
        if spoken in offered:
            return spoken
    return otherwise


def accepted(header: str | None) -> list[str]:
    """The tags of an Accept-Language header in the order of the browser's preference (RFC 9110 §12.5.4)."""
    ranked = []
    for position, part in enumerate((header or "")[:500].split(",")):
        tag, _, quality = part.partition(";q=")
        try:
            ranked.append((-float(quality or 1), position, tag.strip()))
        except ValueError:
            continue
    return [tag for _, _, tag in sorted(ranked)]


def of_page(query: str | None, link: str | None, header: str | None) -> str:
    """The language of a page: what was asked for by a switch, else the message's, else the browser's, else English."""
    return first_spoken([query, link, *accepted(header)], OFFERED, "en")
