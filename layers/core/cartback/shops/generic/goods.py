"""What lies in a generic shop's cart and what its products are: the goods' part of the code's half of the schema."""

from __future__ import annotations

from cartback.domain.goods.gtin import gtin
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.domain.observations import VariantSeen
from cartback.domain.showing import of_html
from cartback.domain.trade.items import Item

MOST_PIECES = 1_000_000_000
MOST_TAGS = 250
_ITEM = frozenset("variant_id title quantity variant_title unit_price product_id sku image_url url".split())
_VARIANT = frozenset(
    "variant_id variant_title sku price image_url available endless list_price cost gtin".split()
)


def read_item(item: Reader, currency: str) -> Item:
    """Read one line of a cart."""
    item.only(_ITEM)
    return Item(
        variant_id=read_id(item["variant_id"]),
        title=read_words(item["title"].text(300)),
        quantity=item["quantity"].part(99_999),
        variant_title=maybe_words(item["variant_title"].words(200)),
        unit_price=read_money(item["unit_price"], currency),
        product_id=item["product_id"].maybe(read_id),
        sku=item["sku"].words(100),
        image_url=item["image_url"].maybe(Reader.link),
        url=item["url"].maybe(Reader.link),
    )


def read_variant(variant: Reader, title: str, currency: str) -> VariantSeen:
    """Read one variant of a product called ``title``."""
    variant.only(_VARIANT)
    return VariantSeen(
        variant_id=read_id(variant["variant_id"]),
        title=title,
        variant_title=maybe_words(variant["variant_title"].words(200)),
        sku=variant["sku"].words(100),
        price=read_money(variant["price"], currency),
        image_url=variant["image_url"].maybe(Reader.link),
        available=variant["available"].maybe(read_pieces),
        endless=bool(variant["endless"].maybe(Reader.flag)),
        list_price=read_money(variant["list_price"], currency),
        cost=read_money(variant["cost"], currency),
        gtin=gtin(variant["gtin"].words(20)),
    )


def read_words(text: str) -> str:
    """A text of a shop that may keep it as HTML, as its reader sees it."""
    return maybe_words(text) or text


def maybe_words(text: str | None) -> str | None:
    """The same of a text that may be missing."""
    return payload_reader.clean(of_html(text)) or None if text else None


def read_id(field: Reader) -> str:
    """Read an id, as a string."""
    # Strings only: a number beyond 2^53 does not survive every sender's JSON library.
    return field.matching(payload_reader.IDENTIFIER, "an id, as a string")


def read_tags(field: Reader) -> tuple[str, ...]:
    """Read the words that a shop gives to a product."""
    return tuple(dict.fromkeys(each.text(100) for each in field.each(MOST_TAGS)))


def read_ids(field: Reader) -> tuple[str, ...]:
    """Read a list of ids."""
    return tuple(dict.fromkeys(read_id(each) for each in field.each(MOST_TAGS)))


def read_money(field: Reader, currency: str) -> Money | None:
    """Read an amount, or None for null."""
    if field.is_null:
        return None
    field.matching(payload_reader.AMOUNT, 'an amount as a string, such as "19.90"')
    return field.money(currency)


def read_pieces(field: Reader) -> int:
    """Read a number of pieces; below zero where a shop sold more than it had."""
    return field.integer(-MOST_PIECES, MOST_PIECES)
