"""What lies in a WooCommerce order and what a product is."""

from __future__ import annotations

from decimal import Decimal

from cartback.domain.cart import Item
from cartback.domain.money import Money
from cartback.domain.observations import VariantSeen
from cartback.domain.reading import Reader

MOST_LINES = 100


def read_items(lines: list[Reader], currency: str | None) -> tuple[Item, ...]:
    """Read the lines of an order; lines of no pieces are left out."""
    return tuple(item for item in (_item(line, currency) for line in lines[:MOST_LINES]) if item.quantity > 0)


def read_variant(product: Reader, own: str) -> VariantSeen:
    """Read a product without variations, or one variation.

    Nobody counts where ``manage_stock`` is not true (it may be ``"parent"``): there the word in ``stock_status``
    is all there is. Prices come without a currency, so they are left out: a number is no price.
    """
    status = product["stock_status"].cut(40)
    counted = product["manage_stock"].value is True and not product["stock_quantity"].is_null
    sells_on = status == "onbackorder" or product["backorders_allowed"].value is True
    available = product["stock_quantity"].pieces() if counted else 0 if status == "outofstock" else None
    return VariantSeen(
        variant_id=own,
        title=_title(product["name"], own),
        sku=product["sku"].cut(100),
        image_url=_picture(product),
        available=available,
        endless=sells_on or available is None,
    )


def gone(own: str) -> VariantSeen:
    """A variant of which only the id is left."""
    return VariantSeen(own, own)


def _item(line: Reader, currency: str | None) -> Item:
    variation, product = (line[name].maybe(Reader.identifier) for name in ("variation_id", "product_id"))
    quantity = max(0, line["quantity"].pieces())
    # A product that was deleted leaves the id 0 behind; the line's own id is the best name for it.
    own = next((name for name in (variation, product) if name not in (None, "0")), None)
    return Item(
        variant_id=own or f"line:{line['id'].maybe(Reader.identifier) or '0'}",
        title=_title(line["parent_name"] if line["parent_name"].value else line["name"], "?"),
        quantity=quantity,
        unit_price=_price(line, quantity, currency),
        product_id=product if product != "0" else None,
        sku=line["sku"].cut(100),
        image_url=line["image"]["src"].usable_link() if isinstance(line["image"].value, dict) else None,
    )


def _price(line: Reader, quantity: int, currency: str | None) -> Money | None:
    """What one piece cost the shopper: the line's total and its tax, which WooCommerce always tells apart."""
    if currency is None or not quantity or line["total"].is_null:
        return None
    tax = line["total_tax"].maybe(lambda field: field.money(currency)) or Money(0, currency)
    whole = line["total"].money(currency).plus(tax)
    return Money(int((Decimal(whole.amount) / quantity).to_integral_value()), currency)


def _title(field: Reader, otherwise: str) -> str:
    return field.cut(300) or otherwise


def _picture(product: Reader) -> str | None:
    pictures = product["images"].each()[:1]
    if pictures:
        return pictures[0]["src"].usable_link()
    single = product["image"]
    return single["src"].usable_link() if isinstance(single.value, dict) else None
