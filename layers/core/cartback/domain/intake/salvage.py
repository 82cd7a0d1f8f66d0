"""What is left of a purchase whose event cannot be digested: whose it was, of which cart, and when.

What breaks a shape is parked for a person to see. An order has to end the reminding all the same, and for that hardly
anything of it is needed. So nothing here refuses: what cannot be read is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from cartback.domain.errors import Refused
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.observations import Contact, Observation, OrderSeen
from cartback.domain.people import address

_LONGEST_NUMBER = 40
NOBODY = frozenset({"0", "00000000-0000-0000-0000-000000000000"})


@dataclass(frozen=True, slots=True)
class Where:
    """Where a platform's order names what matters, as paths with dots.

    ``refs`` are the kind of a reference, its path, and what reads it. ``placed_at`` has to be an instant with its zone,
    or one that ``when`` reads.
    """

    refs: tuple[tuple[str, str, Callable[[Reader], str | None]], ...] = ()
    customers: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    placed_at: tuple[str, ...] = ()
    when: Callable[[Reader], datetime] = Reader.instant
    once: bool = False


def document(text: str) -> object:
    """The JSON value of a text, with null for every number that can be no name; None for what is no JSON."""
    try:
        return json.loads(text, parse_int=_whole, parse_float=_nothing, parse_constant=_nothing)
    except (ValueError, RecursionError):
        return None


def dig(value: object, path: str) -> Reader:
    """What stands at a path with dots; null wherever the way there is broken. An empty path is the value itself."""
    for name in filter(None, path.split(".")):
        value = value.get(name) if isinstance(value, dict) else None
    return Reader(value, path)


def of_order(order: object, where: Where, received_at: datetime) -> OrderSeen | None:
    """An order that ends carts and tells nothing of itself; None if it names neither a cart nor anybody.

    Without a readable instant it was placed when it was received: later is the safe side.
    """
    refs = [
        f"{kind}:{name}"
        for kind, path, read in where.refs
        for name in _readable(dig(order, path), read)
        if name is not None
    ]
    names = _names(order, where)
    if not refs and not any(names.values()):
        return None
    customer, email, phone = (next(iter(told), None) for told in names.values())
    buyer = Contact(customer_ref=customer, email=email, phone=phone)
    at = next(_all(order, where.placed_at, where.when), received_at)
    return OrderSeen(
        refs=tuple(dict.fromkeys(refs)),
        order_ref=None,
        placed_at=min(at, received_at),
        at=received_at,
        contact=buyer,
        once=where.once,
        beside=others(order, where, buyer),
    )


def others(order: object, where: Where, contact: Contact) -> tuple[str, ...]:
    """The names that an order gives beside those of its contact, as aliases."""
    known = {*contact.aliases(), f"email:{contact.account_email}"}
    named = (f"{kind}:{name}" for kind, told in _names(order, where).items() for name in told)
    return tuple(dict.fromkeys(name for name in named if name not in known))


def despite[T](read: Callable[[], list[T]], traces: Callable[[], Observation | None]) -> list[T]:
    """What ``read`` gives. What it refuses is refused with the traces of a purchase, if there are any."""
    try:
        return read()
    except Refused as refusal:
        found = traces()
        if found is None:
            raise
        raise Refused(refusal.reason, refusal.status, despite=(found,)) from None


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else None


def _nothing(digits: str) -> None:
    return None


def _names(order: object, where: Where) -> dict[str, list[str]]:
    """Whoever is named, in the order of ``Contact``'s first fields."""
    return {
        "customer": list(_all(order, where.customers, _identifier)),
        "email": [name for told in _all(order, where.emails, _emails) for name in told],
        "phone": list(_all(order, where.phones, _phone)),
    }


def _all[T](order: object, paths: Iterable[str], read: Callable[[Reader], T | None]) -> Iterator[T]:
    for path in paths:
        yield from (found for found in _readable(dig(order, path), read) if found is not None)


def _readable[T](field: Reader, read: Callable[[Reader], T]) -> Iterator[T]:
    if not field.is_null:
        try:
            yield read(field)
        except Refused:
            return


def _identifier(field: Reader) -> str | None:
    name = field.identifier()
    return None if name in NOBODY else name


def _emails(field: Reader) -> list[str]:
    # Some fields take several, separated by semicolons.
    return [email for email in map(address.email, (field.cut(1000) or "").split(";")) if email]


def _phone(field: Reader) -> str | None:
    return address.phone(field.cut(40))
