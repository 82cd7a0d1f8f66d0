"""What a Shopware order says of its making. Whatever it is, it was placed: the core tells of no cart."""

from __future__ import annotations

from cartback.domain.errors import Refused
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.trade.origins import SHOPPER, STAFF, Origin

ADMINISTRATION = "administration"
"""The mark of an order that a user of the administration made: it names that user (``createdById``)."""
_MOST_TAGS = 50


def of(order: Reader) -> Origin:
    """The names of its tags. Which of them mean a renewal, every extension for subscriptions decides for itself."""
    by_staff = isinstance(order["createdById"].value, str)
    marks = (*((ADMINISTRATION,) if by_staff else ()), *_tags(order["tags"]))
    return Origin(marks, STAFF if by_staff else SHOPPER)


def _tags(field: Reader) -> tuple[str, ...]:
    try:
        names = (tag["name"].cut(100) for tag in field.each()[:_MOST_TAGS])
        return tuple(name.strip().lower() for name in names if name)
    except Refused:
        return ()
