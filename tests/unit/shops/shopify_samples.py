"""Short words for the samples of Shopify's."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from cartback import shops
from tests.unit.shops.samples import as_delivery, observe, sample

HEADER_INSTANT = datetime(2026, 11, 21, 9, 59, 58, 877041, tzinfo=UTC)


def one(stem: str) -> object:
    """The only thing that a sample of Shopify's says."""
    (seen,) = observe("shopify", stem)
    return seen


def with_changes(stem: str, **changes: object) -> list[object]:
    """What a sample of Shopify's says with other fields at its top."""
    event = sample("shopify", stem)
    body = json.loads(event.body) | changes
    return shops.load("shopify").observe(as_delivery("shopify", event.topic, body))
