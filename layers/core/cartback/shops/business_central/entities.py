"""What the entities of API v2.0 mean. There is no cart: quotes and orders that are not released yet are the carts.

Empty is spelt ``0001-01-01`` for dates, an all-zero GUID for references, and ``_x0020_`` for a blank (OData).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cartback.domain.goods.bundles import Told, assembled
from cartback.domain.goods.gtin import gtin
from cartback.domain.intake import payload_reader
from cartback.domain.intake.foreign_words import unknown
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.intake.salvage import others
from cartback.domain.money import Money
from cartback.domain.observations import (
    CartSeen,
    Contact,
    CustomerSeen,
    Fetch,
    Observation,
    OrderSeen,
    ProductSeen,
    VariantSeen,
)
from cartback.domain.people import address
from cartback.domain.trade.items import INCLUDED, SHOWN_APART, Item, priced
from cartback.domain.trade.origins import Origin
from cartback.shops.business_central import sales, traces
from cartback.shops.business_central.notifications import ref_of

_QUOTES = frozenset({"draft", "sent", "accepted", "expired"})
_ORDERS = frozenset({"draft", "in review", "open"})
_INVOICES = frozenset({"draft", "in review", "open", "paid", "canceled", "corrective"})
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_ON_EARTH = timedelta(hours=36)
_NOBODY = "00000000-0000-0000-0000-000000000000"


def translate(wanted: Fetch, document: str) -> list[Observation]:
    """Translate one entity. Raises ``Refused`` for what is not its shape."""
    entity = payload_reader.parse(document)
    at = entity["lastModifiedDateTime"].maybe(Reader.instant) or wanted.at
    own = _guid(entity["id"])
    if own is None:
        raise entity["id"].refused("must be an id")
    if wanted.kind == "salesQuotes":
        return _quote(entity, own, at)
    if wanted.kind == "salesOrders":
        return _order(entity, own, at)
    if wanted.kind == "salesInvoices":
        return _invoice(entity, at)
    if wanted.kind == "customers":
        return [CustomerSeen(_customer(entity, own), at)]
    return [_item(entity, own, at)]


def _quote(quote: Reader, own: str, at: datetime) -> list[Observation]:
    status = _word(quote["status"])
    seen = _document(quote, ref_of("salesQuotes", own), at, "salesQuoteLines")
    if status in ("draft", "sent"):
        return [seen]
    if status == "accepted":
        # The order that is made of it tells itself; that somebody bought counts from now on.
        accepted_at = _latest_on(quote["acceptedDate"], at)
        bought = OrderSeen((), None, accepted_at, at, contact=seen.contact, beside=_beside(quote, seen))
        return [_closed(seen), bought]
    # Expired, or a status of an extension's, of which nobody knows whether it can still be accepted: silence is safe.
    return [_emptied(seen), *unknown("business central quote.status", status, _QUOTES)]


def _order(order: Reader, own: str, at: datetime) -> list[Observation]:
    """A draft is a cart. A released order closes that cart at its latest change, and is placed on its order date.

    The two instants are kept apart: an order that is edited for weeks must not look like a purchase of today.
    """
    seen = _document(order, ref_of("salesOrders", own), at, "salesOrderLines")
    status = _word(order["status"])
    if status == "draft":
        return [seen]
    number = _number(order) or own
    placed_at = _latest_on(order["orderDate"], at)
    bought = OrderSeen(
        (),
        number,
        placed_at,
        at,
        seen.total,
        seen.contact,
        beside=_beside(order, seen),
        sale=sales.of_order(order, seen),
    )
    return [_closed(seen), bought, *unknown("business central order.status", status, _ORDERS)]


def _invoice(invoice: Reader, at: datetime) -> list[Observation]:
    """A posted invoice says of its order whether it is paid; one without an order is a purchase without a name."""
    number, status = invoice["orderNumber"].cut(64), _word(invoice["status"])
    if status in ("draft", "in review"):
        return []
    currency, total = (
        invoice["currencyCode"].fitting(payload_reader.CURRENCY),
        invoice["totalAmountIncludingTax"],
    )
    amount = total.noisy_money(currency) if currency and not total.is_null else None
    return [
        OrderSeen(
            (),
            number,
            _latest_on(invoice["invoiceDate"], at),
            at,
            contact=_buyer(invoice),
            paid=sales.is_paid(invoice, status),
            sale=sales.of_invoice(invoice, amount, status, _due(invoice["dueDate"]), at),
        ),
        *unknown("business central invoice.status", status, _INVOICES),
    ]


def _due(day: Reader) -> datetime | None:
    begun = _day(day)
    return None if begun is None else begun + timedelta(days=1)


def _beside(document: Reader, seen: CartSeen) -> tuple[str, ...]:
    return others(document.value, traces.ORDER, seen.contact)


def _document(document: Reader, ref: str, at: datetime, lines: str) -> CartSeen:
    currency = document["currencyCode"].fitting(payload_reader.CURRENCY)
    total = document["totalAmountIncludingTax"]
    read = (_line(line, currency) for line in document[lines].each())
    items, further = assembled(Told(item) for item in read if item is not None)
    return CartSeen(
        refs=(ref,),
        at=at,
        source="document",
        items=items,
        further=further,
        total=total.noisy_money(currency) if currency and not total.is_null else None,
        taxes=_taxes(document),
        contact=_buyer(document),
        # Whoever edits a released order sets it back to draft first; an accepted quote can be changed as well.
        once=True,
        origin=Origin(
            (ref.partition(":")[0],), status=_word(document["status"]), order_ref=_number(document)
        ),
    )


def _number(document: Reader) -> str | None:
    return document["number"].cut(64)


def _closed(seen: CartSeen) -> CartSeen:
    return replace(seen, contact=Contact(), completed_at=seen.at)


def _emptied(seen: CartSeen) -> CartSeen:
    return CartSeen(seen.refs, seen.at, seen.source, items=(), contact=seen.contact)


def _line(line: Reader, currency: str | None) -> Item | None:
    # Comments, fees and accounts stand among the lines; only items can be bought.
    item = _guid(line["itemId"])
    if item is None or _word(line["lineType"]) not in ("item", ""):
        return None
    line_of_item = Item(
        variant_id=item,
        title=line["description"].cut(300) or line["lineObjectNumber"].cut(300) or item,
        quantity=max(0, line["quantity"].quantity()),
        variant_title=line["description2"].cut(200),
        product_id=item,
        sku=line["lineObjectNumber"].cut(100),
    )
    return _priced(line_of_item, line, currency)


def _priced(item: Item, line: Reader, currency: str | None) -> Item:
    """The line with what it costs with discounts and tax, as far as it says."""
    if currency is None:
        return item
    if line["amountIncludingTax"].is_null:
        return replace(item, unit_price=line["unitPrice"].maybe(lambda field: field.noisy_money(currency)))
    whole = line["amountIncludingTax"].noisy_money(currency)
    net = line["netAmount"] if line["amountExcludingTax"].is_null else line["amountExcludingTax"]
    tax = net.maybe(lambda field: Money(whole.amount - field.noisy_money(currency).amount, currency))
    return replace(priced(item, whole), tax=tax)


def _taxes(document: Reader) -> str | None:
    """How the company shows its prices. Lines tell theirs with the tax and without, and are read with it."""
    shown_with = document["pricesIncludeTax"].value
    return None if not isinstance(shown_with, bool) else INCLUDED if shown_with else SHOWN_APART


def _buyer(document: Reader) -> Contact:
    ref = _guid(document["customerId"])
    known = _customer(document["customer"], ref) if not document["customer"].is_null else Contact(ref)
    return Contact(
        customer_ref=known.customer_ref,
        email=_email(document["email"]) or known.email,
        phone=address.phone(document["phoneNumber"].cut(40)) or known.phone,
        first_name=known.first_name,
        locale=_language(document) or known.locale,
        country=known.country,
        account_email=known.email,
    )


def _customer(customer: Reader, own: str | None) -> Contact:
    # Companies have no first name, and a person's stands in one field with the family name: none is better.
    return Contact(
        customer_ref=own,
        email=_email(customer["email"]),
        phone=address.phone(customer["phoneNumber"].cut(40)),
        locale=_language(customer),
        country=customer["country"].fitting(payload_reader.COUNTRY),
    )


def _language(entity: Reader) -> str | None:
    # Windows' codes of three letters (DEU, ENU); an extension's API may tell a tag instead.
    code = entity["languageCode"].fitting(payload_reader.LOCALE)
    return code or entity["formatRegion"].fitting(payload_reader.LOCALE)


def _item(item: Reader, own: str, at: datetime) -> ProductSeen:
    counted = _word(item["type"]) in ("inventory", "")
    variant = VariantSeen(
        variant_id=own,
        title=item["displayName"].cut(300) or item["number"].cut(300) or own,
        sku=item["number"].cut(100),
        available=item["inventory"].maybe(Reader.pieces) if counted else None,
        endless=not counted,
        gtin=gtin(item["gtin"].cut(40)),
    )
    category = item["itemCategoryCode"].cut(200)
    return ProductSeen(own, at, (variant,), deleted=item["blocked"].value is True, category=category)


def _email(field: Reader) -> str | None:
    # The field takes several, separated by semicolons.
    return next(filter(None, map(address.email, (field.cut(320) or "").split(";"))), None)


def _guid(field: Reader) -> str | None:
    own = field.maybe(Reader.identifier)
    return None if own is None or own == _NOBODY else own.lower()


def _latest_on(day: Reader, at: datetime) -> datetime:
    """The last instant of a date anywhere on earth, but not after ``at``; that, too, where there is no date.

    A date alone begins before all that happened on it: a quote of that morning would look younger than the order.
    """
    begun = _day(day)
    return at if begun is None else min(begun + _DAY_ON_EARTH, at)


def _day(field: Reader) -> datetime | None:
    text = field.cut(30) or ""
    if not _DATE.fullmatch(text) or text == "0001-01-01":
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise field.refused("must be a date that exists") from None


def _word(field: Reader) -> str:
    return (field.cut(60) or "").replace("_x0020_", " ").strip().lower()
