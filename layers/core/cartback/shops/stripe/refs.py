"""By what the checkouts of one cart are known, and when."""

from __future__ import annotations

from datetime import UTC, datetime

from cartback.domain.hashes import short
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader


def of_session(session: Reader) -> tuple[str, ...]:
    """A session, the one that it was recovered from, and the shop's own cart: all one.

    Who comes back by the link of an expired session gets a new one, and may pay under another address.
    """
    own = session["client_reference_id"].maybe(own_cart)
    before = session["recovered_from"].maybe(Reader.identifier)
    named = (("checkout", session["id"].identifier()), ("checkout", before), ("cart", own))
    return tuple(f"{kind}:{name}" for kind, name in named if name)


def own_cart(field: Reader) -> str | None:
    """The shop's own name for its cart, hashed where it is longer or stranger than an id: it may be an address."""
    fitting = field.fitting(payload_reader.IDENTIFIER)
    text = field.cut(1000)
    return fitting or (short("client reference", text) if text else None)


def instant(field: Reader) -> datetime:
    """An instant in seconds since 1970."""
    return datetime.fromtimestamp(field.integer(0, 10**10), UTC)
