"""What a generic shop tells of an order, its payments, parcels and returns: a part of the code's half of the schema."""

from __future__ import annotations

import re

from cartback.domain.goods.bundles import Told, assembled
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.trade import sale
from cartback.domain.trade.precedence import SHOP, TILL
from cartback.domain.trade.sale import PaymentTold, Piece, Sale
from cartback.shops.generic import goods

MOST_ITEMS, MOST_PAYMENTS = 1000, 50
FIELDS = frozenset(
    "items discount tax shipping shipping_method status shipped payments due_at wholesale preorder".split()
)
CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")
_PAYMENT = frozenset("payment_id at state amount method code".split())
_PIECE = frozenset("variant_id quantity".split())


def read(data: Reader, currency: str, at_the_till: bool) -> Sale:
    """Read what an order holds; what is left out was not told."""
    items, further = assembled(
        Told(goods.read_item(item, currency)) for item in data["items"].each(MOST_ITEMS)
    )
    return Sale(
        source=TILL if at_the_till else SHOP,
        items=None if data["items"].is_null else items,
        further=further,
        discount=goods.read_money(data["discount"], currency),
        tax=goods.read_money(data["tax"], currency),
        shipping=goods.read_money(data["shipping"], currency),
        shipping_method=data["shipping_method"].words(200),
        standing=data["status"].maybe(lambda word: word.word(sale.STANDINGS)),
        shipped=data["shipped"].maybe(Reader.flag),
        payments=tuple(_payment(each, currency) for each in data["payments"].each(MOST_PAYMENTS)),
        due_at=data["due_at"].maybe(Reader.instant),
        in_store=at_the_till or None,
        wholesale=data["wholesale"].maybe(Reader.flag),
        preorder=data["preorder"].maybe(Reader.flag),
    )


def read_pieces(field: Reader) -> tuple[Piece, ...]:
    """Read which pieces of an order lie in a parcel, or come back."""
    return tuple(_piece(each) for each in field.each(MOST_ITEMS))


def read_code(field: Reader) -> str | None:
    """Read why a payment failed, in a word of the shop's."""
    return field.maybe(lambda code: code.matching(CODE, "a word of small letters, digits and underscores"))


def _payment(payment: Reader, currency: str) -> PaymentTold:
    payment.only(_PAYMENT)
    return PaymentTold(
        payment_ref=goods.read_id(payment["payment_id"]),
        at=payment["at"].instant(),
        state=payment["state"].word(sale.PAYMENT_STATES),
        amount=goods.read_money(payment["amount"], currency),
        method=payment["method"].words(100),
        code=read_code(payment["code"]),
    )


def _piece(piece: Reader) -> Piece:
    piece.only(_PIECE)
    return Piece(goods.read_id(piece["variant_id"]), piece["quantity"].part(99_999))
