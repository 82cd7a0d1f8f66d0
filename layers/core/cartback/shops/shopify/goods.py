"""What lies in a Shopify cart and what a Shopify product is: lines, variants, prices, pictures."""

from __future__ import annotations

from cartback.domain.goods.bundles import Lines, Told, assembled
from cartback.domain.goods.gtin import gtin
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.domain.observations import VariantSeen
from cartback.domain.shop.weblink import is_local
from cartback.domain.trade.items import EXCLUDED, INCLUDED, Item, total_of

MOST_VARIANTS = 2048
_MOST_PIECES = 10**9
_MOST_TAGS = 250
NOT_ON_SALE = frozenset({"draft", "archived"})
STATUSES = NOT_ON_SALE | {"active", "unlisted"}
# How a line may name the one that it is nested in (shopify.dev, "Nested cart lines", since 2025-10).
_PARENTS = ("parent_line_key", "parent_key", "parent_line_item_id", "parent_id")


def read_items(lines: list[Reader], currency: str | None) -> Lines:
    """Read the lines of a cart or checkout; ``currency`` is that of plain prices, None where nobody says."""
    return assembled(_told(line, currency) for line in lines)


def read_goods(checkout: Reader, items: tuple[Item, ...], currency: str | None) -> Money | None:
    """Read what the lines cost together, less what was taken off the whole cart; None where that is not told.

    As long as no delivery was chosen and no tax is added, that is what is to be paid. Afterwards it is the subtotal, if
    that differs from the lines by the discounts alone.
    """
    untaxed = checkout["taxes_included"].value is True or _is_zero(checkout["total_tax"])
    if untaxed and checkout["shipping_lines"].value in (None, []):
        return read_price(checkout, "total_price", currency)
    told, lines = read_price(checkout, "subtotal_price", currency), total_of(items)
    off = read_price(checkout, "total_discounts", currency)
    if told is None or lines is None or off is None or len({told.currency, lines.currency, off.currency}) > 1:
        return None
    return told if lines.amount - told.amount in (0, off.amount) else None


def _is_zero(amount: Reader) -> bool:
    return not amount.is_null and not amount.money("EUR").amount


def read_taxes(holder: Reader) -> str | None:
    """Read whether the prices of a checkout hold their tax, as ``domain.trade.items`` says it."""
    if holder["taxes_included"].is_null:
        return None
    return INCLUDED if holder["taxes_included"].flag() else EXCLUDED


def read_price(holder: Reader, name: str, currency: str | None) -> Money | None:
    """Read the price ``name`` in the currency that the shopper saw, else in ``currency``; None without a currency."""
    # The "_set" twin tells both currencies; the plain field only means something with a currency beside it.
    shown = holder[f"{name}_set"]["presentment_money"]
    stated = read_currency(shown["currency_code"]) or read_currency(shown["currency"])
    if stated is not None and not shown["amount"].is_null:
        return shown["amount"].money(stated)
    plain = holder[name]
    return plain.money(currency) if currency is not None and not plain.is_null else None


def read_currency(field: Reader) -> str | None:
    """Read an ISO 4217 code, or None for null."""
    return field.maybe(lambda code: code.matching(payload_reader.CURRENCY, "an ISO 4217 currency"))


def read_pictures(product: Reader) -> dict[str | None, str | None]:
    """Read a product's pictures by id, and under None the main one, for variants without a picture of their own."""
    pictures: dict[str | None, str | None] = {None: read_link(product["image"]["src"])}
    for image in product["images"].each()[:MOST_VARIANTS]:
        pictures[image["id"].maybe(Reader.identifier)] = read_link(image["src"])
    return pictures


def read_variant(variant: Reader, title: str, pictures: dict[str | None, str | None]) -> VariantSeen:
    """Read one variant of a product called ``title``."""
    # Only a named "inventory_management" tells whether the quantity counts: null means nobody counts, and a
    # version that leaves the field out leaves us without a number to believe.
    counted = not variant["inventory_management"].is_null
    not_counted = variant.has("inventory_management") and not counted
    sells_on = variant["inventory_policy"].cut(40) == "continue"
    own = variant["image_id"].maybe(Reader.identifier)
    return VariantSeen(
        variant_id=variant["id"].identifier(),
        title=title,
        variant_title=_real(variant["title"].cut(200)),
        sku=variant["sku"].cut(100),
        image_url=pictures.get(own) or pictures[None],
        available=variant["inventory_quantity"].maybe(read_pieces) if counted else None,
        inventory_ref=variant["inventory_item_id"].maybe(Reader.identifier),
        endless=sells_on or not_counted,
        gtin=gtin(variant["barcode"].cut(40)),
    )


def read_tags(field: Reader) -> tuple[str, ...] | None:
    """Read the tags of a product: parted by commas, or a list (GraphQL); None where none are told."""
    if field.is_null:
        return None
    told = field.value.split(",") if isinstance(field.value, str) else [one.cut(100) for one in field.each()]
    tags = (payload_reader.clean(tag or "")[:100] for tag in told[:_MOST_TAGS])
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def read_pieces(field: Reader) -> int:
    """Read a number of pieces; below zero where a shop sold more than it had."""
    return field.integer(-_MOST_PIECES, _MOST_PIECES)


def read_title(field: Reader) -> str:
    """Read a title that has to say something, cut to 300 characters."""
    text = field.cut(300)
    if text is None:
        raise field.refused("must be a text that is not blank")
    return text


def read_link(field: Reader) -> str | None:
    """Read an https address; None for what we cannot use, because that is no reason to lose the event.

    Of http, only what leads to this machine passes: the local cloud's shop has no certificate. Whoever puts the
    link before a shopper judges again, and lets it through for a local shop only (``domain.shop.weblink``).
    """
    text = field.cut(payload_reader.LONGEST_LINK + 1) if isinstance(field.value, str) else None
    if text is None or is_local(text):
        return text
    # Older themes give links without a scheme.
    full = Reader(f"https:{text}" if text.startswith("//") else text, field.path)
    return full.fitting(payload_reader.LINK, payload_reader.LONGEST_LINK)


def _told(line: Reader, currency: str | None) -> Told:
    names = (line[name].maybe(Reader.identifier) for name in ("key", "id"))
    within = line["parent_relationship"] if isinstance(line["parent_relationship"].value, dict) else line
    named = (holder[name].maybe(Reader.identifier) for holder in (line, within) for name in _PARENTS)
    return Told(_item(line, currency), tuple(name for name in names if name), next(filter(None, named), None))


def _item(line: Reader, currency: str | None) -> Item:
    shown_variant = line["presentment_variant_title"].cut(200) or line["variant_title"].cut(200)
    # A line that an app or a member of staff made up has no variant; its own key is the best name for it.
    made_up = "line:" + (line["key"].maybe(Reader.identifier) or line["id"].maybe(Reader.identifier) or "0")
    return Item(
        variant_id=line["variant_id"].maybe(Reader.identifier) or made_up,
        title=line["presentment_title"].cut(300) or read_title(line["title"]),
        quantity=line["quantity"].integer(0, 10**6),
        variant_title=_real(shown_variant),
        unit_price=read_price(line, "discounted_price", None) or read_price(line, "price", currency),
        product_id=line["product_id"].maybe(Reader.identifier),
        sku=line["sku"].cut(100),
        image_url=read_link(line["image_url"]),
        tax=_tax(line, currency),
    )


def _tax(line: Reader, currency: str | None) -> Money | None:
    """The tax of a whole line, which a checkout tells by its kinds; None where it tells none."""
    taxes = [read_price(tax, "price", currency) for tax in line["tax_lines"].each()[:20]]
    known = [tax for tax in taxes if tax is not None]
    if len(known) != len(taxes) or len({tax.currency for tax in known}) != 1:
        return None
    return Money(sum(tax.amount for tax in known), known[0].currency)


def _real(variant_title: str | None) -> str | None:
    # What Shopify calls the only variant of a product; no shopper ever reads it.
    return None if variant_title == "Default Title" else variant_title
