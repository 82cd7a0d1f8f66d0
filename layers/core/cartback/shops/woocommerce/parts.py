"""Which lines of an order are parts of another: what plugins for bundles write beside WooCommerce's own fields."""

from __future__ import annotations

from cartback.domain.goods.bundles import Told
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.trade.items import Item

# By fields of the line (Product Bundles, Composite Products, Mix and Match), which hold the id of the bundle's line …
_FIELDS = ("bundled_by", "composite_parent", "mnm_child_of")
# … by keys of the cart that both lines keep (the same, and Force Sells) …
_KEYS = ("_bundled_by", "_composite_parent", "_mnm_container", "_force_sell_by")
_OWN_KEYS = ("_bundle_cart_key", "_composite_cart_key", "_mnm_cart_key")
# … or by the id of the bundle's product (WPC Bundles, Composite, Force Sells; Chained Products).
_PRODUCTS = ("_woosb_parent_id", "_wooco_parent_id", "_woofs_parent_id", "_chained_product_of")
_MOST_FIELDS = 200


def told(line: Reader, item: Item) -> Told:
    """A line with the names that its parts may call it by, and the name of the bundle that it is a part of."""
    said = _meta(line["meta_data"].value)
    own = line["id"].maybe(Reader.identifier)
    names = (
        f"line:{own}" if own else None,
        f"product:{item.product_id}" if item.product_id else None,
        *(f"key:{said[key]}" for key in _OWN_KEYS if key in said),
    )
    return Told(item, tuple(name for name in names if name), _parent(line, said))


def _parent(line: Reader, said: dict[str, str]) -> str | None:
    for field in _FIELDS:
        if line[field].value not in (None, "", 0, "0", []):
            return f"line:{line[field].identifier()}"
    by_key = next((f"key:{said[key]}" for key in _KEYS if said.get(key)), None)
    return by_key or next((f"product:{said[key]}" for key in _PRODUCTS if said.get(key)), None)


def _meta(fields: object) -> dict[str, str]:
    # PHP makes an object of a list with gaps.
    members = (
        list(fields.values()) if isinstance(fields, dict) else fields if isinstance(fields, list) else []
    )
    said = {}
    for member in members[:_MOST_FIELDS]:
        key, value = (member.get("key"), member.get("value")) if isinstance(member, dict) else (None, None)
        if isinstance(key, str) and isinstance(value, str | int) and not isinstance(value, bool):
            said[key] = str(value)
    return said
