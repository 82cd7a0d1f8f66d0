"""A shop platform that is told what to observe: for tests of what lies behind the adapters."""

from __future__ import annotations

from datetime import datetime

from cartback.domain.errors import Refused
from cartback.domain.money import Money
from cartback.domain.observations import CartSeen, ConsentSeen, Contact, Observation, OrderSeen
from cartback.domain.trade.items import Item
from cartback.ports import Delivery


class Told:
    """An adapter whose deliveries carry the names of observations that were told before."""

    def __init__(self) -> None:
        self.heard: dict[str, list[Observation] | None] = {}

    def __call__(self, platform: str) -> Told:
        return self

    def verify(self, body, headers, secrets, now):
        raise Refused("tell me what to see instead", 401)

    def observe(self, delivery: Delivery) -> list[Observation] | None:
        seen = self.heard[delivery.key]
        if isinstance(seen, Refused):
            raise seen
        return seen

    def delivery(self, key: str, *seen: Observation, shop: str = "demo", at: datetime) -> Delivery:
        """An event under this key that will be observed so."""
        self.heard[key] = list(seen)
        return Delivery(shop, "told", "told", key, at, "{}")


SHIRT = Item("v1", "Leinenhemd", variant_title="Blau / M", unit_price=Money(5990, "EUR"))
CUP = Item("v2", "Tasse", quantity=2, unit_price=Money(1250, "EUR"))


def ada(**changes) -> Contact:
    """Ada, who agreed to be written to, as the platform's own record tells of her."""
    at = changes.pop("consent_at", datetime.fromisoformat("2026-01-01T00:00:00+00:00"))
    consents = (ConsentSeen("email", True, at, "double_opt_in", "shop customer 1", sticky=True),)
    given = {"customer_ref": "1", "email": "ada@example.com", "first_name": "Ada", "locale": "de", **changes}
    given.setdefault("account_email", given["email"])
    return Contact(**{"consents": consents, **given})


def cart(
    at: datetime, *items: Item, ref: str = "cart:c1", contact: Contact | None = None, **more
) -> CartSeen:
    """A cart as its shop tells of it; by default Ada's, with a shirt."""
    given = {"refs": (ref,), "at": at, "source": "cart", "items": items, "total": None, **more}
    return CartSeen(contact=ada() if contact is None else contact, **given)


def order(at: datetime, *refs: str, contact: Contact | None = None, ref: str = "o1", **more) -> OrderSeen:
    """An order; by default Ada's."""
    return OrderSeen(
        refs=refs, order_ref=ref, placed_at=at, at=at, contact=ada() if contact is None else contact, **more
    )
