"""What each Stripe event says, in our words. Every function takes a delivery and may raise ``Refused``.

An event holds its object as it was when the event was made, in the API version of the endpoint.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.intake.salvage import others
from cartback.domain.observations import CartSeen, Fetch, Observation, OrderSeen, PaymentFailed, RefundSeen
from cartback.domain.trade.precedence import PAYMENTS
from cartback.shops.stripe import people, refs, sums, traces

if TYPE_CHECKING:
    from cartback.domain.intake.salvage import Where
    from cartback.domain.observations import Contact
    from cartback.ports import Delivery

Translation = Callable[["Delivery"], list[Observation]]

_SESSION = re.compile(r"cs_(test|live)_[A-Za-z0-9]{10,200}")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,59}")


def session_expired(delivery: Delivery) -> list[Observation]:
    """A hosted checkout that nobody finished: Stripe's only word of a cart.

    Events never carry the lines of a session, so these have to be fetched with it.
    """
    event, session = _object(delivery)
    if session["line_items"].is_null:
        own = session["id"].matching(_SESSION, "the id of a session", 220)
        return [Fetch("checkout.session", f"checkout/sessions/{own}?expand[]=line_items", _at(event))]
    return [_cart(session)]


def session_completed(delivery: Delivery) -> list[Observation]:
    """A hosted checkout that was finished; with a payment that takes days, it is bought all the same."""
    event, session = _object(delivery)
    if traces.is_setup(session.value):
        return []
    paid = session["payment_status"].value in ("paid", "no_payment_required")
    contact = people.of_session(session)
    return [
        OrderSeen(
            refs=refs.of_session(session),
            order_ref=session["id"].identifier(),
            placed_at=_at(event),
            at=_at(event),
            total=sums.read(session, "amount_total"),
            contact=contact,
            paid=paid,
            test=_test(session),
            beside=others(session.value, traces.SESSION, contact),
            sale=sums.read_sale(session, _at(event), paid),
        )
    ]


def charge_succeeded(delivery: Delivery) -> list[Observation]:
    """A payment, by whatever way: of a finished checkout as well, which is then told twice.

    It is dated by its making, because some take days.
    """
    event, charge = _object(delivery)
    if traces.is_of_invoice(charge.value):
        return []
    made_at = refs.instant(charge["created"])
    return [_past_checkout(event, charge, people.of_charge(charge), traces.CHARGE, made_at)]


def invoice_paid(delivery: Delivery) -> list[Observation]:
    """An invoice that was paid, also by nothing, unless a subscription only goes on."""
    event, invoice = _object(delivery)
    if traces.goes_on(invoice.value):
        return []
    return [_past_checkout(event, invoice, people.of_invoice(invoice), traces.INVOICE, _at(event))]


def session_unpaid(delivery: Delivery) -> list[Observation]:
    """A payment that took days and failed in the end."""
    event, session = _object(delivery)
    return [
        PaymentFailed(
            payment_ref=session["payment_intent"].maybe(Reader.identifier) or session["id"].identifier(),
            attempt=session["id"].identifier(),
            at=_at(event),
            code="async_payment_failed",
            amount=sums.read(session, "amount_total"),
            refs=refs.of_session(session),
            contact=people.of_session(session),
            test=_test(session),
            source=PAYMENTS,
        )
    ]


def intent_failed(delivery: Delivery) -> list[Observation]:
    """An attempt to pay that failed; the intent lives on, and the next attempt is another."""
    event, intent = _object(delivery)
    error = intent["last_payment_error"]
    return [
        PaymentFailed(
            payment_ref=intent["id"].identifier(),
            attempt=error["charge"].maybe(Reader.identifier) or _at(event).isoformat(),
            at=_at(event),
            code=_code(error["decline_code"]) or _code(error["code"]) or "unknown",
            amount=sums.read(intent, "amount"),
            refs=_refs_of_metadata(intent),
            order_ref=_order_of_metadata(intent),
            contact=people.of_intent(intent),
            test=_test(intent),
            source=PAYMENTS,
        )
    ]


def invoice_failed(delivery: Delivery) -> list[Observation]:
    """An attempt to collect an invoice that failed."""
    event, invoice = _object(delivery)
    return [
        PaymentFailed(
            payment_ref=invoice["id"].identifier(),
            attempt=str(invoice["attempt_count"].integer(0, 10_000)),
            at=_at(event),
            code=_code(invoice["billing_reason"]) or "unknown",
            amount=sums.read(invoice, "amount_due"),
            order_ref=invoice["number"].cut(64),
            contact=people.of_invoice(invoice),
            test=_test(invoice),
            source=PAYMENTS,
        )
    ]


def charge_refunded(delivery: Delivery) -> list[Observation]:
    """A refund. The charge tells the sum of all; what this one adds is told by the sum before it."""
    event, charge = _object(delivery)
    total = charge["amount_refunded"].integer(0, 10**15)
    before = event["data"]["previous_attributes"]["amount_refunded"]
    known = before.maybe(lambda field: field.integer(0, 10**15)) or 0
    return [
        RefundSeen(
            payment_ref=charge["payment_intent"].maybe(Reader.identifier) or charge["id"].identifier(),
            refund_ref=f"{charge['id'].identifier()}:{total}",
            at=_at(event),
            amount=sums.money(total - known, charge["currency"]),
            full=charge["refunded"].flag(),
            contact=people.of_charge(charge),
            test=_test(charge),
            source=PAYMENTS,
        )
    ]


def fetched(wanted: Fetch, document: str) -> list[Observation]:
    """Translate a session with its lines. Who finished it in the meantime has no cart there any more."""
    session = payload_reader.parse(document)
    if session["status"].value != "expired":
        return []
    return [_cart(session)]


def _cart(session: Reader) -> CartSeen:
    """The cart of an expired session.

    It is dated by the making of the session, which is when the shopper was there. By its expiry, hours later, it
    would look younger than a purchase made with another session in between, and be reminded of.
    """
    recovery = session["after_expiration"]["recovery"]
    items, further = sums.read_items(session["line_items"])
    return CartSeen(
        refs=refs.of_session(session),
        at=refs.instant(session["created"]),
        source="checkout",
        items=items,
        further=further,
        taxes=sums.read_taxes(session["line_items"]),
        total=sums.read(session, "amount_total"),
        stage="checkout",
        contact=people.of_session(session),
        # Only sessions made with after_expiration.recovery.enabled have one.
        restore_url=recovery["url"].usable_link(),
    )


def _past_checkout(
    event: Reader, bought: Reader, contact: Contact, where: Where, placed_at: datetime
) -> OrderSeen:
    """A purchase that may be a finished checkout's, too, which nothing here tells.

    So it ends what a purchase ends, and has no name under which it would be told as a second order.
    """
    at = _at(event)
    return OrderSeen(
        refs=_refs_of_metadata(bought),
        order_ref=None,
        placed_at=min(placed_at, at),
        at=at,
        contact=contact,
        paid=True,
        # The shopper's part was done then; what takes days is the bank's.
        paid_at=min(placed_at, at),
        test=_test(bought),
        beside=others(bought.value, where, contact),
    )


def _object(delivery: Delivery) -> tuple[Reader, Reader]:
    event = payload_reader.parse(delivery.body)
    if event["object"].value == "v2.core.event":
        raise Refused("this is a thin event: subscribe the endpoint to snapshot events")
    found = event["data"]["object"]
    if found.is_null:
        raise found.refused("must be an object")
    return event, found


def _at(event: Reader) -> datetime:
    return refs.instant(event["created"])


def _refs_of_metadata(found: Reader) -> tuple[str, ...]:
    own = found["metadata"]["cart_id"].maybe(refs.own_cart)
    return (f"cart:{own}",) if own else ()


def _order_of_metadata(intent: Reader) -> str | None:
    return intent["metadata"]["order_id"].fitting(payload_reader.IDENTIFIER)


def _code(field: Reader) -> str | None:
    return field.fitting(_WORD)


def _test(found: Reader) -> bool:
    return not found["livemode"].flag()
