"""Which language somebody reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

OFFERED = ("de", "en")
"""The languages that Cartback's own pages and texts exist in."""


def first_spoken(wishes: Iterable[str | None], offered: Sequence[str], otherwise: str) -> str:
    """The first wish that is on offer. Wishes are language tags (``de-AT``, ``en_GB``)."""
    for wish in wishes:
        spoken = (wish or "").replace("_", "-").partition("-")[0].strip().lower()
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
