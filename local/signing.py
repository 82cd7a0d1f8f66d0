"""What real senders put beside a body: the other half of each adapter's ``verify``, for the demo and for tests."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

JSON = {"content-type": "application/json"}


def shopify_headers(
    body: bytes,
    topic: str,
    secret: str,
    *,
    event_id: str = "98880550-7158-44d4-b7cd-2c97c8a091b5",
    triggered_at: datetime | None = None,
    domain: str = "werkhof-muster.myshopify.com",
) -> dict[str, str]:
    """The headers of a Shopify webhook, lower-cased as API Gateway gives them."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    headers = {
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": base64.b64encode(digest).decode(),
        "x-shopify-shop-domain": domain,
        "x-shopify-api-version": "2026-10",
        "x-shopify-webhook-id": f"delivery-of-{event_id}",
        "x-shopify-event-id": event_id,
    }
    if triggered_at is not None:
        # Shopify writes nanoseconds.
        headers["x-shopify-triggered-at"] = f"{triggered_at:%Y-%m-%dT%H:%M:%S}.{triggered_at:%f}123Z"
    return headers


def woocommerce_headers(
    body: bytes,
    topic: str,
    secret: str,
    *,
    webhook_id: str = "3",
    source: str = "https://werkhof-woo.example/",
) -> dict[str, str]:
    """The headers of a WooCommerce webhook, lower-cased as API Gateway gives them."""
    resource, _, event = topic.partition(".")
    return {
        **JSON,
        "user-agent": "WooCommerce/10.3.4 Hookshot (WordPress/6.9)",
        "x-wc-webhook-source": source,
        "x-wc-webhook-topic": topic,
        "x-wc-webhook-resource": resource,
        "x-wc-webhook-event": event,
        "x-wc-webhook-signature": base64.b64encode(_digest(secret, body)).decode(),
        "x-wc-webhook-id": webhook_id,
        "x-wc-webhook-delivery-id": "d4c1f0a2b3e4d5c6b7a8f9e0d1c2b3a4",
    }


def shopware_signature(message: bytes, secret: str) -> str:
    """Shopware's signature of a body or a query."""
    return _digest(secret, message).hex()


def shopware_headers(body: bytes, secret: str) -> dict[str, str]:
    """The headers of a Shopware webhook."""
    return {**JSON, "sw-version": "6.7.4.0", "shopware-shop-signature": shopware_signature(body, secret)}


def stripe_headers(body: bytes, *secrets: str, at: datetime) -> dict[str, str]:
    """The headers of a Stripe event; while a secret is rolled, both sign."""
    stamp = int(at.timestamp())
    signed = [f"v1={_digest(secret, f'{stamp}.'.encode() + body).hex()}" for secret in secrets]
    return {**JSON, "stripe-signature": ",".join([f"t={stamp}", *signed, f"v0={'0' * 64}"])}


def generic_headers(
    body: bytes, secret: str, *, message_id: str = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", timestamp: datetime
) -> dict[str, str]:
    """The headers of a Standard Webhook, signed with a ``whsec_`` secret."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    seconds = str(int(timestamp.timestamp()))
    digest = hmac.new(key, f"{message_id}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _digest(secret: str, message: bytes) -> bytes:
    return hmac.new(secret.encode(), message, hashlib.sha256).digest()
