"""How WooCommerce, CartFlows, Shopware, Business Central and Stripe send: what stands beside a body, or in it."""

from __future__ import annotations

import json
from datetime import datetime
from urllib.parse import urlencode

from local.signing import JSON, shopware_headers, shopware_signature, stripe_headers, woocommerce_headers

__all__ = [
    "FORM",
    "JSON",
    "business_central_body",
    "cartflows_form",
    "shopware_body",
    "shopware_headers",
    "shopware_signature",
    "stripe_headers",
    "woocommerce_headers",
]

FORM = {"content-type": "application/x-www-form-urlencoded"}


def cartflows_form(status: str = "abandoned", **changes: str) -> bytes:
    """The form that CartFlows' abandonment plugin posts."""
    fields = {
        "first_name": "Mara",
        "last_name": "Beispiel",
        "phone_number": "0221 5550199",
        "billing_address": "Musterweg 12, 50667, Köln",
        "shipping_address": "",
        "email": "mara.beispiel@example.com",
        "checkout_url": "https://werkhof-woo.example/kasse/?wcf_ac_token=d2NmX3Nlc3Npb25faWQ9MGY5YzJleGFtcGxl",
        "product_names": "Wolldecke „Nordlicht“, Steinzeugbecher",
        "coupon_code": "",
        "order_status": status,
        "cart_total": "147.1",
        "product_table": "<table><tr><td onclick=alert(1)>Wolldecke</td></tr></table>",
        **changes,
    }
    return urlencode(fields).encode()


def shopware_body(event: str, payload: object, at: datetime, event_id: str = "0192f3c1d2e34f5a") -> bytes:
    """The body of a Shopware webhook."""
    source = {"url": "https://werkhof-sw.example", "appVersion": "1.0.0", "shopId": "KyJxE2xampleShop"}
    whole = {
        "data": {"payload": payload, "event": event},
        "source": {**source, "eventId": event_id, "inAppPurchases": None},
        "timestamp": int(at.timestamp()),
    }
    # PHP escapes slashes and what is not ASCII.
    return json.dumps(whole).replace("/", "\\/").encode()


def business_central_body(state: object, *changes: tuple[str, str], **more: object) -> bytes:
    """Notifications as Business Central sends them: all carry the ``clientState`` of their subscription."""
    company = "api/v2.0/companies(9f161476-6f1b-4c2e-8a8e-0a1b2c3d4e5f)"
    named = changes or (("salesQuotes(5d115c9c-44e3-ea11-bb43-000d3a2feca1)", "updated"),)
    value = [
        {
            "subscriptionId": "webhook-1",
            "clientState": state,
            "expirationDateTime": "2026-11-24T12:00:00Z",
            "resource": f"{company}/{resource}",
            "changeType": change,
            "lastModifiedDateTime": "2026-11-21T11:59:20.1Z",
            **more,
        }
        for resource, change in named
    ]
    return json.dumps({"value": value}).encode()
