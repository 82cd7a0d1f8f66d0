"""What a shop of Shopify says: checkouts, orders, customers' records. Shapes as in ``events/shopify``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from local.signing import JSON, shopify_headers
from tests.simulation.field.shops import PLAIN, FieldShop
from tests.simulation.field.slips import Slip, Wire, iso, number_of, written

_SOURCES = {"checkout": "web"}


def checkout(shop: FieldShop, slip: Slip, *, update: bool) -> Wire:
    """A checkout."""
    token = _token(shop, slip.number)
    body = {
        "id": slip.number,
        "token": token,
        "cart_token": f"c-{token}",
        "created_at": iso(slip.made_at),
        "updated_at": iso(slip.at),
        "completed_at": None,
        "email": slip.address,
        "phone": slip.phone if slip.account is None else None,
        "currency": "EUR",
        "presentment_currency": "EUR",
        "total_price": slip.total,
        "source_name": _SOURCES.get(slip.via, slip.via),
        "buyer_accepts_marketing": slip.agreed_at is not None,
        "line_items": [_line(slip, good, place) for place, good in enumerate(slip.goods)],
        "customer": _customer(slip),
        "abandoned_checkout_url": f"https://{slip.host or shop.host}{slip.path or f'{shop.prefix}/checkouts/{token}'}",
    }
    return again(shop, written(body), "checkouts/update", slip.event, slip.at)


def order(shop: FieldShop, slip: Slip, *, update: bool) -> Wire:
    """An order, new or (``update``) paid by now."""
    token = _token(shop, slip.checkout) if slip.checkout is not None else None
    body = {
        "id": 500_000 + slip.number,
        "name": f"#{slip.number}",
        "checkout_token": token,
        "cart_token": f"c-{token}" if token else None,
        "created_at": iso(slip.made_at),
        "processed_at": iso(slip.made_at),
        "updated_at": iso(slip.at),
        "cancelled_at": None,
        "test": False,
        "email": slip.address,
        "contact_email": slip.address,
        "phone": slip.phone if slip.account is None else None,
        "currency": "EUR",
        "total_price": slip.total,
        "financial_status": "paid" if slip.paid_at else "pending",
        "source_name": _SOURCES.get(slip.via, slip.via),
        "order_status_url": f"https://{shop.host}/orders/{slip.number}/authenticate?key={slip.number}",
        "discount_codes": [],
        "line_items": [_line(slip, good, place) for place, good in enumerate(slip.goods)],
        "customer": _customer(slip),
    }
    return again(shop, written(body), "orders/paid" if update else "orders/create", slip.event, slip.at)


def record(shop: FieldShop, slip: Slip) -> Wire:
    """A customer's record."""
    return again(shop, written(_customer(slip) or {}), "customers/update", slip.event, slip.at)


def again(shop: FieldShop, raw: bytes, topic: str, event: str, at: datetime) -> Wire:
    """These bytes under this topic and name, dated ``at`` however late they come. The headers are not signed."""
    triggered = at.astimezone(UTC)
    signed = shopify_headers(raw, topic, PLAIN, event_id=event, triggered_at=triggered, domain=shop.domain)
    return lambda _: (raw, {**JSON, **signed})


def _token(shop: FieldShop, number: int) -> str:
    return f"{shop.name}-{number}"


def _line(slip: Slip, good: str, place: int) -> dict[str, Any]:
    return {
        "id": 10 * slip.number + place,
        "key": f"{slip.number}-{place}",
        "variant_id": number_of(good),
        "product_id": 7 + number_of(good),
        "title": slip.label,
        "presentment_title": slip.label,
        "variant_title": "",
        "quantity": 1,
        "price": "20.00",
        "sku": good,
    }


def _customer(slip: Slip) -> dict[str, Any] | None:
    if slip.account is None:
        return None
    word: dict[str, Any] = {"state": "not_subscribed", "opt_in_level": None, "consent_updated_at": None}
    if slip.agreed_at is not None:
        said = iso(slip.agreed_at)
        word = {"state": "subscribed", "opt_in_level": "confirmed_opt_in", "consent_updated_at": said}
    return {
        "id": int(slip.account),
        "email": slip.record,
        "phone": slip.phone,
        "first_name": "Ada",
        "created_at": iso(slip.made_at),
        "updated_at": iso(slip.at),
        "email_marketing_consent": word,
    }
