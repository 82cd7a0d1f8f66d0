"""The catalogue of facts: what the rest of the house, and the shop's own subscribers, may learn.

A fact is a noun and a past participle. It carries ids, numbers and instants, never a name, an address or a
telephone number. Names and fields are versioned together: a change of meaning is a new version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cartback.domain.hashes import short

_TYPES = {
    "id": {"type": "string", "minLength": 1, "maxLength": 200},
    "word": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
    "count": {"type": "integer", "minimum": 0},
    "time": {"type": "string", "format": "date-time"},
    "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "amount": {"type": "integer"},
    "flag": {"type": "boolean"},
}
_CART = {"cart_id": "id", "generation": "count"}
_MESSAGE = {
    "claim_id": "id",
    "flow": "word",
    "subject_kind": "word",
    "subject_id": "id",
    "step": "word",
    "channel": "word",
    "cart_id": "id",
    "touch": "word",
}
"""Version 2. In version 1 ``cart_id`` named the request where a message was about a sign-up; now it is there only where
it is a cart. ``touch`` is the old name of ``step``."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One entry of the catalogue: what it says, who it is about, and its fields."""

    says: str
    subject: str
    fields: Mapping[str, str]
    optional: frozenset[str] = frozenset()
    version: int = 1


def _kind(says: str, subject: str, fields: Mapping[str, str], *optional: str) -> Kind:
    return Kind(says, subject, fields, frozenset(optional))


def _message(says: str, **more: str) -> Kind:
    return Kind(says, "claim_id", {**_MESSAGE, **more}, frozenset({"cart_id"}), version=2)


_SUM = {"amount": "amount", "currency": "currency"}
_PRICE = {**_SUM, "variant_id": "id", "changed_at": "time"}
_ORDER = {"order_ref": "id", "person_id": "id"}
_PARCEL = {**_ORDER, "parcel_id": "id"}
_RETURN = {**_ORDER, "return_id": "id"}
_TICKET = {**_ORDER, "ticket_id": "id"}
CATALOGUE: dict[str, Kind] = {
    "cart.opened": _kind(
        "A cart holds something and belongs to somebody who can be reached; once per generation.",
        "cart_id",
        {
            **_CART,
            **_SUM,
            "person_id": "id",
            "activity_at": "time",
            "started_at": "time",
            "heard_at": "time",
            "stage": "word",
        },
        "amount",
        "currency",
        "heard_at",
    ),
    "cart.updated": _kind("The content of a cart changed.", "cart_id", {**_CART, "activity_at": "time"}),
    "cart.emptied": _kind(
        "The shopper took everything out again.", "cart_id", {**_CART, "emptied_at": "time"}
    ),
    "cart.bought": _kind("A cart became an order.", "cart_id", {**_CART, "bought_at": "time"}),
    "cart.abandoned": _kind(
        "A cart was silent for as long as the shop's policy asks.",
        "cart_id",
        {**_CART, **_SUM, "silent_since": "time", "stage": "word"},
        "amount",
        "currency",
    ),
    "cart.given_up": _kind(
        "Nobody will be reminded of this generation any more.", "cart_id", {**_CART, "because": "word"}
    ),
    "checkout.started": _kind(
        "A cart was taken to the checkout.", "cart_id", {**_CART, "activity_at": "time"}
    ),
    "order.placed": _kind(
        "An order was made, on whatever way.",
        "order_ref",
        {**_SUM, "order_ref": "id", "person_id": "id", "cart_id": "id", "placed_at": "time", "test": "flag"},
        "person_id",
        "cart_id",
        "amount",
        "currency",
    ),
    "order.paid": _kind(
        "An order was paid.",
        "order_ref",
        {"order_ref": "id", "person_id": "id", "paid_at": "time"},
        "person_id",
        "paid_at",
    ),
    "order.cancelled": _kind(
        "An order was cancelled.", "order_ref", {"order_ref": "id", "cancelled_at": "time"}
    ),
    "payment.failed": _kind(
        "An attempt to pay did not succeed.",
        "payment_ref",
        {
            **_SUM,
            "payment_ref": "id",
            "order_ref": "id",
            "cart_id": "id",
            "person_id": "id",
            "failed_at": "time",
            "code": "word",
            "test": "flag",
        },
        "amount",
        "currency",
        "order_ref",
        "cart_id",
        "person_id",
    ),
    "refund.issued": _kind(
        "Money went back to the buyer: this refund alone, and whether nothing is left of the payment.",
        "refund_ref",
        {
            **_SUM,
            "refund_ref": "id",
            "payment_ref": "id",
            "person_id": "id",
            "refunded_at": "time",
            "full": "flag",
            "test": "flag",
        },
        "amount",
        "currency",
        "person_id",
    ),
    "order.shipped": _kind(
        "All of an order is on its way.",
        "order_ref",
        {**_ORDER, "shipped_at": "time"},
        "person_id",
    ),
    "order.completed": _kind(
        "An order is dealt with, by the shop's word.",
        "order_ref",
        {**_ORDER, "completed_at": "time"},
        "person_id",
    ),
    "payment.due": _kind(
        "An order is to be paid until an instant.", "order_ref", {**_ORDER, "due_at": "time"}, "person_id"
    ),
    "coupon.used": _kind(
        "An order was made with a coupon; its code is in the order's row.",
        "order_ref",
        {**_ORDER, "coupon_id": "id"},
        "person_id",
    ),
    "sale.in_store": _kind(
        "Something was bought at a till.", "order_ref", {**_ORDER, "sold_at": "time"}, "person_id"
    ),
    "parcel.shipped": _kind(
        "A parcel was handed over to its carrier.",
        "parcel_id",
        {**_PARCEL, "shipped_at": "time"},
        "person_id",
    ),
    "parcel.delayed": _kind(
        "A parcel comes later than was said.", "parcel_id", {**_PARCEL, "eta": "time"}, "person_id", "eta"
    ),
    "parcel.delivered": _kind(
        "A parcel arrived.", "parcel_id", {**_PARCEL, "delivered_at": "time"}, "person_id"
    ),
    "parcel.failed": _kind("A parcel could not be delivered.", "parcel_id", _PARCEL, "person_id"),
    "return.requested": _kind(
        "Somebody asked to send something back.",
        "return_id",
        {**_RETURN, "requested_at": "time"},
        "person_id",
    ),
    "return.received": _kind(
        "What was sent back arrived.", "return_id", {**_RETURN, "received_at": "time"}, "person_id"
    ),
    "return.closed": _kind(
        "A return is dealt with.", "return_id", {**_RETURN, "closed_at": "time"}, "person_id"
    ),
    "person.lapsed": _kind(
        "Somebody who bought before has bought nothing for as long as the shop's policy says; once per lapse.",
        "person_id",
        {"person_id": "id", "generation": "count", "last_bought_at": "time", "lapsed_at": "time"},
    ),
    "replenishment.due": _kind(
        "By the rhythm in which somebody bought a product, it is used up; once per purchase of it.",
        "person_id",
        {"person_id": "id", "product_id": "id", "generation": "count", "due_at": "time"},
    ),
    "ticket.opened": _kind(
        "Somebody asked the shop's people or complained, and waits for an answer.",
        "ticket_id",
        {**_TICKET, "opened_at": "time"},
        "person_id",
        "order_ref",
    ),
    "ticket.closed": _kind(
        "What somebody asked or complained of is dealt with.",
        "ticket_id",
        {**_TICKET, "closed_at": "time"},
        "person_id",
        "order_ref",
    ),
    "customer.erased": _kind("A person was forgotten.", "person_id", {"person_id": "id"}),
    "consent.granted": _kind(
        "A person agreed to a channel, for one purpose or for marketing as a whole.",
        "person_id",
        {"person_id": "id", "channel": "word", "purpose": "word", "basis": "word"},
        "purpose",
    ),
    "consent.withdrawn": _kind(
        "A person left a channel, for one purpose or as a whole.",
        "person_id",
        {"person_id": "id", "channel": "word", "purpose": "word"},
        "purpose",
    ),
    "subscription.requested": _kind(
        "Somebody asked to be written to; nothing may be sent but the question whether it was them.",
        "request_id",
        {"request_id": "id", "generation": "count", "channel": "word", "requested_at": "time"},
    ),
    "subscription.confirmed": _kind(
        "The owner of the address said yes to the question.",
        "request_id",
        {
            "request_id": "id",
            "generation": "count",
            "person_id": "id",
            "channel": "word",
            "confirmed_at": "time",
        },
    ),
    "stock.changed": _kind(
        "The number of pieces of a variant changed.",
        "variant_id",
        {"variant_id": "id", "available": "count"},
        "available",
    ),
    "stock.low": _kind(
        "Stock passed a limit downwards; again only after it was above by a margin.",
        "variant_id",
        {"variant_id": "id", "generation": "count", "available": "count", "limit": "count"},
    ),
    "stock.out": _kind(
        "The last piece of a variant is gone.", "variant_id", {"variant_id": "id", "generation": "count"}
    ),
    "stock.back": _kind(
        "A variant that was out of stock can be bought again.",
        "variant_id",
        {"variant_id": "id", "generation": "count", "available": "count"},
    ),
    "supply.received": _kind(
        "Many pieces more of a variant are there.", "variant_id", {"variant_id": "id", "pieces": "count"}
    ),
    "price.changed": _kind("The price of a variant changed.", "variant_id", {**_PRICE, "before": "amount"}),
    "price.dropped": _kind(
        "A variant costs less than at any time in the 30 days before; what was the lowest then.",
        "variant_id",
        {**_PRICE, "lowest": "amount"},
    ),
    "product.activated": _kind(
        "A product was put on sale.",
        "product_id",
        {"product_id": "id", "generation": "count", "activated_at": "time"},
    ),
    "product.updated": _kind("A product's description changed.", "product_id", {"product_id": "id"}),
    "product.viewed": _kind(
        "Somebody looked at a product; the cart and the person only if they are known already.",
        "product_id",
        {"product_id": "id", "viewed_at": "time", "cart_id": "id", "person_id": "id"},
        "cart_id",
        "person_id",
    ),
    "shop.left": _kind("The shop removed us.", "shop", {"left_at": "time"}),
    "shop.erased": _kind("Everybody of a shop is to be forgotten.", "shop", {"erased_at": "time"}),
    "privacy.requested": _kind(
        "Somebody wants to know what is known of them; without a person if nothing is.",
        "request_ref",
        {"request_ref": "id", "person_id": "id", "requested_at": "time"},
        "person_id",
    ),
    "message.delivered": _message("The receiving server took a message."),
    "message.bounced": _message("A message could not be delivered.", permanent="flag"),
    "message.complained": _message("Somebody called a message spam."),
    "message.rejected": _message("The provider refused to send a message."),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact about one shop. ``fact_id`` is the same for the same fact, however often it is told."""

    name: str
    shop: str
    fact_id: str
    at: datetime
    data: dict[str, object] = field(default_factory=dict)

    def as_detail(self) -> dict[str, object]:
        """The fact as it travels on the bus."""
        return {
            "fact": self.name,
            "version": CATALOGUE[self.name].version,
            "id": self.fact_id,
            "shop": self.shop,
            "at": self.at.isoformat(),
            "data": self.data,
        }


def tell(name: str, shop: str, at: datetime, *same: object, **data: object) -> Fact:
    """Make a fact of the catalogue; ``same`` is what makes two tellings the same fact.

    Instants are written in ISO 8601 (UTC), None is left out. Raises ValueError for a field that the catalogue does
    not know or one that it asks for and does not get: a fact is a promise to subscribers.
    """
    kind = CATALOGUE[name]
    given = {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in data.items()
        if value is not None
    }
    wrong = set(given) - set(kind.fields)
    missing = set(kind.fields) - kind.optional - set(given)
    if wrong or missing:
        raise ValueError(f"{name}: unknown {sorted(wrong)}, missing {sorted(missing)}")
    subject = given.get(kind.subject, shop)
    return Fact(name, shop, short("fact", shop, name, subject, *same), at, given)


def schema(name: str) -> dict[str, object]:
    """The JSON Schema (2020-12) of a fact as it travels on the bus."""
    kind = CATALOGUE[name]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "description": kind.says,
        "type": "object",
        "required": ["fact", "version", "id", "shop", "at", "data"],
        "additionalProperties": False,
        "properties": {
            "fact": {"const": name},
            "version": {"const": kind.version},
            "id": _TYPES["id"],
            "shop": _TYPES["id"],
            "at": _TYPES["time"],
            "data": {
                "type": "object",
                "required": sorted(set(kind.fields) - kind.optional),
                "additionalProperties": False,
                "properties": {key: _TYPES[word] for key, word in kind.fields.items()},
            },
        },
    }
