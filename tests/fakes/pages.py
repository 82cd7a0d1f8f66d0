"""The shop's server and its page: who makes tokens, and what a browser sends with them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

HALF_AN_HOUR = timedelta(minutes=30)
EVENT_ID = "3f0c1d2e4b5a69788796a5b4c3d2e1f0"
CUP = {"variant_id": "CUP", "title": "Tasse", "quantity": 2, "unit_price": "12.50"}


def claims_of(shop: str, now: datetime, cart: str = "c-1", **more: Any) -> dict[str, Any]:
    """What a token says: this cart of this shop, for half an hour, unless it says otherwise."""
    return {"shop": shop, "cart": cart, "exp": int((now + HALF_AN_HOUR).timestamp()), **more}


def sealed(claims: Any, secret: str) -> str:
    """A token over any claims."""
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    signature = hmac.new(secret.encode(), f"cartback-page.v1.{payload}".encode(), hashlib.sha256).hexdigest()
    return f"v1.{payload}.{signature}"


def page_event(
    token: str, kind: str = "cart.updated", event_id: str = EVENT_ID, data: Any = None, **more: Any
) -> dict[str, Any]:
    """An event of a page; by default a cart with two cups."""
    given = {"currency": "EUR", "items": [CUP]} if data is None else data
    return {"token": token, "id": event_id, "type": kind, "data": given, **more}
