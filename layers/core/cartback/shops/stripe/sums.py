"""Amounts and lines as Stripe writes them: integers in Stripe's own minor units, currencies in small letters.

Stripe's units differ from ISO 4217 where it keeps an older promise (docs.stripe.com/currencies, "Special cases"):
ISK and UGX are written with two decimals though they have none, MGA without though it has two.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from cartback.domain.goods.bundles import Lines, Told, assembled
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.domain.trade import sale
from cartback.domain.trade.items import INCLUDED, SHOWN_APART, Item, priced
from cartback.domain.trade.precedence import PAYMENTS
from cartback.domain.trade.sale import PaymentTold, Sale

if TYPE_CHECKING:
    from datetime import datetime

_LARGEST = 10**14
_CURRENCY = re.compile(r"[a-z]{3}")
_DIGITS = {
    **dict.fromkeys("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(), 0),
    **dict.fromkeys("bhd jod kwd omr tnd".split(), 3),
}


def read(holder: Reader, name: str) -> Money | None:
    """Read the amount ``name`` in the currency beside it."""
    if holder[name].is_null or holder["currency"].is_null:
        return None
    return money(holder[name].integer(-_LARGEST, _LARGEST), holder["currency"])


def money(amount: int, currency: Reader) -> Money:
    """An amount in Stripe's minor units as money."""
    code = currency.matching(_CURRENCY, "a currency in small letters")
    major = Decimal(amount).scaleb(-_DIGITS.get(code, 2))
    try:
        return Money.parse(major, code)
    except ValueError:
        raise currency.refused("must be a currency of a known kind") from None


def minor(money: Money) -> int:
    """Money in Stripe's minor units."""
    return int(money.major.scaleb(_DIGITS.get(money.currency.lower(), 2)))


def read_items(lines: Reader) -> Lines:
    """Read the lines of a session, each named by its price where it has one. Stripe lists a hundred at most."""
    items, further = assembled(Told(_item(line)) for line in lines["data"].each())
    return Lines(items, further or int(lines["has_more"].value is True))


def read_sale(session: Reader, at: datetime, paid: bool) -> Sale:
    """Read what a finished session holds. Its lines are only told where they were asked for."""
    totals, told = session["total_details"], not session["line_items"].is_null
    items, further = read_items(session["line_items"])
    intent = session["payment_intent"].maybe(Reader.identifier)
    total = read(session, "amount_total")
    payment = PaymentTold(intent or "session", at, sale.PAID if paid else sale.PENDING, total)
    return Sale(
        source=PAYMENTS,
        items=items if told else None,
        further=further,
        discount=_part(session, totals["amount_discount"]),
        tax=_part(session, totals["amount_tax"]),
        shipping=_part(session, totals["amount_shipping"]),
        standing=sale.OPEN,
        payments=(payment,),
        payment_refs=(intent,) if intent else (),
    )


def _part(session: Reader, field: Reader) -> Money | None:
    if field.is_null or session["currency"].is_null:
        return None
    return money(field.integer(-_LARGEST, _LARGEST), session["currency"])


def read_taxes(lines: Reader) -> str | None:
    """Read how the prices were made: Stripe tells each line's total with its tax, whatever was shown."""
    ways = {line["price"]["tax_behavior"].value for line in lines["data"].each()}
    return SHOWN_APART if ways == {"exclusive"} else INCLUDED if ways == {"inclusive"} else None


def _item(line: Reader) -> Item:
    price = line["price"]
    product = price["product"]
    # Of what is metered nobody knows yet how much it will be, nor what it costs.
    metered = line["quantity"].is_null
    quantity = 1 if metered else max(0, line["quantity"].quantity(10**6))
    pictures = product["images"].each()[:1] if isinstance(product.value, dict) else []
    item = Item(
        variant_id=price["id"].maybe(Reader.identifier) or line["id"].identifier(),
        title=line["description"].cut(300) or "?",
        quantity=quantity,
        product_id=product["id"].identifier() if isinstance(product.value, dict) else _id(product),
        image_url=pictures[0].usable_link() if pictures else None,
        tax=read(line, "amount_tax"),
    )
    return item if metered else priced(item, read(line, "amount_total"))


def _id(field: Reader) -> str | None:
    return field.maybe(Reader.identifier)
