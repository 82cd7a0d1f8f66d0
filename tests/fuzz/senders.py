"""Signatures of every platform that signs, to get past the door with bad bodies, and to try with forged ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

from tests.fakes.senders import generic_headers, shopify_headers

# Business Central does not sign: its word in the path is tried by tests/unit/shops.
SECRETS = {
    "generic": "whsec_" + base64.b64encode(b"the secret of a shop that is fuzzed").decode(),
    "shopify": "shpss_fuzzed",
    "shopware": "agreed_fuzzed",
    "stripe": "whsec_fuzzed",
    "woocommerce": "wc_fuzzed",
}


def _hmac(secret: str, body: bytes) -> hmac.HMAC:
    return hmac.new(secret.encode(), body, hashlib.sha256)


def signed(platform: str, body: bytes, topic: str, now: datetime) -> dict[str, str]:
    """The headers with which a platform would send this body."""
    secret = SECRETS.get(platform, "nobody knows")
    if platform == "generic":
        return generic_headers(body, secret, timestamp=now)
    if platform == "shopify":
        return shopify_headers(body, topic, secret, triggered_at=now)
    if platform == "stripe":
        seconds = int(now.timestamp())
        return {
            "stripe-signature": f"t={seconds},v1={_hmac(secret, f'{seconds}.'.encode() + body).hexdigest()}"
        }
    if platform == "woocommerce":
        return {
            "x-wc-webhook-signature": base64.b64encode(_hmac(secret, body).digest()).decode(),
            "x-wc-webhook-topic": topic,
            "x-wc-webhook-id": "7",
            "x-wc-webhook-delivery-id": "d41d8cd98f00b204",
        }
    return {"shopware-shop-signature": _hmac(secret, body).hexdigest()}


def proof(headers: dict[str, str]) -> str:
    """The name of the header that proves where a body comes from."""
    return next(name for name in headers if "signature" in name or "hmac" in name)
