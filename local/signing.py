"""What real senders put beside a body: the other half of each adapter's ``verify``, for the demo and for tests."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime


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
