"""What a shop without an adapter of its own says, in our words (docs/events/generic.schema.json)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from local.signing import JSON, generic_headers
from tests.simulation.field.shops import WHSEC, FieldShop
from tests.simulation.field.slips import Slip, Wire, iso, written


def checkout(shop: FieldShop, slip: Slip, *, update: bool) -> Wire:
    """A checkout."""
    link = f"https://{slip.host or shop.host}{slip.path or f'/checkout/k-{slip.number}'}"
    lines = [
        {"variant_id": good, "title": slip.label, "quantity": 1, "unit_price": "20.00"} for good in slip.goods
    ]
    about = {"checkout_id": f"k-{slip.number}", "items": lines, "customer": _person(slip)}
    return _told("checkout.updated", slip, **about, currency="EUR", total=slip.total, restore_url=link)


def order(shop: FieldShop, slip: Slip, *, update: bool) -> Wire:
    """An order: placed, or paid."""
    about: dict[str, Any] = {"order_id": f"o-{slip.number}", "customer": _person(slip)}
    if slip.checkout is not None:
        about["checkout_id"] = f"k-{slip.checkout}"
    kind, made_at = "order.paid" if slip.paid_at else "order.placed", iso(slip.made_at)
    return _told(kind, slip, **about, placed_at=made_at, currency="EUR", total=slip.total)


def record(shop: FieldShop, slip: Slip) -> Wire:
    """A customer's record."""
    return _told("customer.updated", slip, **_person(replace(slip, address=slip.record)))


def again(shop: FieldShop, raw: bytes, topic: str, event: str, at: datetime) -> Wire:
    """These bytes, dated and signed anew whenever they are sent: nobody but the shop can do that."""
    return lambda now: (raw, {**JSON, **generic_headers(raw, WHSEC, message_id=event, timestamp=now)})


def _told(kind: str, slip: Slip, **data: Any) -> Wire:
    raw = written({"type": kind, "at": iso(slip.at), "data": data})
    return lambda now: (raw, {**JSON, **generic_headers(raw, WHSEC, message_id=slip.event, timestamp=now)})


def _person(slip: Slip) -> dict[str, Any]:
    word = {"channel": "email", "granted": True, "basis": "double_opt_in", "source": "customer record"}
    words = [{**word, "at": iso(slip.agreed_at)}] if slip.agreed_at and slip.address else []
    who = {"id": slip.account, "email": slip.address, "phone": slip.phone}
    return {name: value for name, value in who.items() if value} | {"consents": words}
