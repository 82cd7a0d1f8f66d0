"""What lies in a WooCommerce order and what a product is. Names are kept as HTML, and told as they are kept."""

from __future__ import annotations

from cartback.domain.goods.article import beyond
from cartback.domain.goods.bundles import Lines, assembled
from cartback.domain.goods.gtin import gtin
from cartback.domain.intake import payload_reader
from cartback.domain.intake.foreign_words import unknown
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.domain.observations import VariantSeen, WordUnknown
from cartback.domain.trade.items import INCLUDED, SHOWN_APART, Item, priced
from cartback.shops.woocommerce import parts

# Statuses of a product that nobody can buy. A plugin's own is no word of that.
NOT_ON_SALE = frozenset({"draft", "pending", "private", "future", "trash", "auto-draft"})
_STATUSES = NOT_ON_SALE | {"publish"}
_STOCK_STATUSES = frozenset({"instock", "outofstock", "onbackorder"})

# The one currency of WooCommerce's list that is none of ISO 4217: how many digits it has is the shop's setting.
_NOT_ISO = frozenset({"BTC"})
_MOST_OPTIONS, _LONGEST_OPTION = 6, 60
_MOST_GROUPS = 250


def read_items(lines: list[Reader], currency: str | None) -> Lines:
    """Read the lines of an order; lines of no pieces are left out, parts of a bundle are the bundle's."""
    return assembled(parts.told(line, _item(line, currency)) for line in lines)


def read_currency(order: Reader) -> str | None:
    """Read the currency of an order. Where it is none that we know, there are no prices, but there is an order."""
    code = order["currency"].fitting(payload_reader.CURRENCY)
    return None if code in _NOT_ISO else code


def read_taxes(order: Reader) -> str | None:
    """Read how the shop shows its prices. Lines tell their tax apart and are read with it, whatever is shown."""
    entered_with = order["prices_include_tax"].value
    return None if not isinstance(entered_with, bool) else INCLUDED if entered_with else SHOWN_APART


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
        title=product["name"].html(300) or own,
        variant_title=_options(product["attributes"]) if product["type"].value == "variation" else None,
        sku=product["sku"].cut(100),
        image_url=_picture(product),
        available=available,
        endless=sells_on or available is None,
        gtin=gtin(product["global_unique_id"].cut(40)),
    )


def read_names(members: Reader) -> tuple[str, ...] | None:
    """Read the names of tags or brands; None where none are told."""
    if members.is_null:
        return None
    names = (one["name"].html(100) for one in members.each()[:_MOST_GROUPS])
    return tuple(dict.fromkeys(name for name in names if name))


def read_ids(members: Reader) -> tuple[str, ...] | None:
    """Read the ids of categories; None where none are told."""
    if members.is_null:
        return None
    return tuple(dict.fromkeys(one["id"].identifier() for one in members.each()[:_MOST_GROUPS]))


def unknown_words(product: Reader) -> tuple[WordUnknown, ...]:
    """The words of a product that we know no meaning of: then it counts as being there."""
    return (
        *unknown("woocommerce product.status", product["status"].cut(40), _STATUSES),
        *unknown("woocommerce product.stock_status", product["stock_status"].cut(40), _STOCK_STATUSES),
    )


def gone(own: str) -> VariantSeen:
    """A variant of which only the id is left."""
    return VariantSeen(own, own)


def _item(line: Reader, currency: str | None) -> Item:
    variation, product = (line[name].maybe(Reader.identifier) for name in ("variation_id", "product_id"))
    # A product that was deleted leaves the id 0 behind; the line's own id is the best name for it.
    own = next((name for name in (variation, product) if name not in (None, "0")), None)
    name, parent = line["name"].html(300), line["parent_name"]
    title = parent.html(300) if parent.value else name
    tax = line["total_tax"].maybe(lambda field: field.money(currency)) if currency else None
    item = Item(
        variant_id=own or f"line:{line['id'].maybe(Reader.identifier) or '0'}",
        title=title or "?",
        quantity=max(0, line["quantity"].quantity()),
        variant_title=_chosen(line, title, name) if variation not in (None, "0") else None,
        product_id=product if product != "0" else None,
        sku=line["sku"].cut(100),
        image_url=line["image"]["src"].usable_link() if isinstance(line["image"].value, dict) else None,
        tax=tax,
    )
    if currency is None or line["total"].is_null:
        return item
    # The line's total and its tax, which WooCommerce always tells apart.
    return priced(item, line["total"].money(currency).plus(tax or Money(0, currency)))


def _chosen(line: Reader, title: str | None, name: str | None) -> str | None:
    """The variation: what the line's name says beyond its product's, else the values that were chosen.

    WooCommerce leaves attributes out of a name where they are many or long.
    """
    told = beyond(name, title) if name and title else None
    if told is not None:
        return told[:200]
    meta = line["meta_data"].value
    fields = Reader(list(meta.values()) if isinstance(meta, dict) else meta, "").each()
    values = []
    for field in fields[:50]:
        if isinstance(field.value, dict) and not str(field["key"].value).startswith("_"):
            shown = (
                field["display_value"] if isinstance(field["display_value"].value, str) else field["value"]
            )
            values.append(shown.html(_LONGEST_OPTION) if isinstance(shown.value, str) else None)
    return ", ".join(value for value in values[:_MOST_OPTIONS] if value) or None


def _options(attributes: Reader) -> str | None:
    """What tells a variation from its siblings: the option of each attribute."""
    if not isinstance(attributes.value, list):
        return None
    options = (one["option"] for one in attributes.each()[:_MOST_OPTIONS] if isinstance(one.value, dict))
    read = (option.html(_LONGEST_OPTION) for option in options if isinstance(option.value, str))
    return ", ".join(option for option in read if option) or None


def _picture(product: Reader) -> str | None:
    pictures = product["images"].each()[:1]
    if pictures:
        # Since WooCommerce 10.2 a picture names the one that the shop's own lists show: kilobytes for megabytes.
        small = pictures[0]["thumbnail"]
        return (small.usable_link() if isinstance(small.value, str) else None) or pictures[0][
            "src"
        ].usable_link()
    single = product["image"]
    return single["src"].usable_link() if isinstance(single.value, dict) else None
