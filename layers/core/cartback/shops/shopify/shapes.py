"""What a signed body must look like to be what the unsigned topic says (F4: topic and time stand in headers)."""

from __future__ import annotations

import re

from cartback.domain.intake import salvage
from cartback.domain.intake.payload_reader import Reader

_MYSHOPIFY = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com")
_A_DOMAIN = "a domain of myshopify.com"
# Fields that only an order, checkout, cart, customer or product has.
_OF_OTHERS = ("line_items", "total_price", "token", "email_marketing_consent", "first_name", "variants")
_KINDS = {"orders": "Order", "customers": "Customer", "products": "Product"}
_GID = "admin_graphql_api_id"
_A_GID = re.compile(r"gid://shopify/([A-Za-z]+)/")


def check(topic: str, text: str) -> None:
    """Raise ``Refused`` where the id that a body names itself by is of another kind than the topic: an order, say."""
    kind, gid = _KINDS.get(topic.partition("/")[0]), salvage.dig(salvage.document(text), _GID)
    said = _A_GID.match(gid.value) if isinstance(gid.value, str) else None
    if kind is not None and said is not None and said[1] != kind:
        raise gid.refused(f"must name a {kind.lower()}, as the topic does")


def redaction(body: Reader) -> Reader:
    """A person to forget: whose shop it is, and the orders that are meant. Nothing else has both."""
    body["shop_domain"].matching(_MYSHOPIFY, _A_DOMAIN)
    if not isinstance(body["orders_to_redact"].value, list):
        raise body["orders_to_redact"].refused("must be a list")
    return _nothing_else(body)


def shop_redaction(body: Reader) -> Reader:
    """A shop to forget: its name, and nobody's."""
    body["shop_domain"].matching(_MYSHOPIFY, _A_DOMAIN)
    return body.only(("shop_id", "shop_domain"))


def shop(body: Reader) -> Reader:
    """The record of a shop, which is what comes when it removes us."""
    body["myshopify_domain"].matching(_MYSHOPIFY, _A_DOMAIN)
    return _nothing_else(body)


def _nothing_else(body: Reader) -> Reader:
    for name in (*_OF_OTHERS, _GID):
        if body.has(name):
            raise body[name].refused("is not of what the topic says")
    return body
