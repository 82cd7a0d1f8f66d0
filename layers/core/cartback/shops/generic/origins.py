"""Who made a cart or an order, in the sender's word, and what that is to us."""

from __future__ import annotations

from cartback.domain.intake.payload_reader import Reader
from cartback.domain.trade.origins import ITSELF, SHOPPER, STAFF, Origin

WORDS = {
    "shopper": SHOPPER,
    "renewal": ITSELF,
    **dict.fromkeys("staff pos api import deposit quote".split(), STAFF),
}


def of(field: Reader) -> Origin | None:
    """What is said of it; None where nothing is. Raises Refused for another word."""
    word = field.maybe(lambda origin: origin.word(tuple(WORDS)))
    return Origin((word,), WORDS[word]) if word else None
