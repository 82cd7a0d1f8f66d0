"""Sums and products as Shopware writes them."""

from __future__ import annotations

from datetime import datetime

from cartback.domain.goods.gtin import gtin
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.domain.observations import ProductSeen, VariantSeen

_MOST_GROUPS = 250
_SHARP = 192
"""Pixels of a picture that a mail shows 96 wide: screens have two for each."""


def read_total(order: Reader) -> Money | None:
    """Read the sum of an order. Without its currency beside it, a number is no sum."""
    code = order["currency"]["isoCode"]
    if code.is_null or order["amountTotal"].is_null:
        return None
    return order["amountTotal"].noisy_money(code.matching(payload_reader.CURRENCY, "an ISO 4217 currency"))


def read_product(product: Reader, at: datetime) -> ProductSeen:
    """Read a product or a variant of one; variants are products with a parent, and inherit what is null.

    Only a closeout product ends with its stock: all others are sold on (``isCloseout``). ``availableStock`` leaves
    out what open orders hold and is the one to believe where it is told.
    """
    own = product["id"].identifier()
    stock = product["stock"] if product["availableStock"].is_null else product["availableStock"]
    variant = VariantSeen(
        variant_id=own,
        title=product["translated"]["name"].html(300) or product["name"].html(300) or own,
        variant_title=_options(product["options"]),
        sku=product["productNumber"].cut(100),
        image_url=_picture(product["cover"]["media"]),
        available=stock.maybe(Reader.pieces),
        endless=product["isCloseout"].value is not True,
        gtin=gtin(product["ean"].cut(40)),
    )
    return ProductSeen(
        product_id=product["parentId"].maybe(Reader.identifier) or own,
        at=at,
        variants=(variant,),
        deleted=product["active"].value is False,
        tags=_tags(product["tags"]),
        whole=product["parentId"].is_null,
        made_at=product["createdAt"].maybe(Reader.instant),
        collections=_ids(product["categoryIds"]),
        vendor=product["manufacturer"]["translated"]["name"].html(200)
        or product["manufacturer"]["name"].html(200),
    )


def _picture(media: Reader) -> str | None:
    """The smallest of a picture's thumbnails that is sharp in a mail, and the picture itself where there is none."""
    listed = media["thumbnails"]
    told = listed.each()[:_MOST_GROUPS] if isinstance(listed.value, list) else []
    wide = [
        (one["width"].value, link)
        for one in told
        if isinstance(one.value, dict)
        and isinstance(one["width"].value, int)
        and one["width"].value >= _SHARP
        and isinstance(one["url"].value, str)
        and (link := one["url"].usable_link())
    ]
    return min(wide)[1] if wide else media["url"].usable_link()


def _tags(tags: Reader) -> tuple[str, ...] | None:
    if tags.is_null:
        return None
    names = (tag["name"].html(100) for tag in tags.each()[:_MOST_GROUPS])
    return tuple(dict.fromkeys(name for name in names if name))


def _ids(ids: Reader) -> tuple[str, ...] | None:
    return None if ids.is_null else tuple(one.identifier() for one in ids.each()[:_MOST_GROUPS])


def _options(options: Reader) -> str | None:
    """What tells a variant from its siblings, where it comes along: the option of each of its groups."""
    read = (one["translated"]["name"].html(60) or one["name"].html(60) for one in options.each()[:6])
    return ", ".join(option for option in read if option) or None


def gone(own: str) -> VariantSeen:
    """A variant of which only the id is left."""
    return VariantSeen(own, own)
