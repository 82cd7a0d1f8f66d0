"""What a shop of WooCommerce says: orders in their states, customers' records. Shapes as in ``events/woocommerce``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from local.signing import woocommerce_headers
from tests.simulation.field.shops import PLAIN, FieldShop
from tests.simulation.field.slips import Slip, Wire, iso, number_of, written


def checkout(shop: FieldShop, slip: Slip, *, update: bool) -> Wire:
    """An order that nobody has paid yet: WooCommerce's cart."""
    return _wire(shop, _order(shop, slip, "pending"), "order.updated" if update else "order.created", slip)


def order(shop: FieldShop, slip: Slip, *, update: bool) -> Wire:
    """An order that was made; one to be paid by a transfer is on hold."""
    return _wire(shop, _order(shop, slip, "processing" if slip.paid_at else "on-hold"), "order.updated", slip)


def record(shop: FieldShop, slip: Slip) -> Wire:
    """A customer's record."""
    api = f"https://{slip.host or shop.host}/wp-json/wc/v3/customers"
    body = {
        "id": int(slip.account or 0),
        "date_created_gmt": _wall(slip.made_at),
        "date_modified_gmt": _wall(slip.at),
        "email": slip.record,
        "first_name": "Ada",
        "role": "customer",
        "username": f"user{slip.account}",
        "billing": {"first_name": "Ada", "email": slip.record, "phone": slip.phone or "", "country": ""},
        "meta_data": _meta(slip.agreed_at),
        "_links": {"self": [{"href": f"{api}/{slip.account}"}], "collection": [{"href": api}]},
    }
    return _wire(shop, body, "customer.updated", slip)


def again(shop: FieldShop, raw: bytes, topic: str, event: str, at: datetime) -> Wire:
    """These bytes under this topic. The headers are not signed."""
    headers = woocommerce_headers(raw, topic, PLAIN)
    headers["x-wc-webhook-source"] = f"https://{shop.host}/"
    return lambda _: (raw, headers)


def _wire(shop: FieldShop, body: dict[str, Any], topic: str, slip: Slip) -> Wire:
    raw = written(body)
    headers = woocommerce_headers(raw, topic, PLAIN)
    headers["x-wc-webhook-source"] = f"https://{slip.host or shop.host}/"
    return lambda _: (raw, headers)


def _order(shop: FieldShop, slip: Slip, status: str) -> dict[str, Any]:
    host = slip.host or shop.host
    api = f"https://{host}/wp-json/wc/v3/orders"
    return {
        "id": slip.number,
        "parent_id": 0,
        "status": status,
        "currency": "EUR",
        "created_via": slip.via,
        "order_key": f"wc_order_{slip.number}",
        "date_created_gmt": _wall(slip.made_at),
        "date_modified_gmt": _wall(slip.at),
        "date_paid_gmt": _wall(slip.paid_at) if slip.paid_at else None,
        "total": slip.total,
        "total_tax": "0.00",
        "shipping_total": "0.00",
        "prices_include_tax": True,
        "customer_id": int(slip.account or 0),
        "billing": {
            "first_name": "Ada",
            "email": slip.address or "",
            "phone": slip.phone or "",
            "country": "",
        },
        "payment_method": slip.method if slip.via == "checkout" else "",
        "payment_url": f"https://{host}{slip.path or f'/checkout/order-pay/{slip.number}'}",
        "needs_payment": status == "pending",
        "line_items": [_line(slip, good, place) for place, good in enumerate(slip.goods)],
        "coupon_lines": [],
        "refunds": [],
        "meta_data": _meta(slip.agreed_at),
        "_links": {"self": [{"href": f"{api}/{slip.number}"}], "collection": [{"href": api}]},
    }


def _line(slip: Slip, good: str, place: int) -> dict[str, Any]:
    return {
        "id": 10 * slip.number + place,
        "name": slip.label,
        "parent_name": None,
        "product_id": number_of(good),
        "variation_id": 0,
        "quantity": 1,
        "total": "20.00",
        "total_tax": "0.00",
        "sku": good,
        "price": 20,
        "image": {"id": "", "src": ""},
    }


def _meta(agreed_at: datetime | None) -> list[dict[str, Any]]:
    key = "cartback_email_consent_at"
    return [] if agreed_at is None else [{"id": 1, "key": key, "value": iso(agreed_at)}]


def _wall(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
