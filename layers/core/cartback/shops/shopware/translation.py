"""What each Shopware event says, in our words. Every function takes a delivery and may raise ``Refused``.

Business events carry their entity. ``*.written`` carries a list of keys only: what is behind them is to be fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.intake.salvage import others
from cartback.domain.observations import (
    CustomerErased,
    CustomerSeen,
    Fetch,
    Observation,
    OrderSeen,
    PaymentFailed,
    ProductSeen,
    RefundSeen,
    ShopErased,
    ShopLeft,
)
from cartback.shops.shopware import goods, origins, people, sales, traces

if TYPE_CHECKING:
    from cartback.ports import Delivery

Translation = Callable[["Delivery"], list[Observation]]

MOST_WRITTEN = 500
_KEY = re.compile(r"[0-9a-f]{32}")
_ENTITIES = frozenset({"order", "customer", "product"})
_PAID = frozenset({"paid", "authorized", "refunded", "refunded_partially", "chargeback"})


def nothing(delivery: Delivery) -> list[Observation]:
    """The app's own life; it says nothing of the shop's."""
    payload_reader.parse(delivery.body)
    return []


def app_deleted(delivery: Delivery) -> list[Observation]:
    """The shop removed us. Unless it wants its data kept, everything of it is to be forgotten.

    Whoever removes an app is asked; older shops do not tell (shopware/app-php-sdk, ``AppLifecycle``: whatever is not
    ``keepUserData: true`` removes). An answer that is neither yes nor no is refused, and stops the shop all the same.
    """
    body = payload_reader.parse(delivery.body)
    left = ShopLeft(_at(body))
    try:
        keeps = body["data"]["payload"]["keepUserData"].maybe(Reader.flag)
    except Refused as refusal:
        raise Refused(refusal.reason, refusal.status, despite=(left,)) from None
    return [left] if keeps else [left, ShopErased(left.at)]


def order(delivery: Delivery) -> list[Observation]:
    """An order in any state. Shopware's core says nothing of the cart that it was."""
    body, found = _entity(delivery, "order")
    at = _at(body)
    return [_order(found, at), *sales.parcels(found, _ref(found), at)]


def order_returned(delivery: Delivery) -> list[Observation]:
    """An order of which something came back."""
    body, found = _entity(delivery, "order")
    at, ref = _at(body), _ref(found)
    return [_order(found, at), *sales.parcels(found, ref, at), *sales.came_back(found, ref, at)]


def order_paid(delivery: Delivery) -> list[Observation]:
    """An order of which a payment came in."""
    body, found = _entity(delivery, "order")
    return [_order(found, _at(body), came_in=True)]


def order_cancelled(delivery: Delivery) -> list[Observation]:
    """An order that was called off."""
    body, found = _entity(delivery, "order")
    at = _at(body)
    return [_order(found, at, cancelled_at=at)]


def payment_failed(delivery: Delivery) -> list[Observation]:
    """The order stands, its payment does not: the shopper can pay it again in the account."""
    return _failed(delivery, "failed")


def payment_cancelled(delivery: Delivery) -> list[Observation]:
    """The shopper came back from the payment provider without having paid."""
    return _failed(delivery, "cancelled")


def refunded(delivery: Delivery) -> list[Observation]:
    """The whole payment went back."""
    body, found = _entity(delivery, "order")
    total = goods.read_total(found)
    ref = _ref(found)
    return [RefundSeen(ref, f"{ref}:refunded", _at(body), total, full=True, contact=people.of_order(found))]


def refunded_partially(delivery: Delivery) -> list[Observation]:
    """A part of the payment went back; how much, the core does not say."""
    body, found = _entity(delivery, "order")
    at, ref = _at(body), _ref(found)
    return [RefundSeen(ref, f"{ref}:{at.isoformat()}", at, contact=people.of_order(found))]


def customer(delivery: Delivery) -> list[Observation]:
    """A customer who registered or logged in."""
    body, found = _entity(delivery, "customer")
    return [CustomerSeen(people.of_customer(found), _at(body))]


def customer_deleted(delivery: Delivery) -> list[Observation]:
    """An account that is gone, and with it what we know of the person."""
    body, found = _entity(delivery, "customer")
    return [CustomerErased(people.of_customer(found), _at(body))]


def newsletter_confirmed(delivery: Delivery) -> list[Observation]:
    """A click in the confirmation mail: double opt-in. ``newsletter.register`` alone is only an offer."""
    body, found = _entity(delivery, "newsletterRecipient")
    at = _at(body)
    contact = people.of_recipient(found, True, found["confirmedAt"].maybe(Reader.instant) or at)
    return [CustomerSeen(contact, at)] if contact.email else []


def newsletter_left(delivery: Delivery) -> list[Observation]:
    """A farewell to the newsletter, which holds for reminders too."""
    body, found = _entity(delivery, "newsletterRecipient")
    at = _at(body)
    contact = people.of_recipient(found, False, at)
    return [CustomerSeen(contact, at)] if contact.email else []


def written(delivery: Delivery) -> list[Observation]:
    """Keys of entities that changed, each to be fetched once; of deleted ones the key is all there is."""
    body = payload_reader.parse(delivery.body)
    at = _at(body)
    observed: dict[tuple[str, str], Observation] = {}
    for change in body["data"]["payload"].each(MOST_WRITTEN):
        kind, key = change["entity"].value, change["primaryKey"].value
        if not isinstance(kind, str) or not isinstance(key, str):
            continue  # the key of a translation is an object
        if kind not in _ENTITIES or not _KEY.fullmatch(key):
            continue  # translations and other parts come along; their entity is named as well
        if change["operation"].value != "delete":
            observed[kind, key] = Fetch(kind, f"{kind}/{key}", at)
        elif kind == "product":
            observed[kind, key] = ProductSeen(key, at, (goods.gone(key),), deleted=True)
        elif kind == "customer":
            observed[kind, key] = CustomerErased(people.by_id(key), at)
    return list(observed.values())


def entity(wanted: Fetch, document: str) -> list[Observation]:
    """Translate an entity as the Admin API tells it, in the plain format or wrapped in ``data``."""
    whole = payload_reader.parse(document)
    found = whole["data"] if whole.has("data") else whole
    if wanted.kind == "order":
        at = found["updatedAt"].maybe(Reader.instant) or wanted.at
        return [_order(found, at), *sales.parcels(found, _ref(found), at)]
    if wanted.kind == "customer":
        return [CustomerSeen(people.of_customer(found), wanted.at)]
    return [goods.read_product(found, wanted.at)]


def _entity(delivery: Delivery, name: str) -> tuple[Reader, Reader]:
    body = payload_reader.parse(delivery.body)
    found = body["data"]["payload"][name]
    if found.is_null:
        raise found.refused("must be an object")
    return body, found


def _at(body: Reader) -> datetime:
    return datetime.fromtimestamp(body["timestamp"].integer(0, 10**10), UTC)


def _ref(found: Reader) -> str:
    return found["orderNumber"].cut(64) or found["id"].identifier()


def _order(
    found: Reader, at: datetime, *, came_in: bool = False, cancelled_at: datetime | None = None
) -> OrderSeen:
    states = {_state(found["stateMachineState"])}
    if states & {"cancelled"} and cancelled_at is None:
        cancelled_at = at
    payments = {_state(payment["stateMachineState"]) for payment in found["transactions"].each()[:50]}
    contact = people.of_order(found)
    return OrderSeen(
        refs=(),
        order_ref=_ref(found),
        placed_at=found["orderDateTime"].instant(),
        at=at,
        total=goods.read_total(found),
        contact=contact,
        paid=came_in or bool(payments & _PAID),
        cancelled_at=cancelled_at,
        beside=others(found.value, traces.ORDER, contact),
        paid_at=at if came_in else None,
        part_paid="paid_partially" in payments,
        origin=origins.of(found),
        sale=sales.of_order(found, at),
    )


def _state(state: Reader) -> str:
    return state["technicalName"].cut(60) or ""


def _failed(delivery: Delivery, code: str) -> list[Observation]:
    body, found = _entity(delivery, "order")
    at, ref = _at(body), _ref(found)
    return [
        PaymentFailed(
            payment_ref=ref,
            attempt=at.isoformat(),
            at=at,
            code=code,
            amount=goods.read_total(found),
            order_ref=ref,
            contact=people.of_order(found),
        )
    ]
