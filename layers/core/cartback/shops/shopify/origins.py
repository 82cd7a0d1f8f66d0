"""Where a Shopify checkout or order was made: the platform's marks as data."""

from __future__ import annotations

from cartback.domain.errors import Refused
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.trade.origins import ITSELF, SHOPPER, STAFF, Origin

# ``source_name`` of shopify.dev's Order: "web", "pos", "shopify_draft_order", "iphone" and "android" (the tills of
# former days) are Shopify's own. Numbers and other names are sales channels and shops' own fronts: shoppers' checkouts.
STAFFS = frozenset({"pos", "shopify_draft_order", "iphone", "android"})
RENEWALS = frozenset({"subscription_contract", "subscription_contract_checkout_one"})
# What apps for subscriptions tag the orders with that follow the first one: Recharge, Appstle.
RENEWAL_TAGS = frozenset({"subscription recurring order", "appstle_subscription_recurring_order"})
_MOST_TAGS = 50


def of(document: Reader) -> Origin:
    """What a checkout or order says of its making."""
    source, tags = (document["source_name"].cut(100) or "").lower(), _tags(document["tags"])
    renews = source in RENEWALS or bool(RENEWAL_TAGS.intersection(tags))
    by = ITSELF if renews else STAFF if source in STAFFS else SHOPPER
    return Origin(tuple(filter(None, (source, *tags))), by)


def _tags(field: Reader) -> tuple[str, ...]:
    try:
        told = (field.cut(2000) or "").lower().split(",")
    except Refused:
        return ()
    return tuple(tag.strip() for tag in told if tag.strip())[:_MOST_TAGS]
