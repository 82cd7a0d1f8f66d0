"""What a visitor's browser may tell, and nothing else: the code's half of docs/events/browser.schema.json.

A browser belongs to whoever sits before it. So it says what lies in the cart that the token names, and never whose
that is, what somebody agreed to, that something was bought, or that a cart is over. What it says of prices is checked
and then left: a reminder would quote it. When it was is our own clock's to say.

One yes is a browser's own to say: that it may be pushed to. Nobody else could, and it reaches nobody else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from cartback.domain.errors import Refused
from cartback.domain.intake import payload_reader
from cartback.domain.intake.page_token import Grant
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.showing import holds_address, linkless, visible

LARGEST = 32_768
MOST_ITEMS = 100
EVENT_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
# A title stands in a mail of the shop: an address in it would be somebody else's advertising.
LINKISH = re.compile(r"://|[wW]{3}\.|@")

_ENVELOPE = frozenset("token id type data".split())
_CART = frozenset("cart_id items currency total".split())
_PUSH = frozenset("cart_id endpoint p256dh auth topics wording".split())
_PUSH_LEFT = frozenset("cart_id endpoint".split())
_VIEW = frozenset("cart_id product_id".split())
_ITEM = frozenset("variant_id title quantity variant_title unit_price product_id sku".split())


def read(body: bytes, content_type: str) -> Reader:
    """The event as a browser sent it. Raises Refused: 413, 415 or 400 for what is none.

    ``sendBeacon`` sends text/plain, and so may everybody: it spares the browser a question before each event.
    """
    if len(body) > LARGEST:
        raise Refused(f"event larger than {LARGEST} bytes", 413)
    if content_type.partition(";")[0].strip().lower() not in ("text/plain", "application/json"):
        raise Refused("content type must be text/plain or application/json", 415)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("the body is not UTF-8") from None
    event = payload_reader.parse(text).only(_ENVELOPE)
    event["id"].matching(EVENT_ID, "16 to 64 letters, digits, hyphens and underscores")
    event["type"].word(_MEANINGS)
    return event


def as_told_by_the_shop(event: Reader, grant: Grant, now: datetime) -> dict[str, object]:
    """The generic event (docs/events/generic.schema.json) that this one amounts to, in plain JSON values.

    Raises Refused: 403 for a cart that is not the token's, 400 for what no browser may say.
    """
    data = event["data"]
    if not isinstance(data.value, dict):
        raise data.refused("must be an object")
    if data["cart_id"].maybe(_id) not in (None, grant.cart):
        raise Refused("the token is for another cart", 403)
    kind, meaning = _MEANINGS[event["type"].word(_MEANINGS)]
    return {
        "type": kind,
        "at": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {**meaning(data, grant), **_said({"customer": grant.customer or None})},
    }


def _cart(data: Reader, grant: Grant) -> dict[str, object]:
    data.only(_CART)
    if not isinstance(data["items"].value, list) or not data["items"].value:
        raise data["items"].refused("must be a list that is not empty")
    _hint(data["total"])
    items = [_item(item) for item in data["items"].each(MOST_ITEMS)]
    said = _said({"restore_url": grant.restore_url})
    currency = data["currency"].matching(payload_reader.CURRENCY, "an ISO 4217 currency")
    return {"cart_id": grant.cart, "currency": currency, "items": items, **said}


def _checkout(data: Reader, grant: Grant) -> dict[str, object]:
    return {**_cart(data, grant), "checkout_id": grant.cart}


def _view(data: Reader, grant: Grant) -> dict[str, object]:
    return {"product_id": _id(data.only(_VIEW)["product_id"]), "cart_id": grant.cart}


def _push(data: Reader, grant: Grant) -> dict[str, object]:
    _somebody(data.only(_PUSH), grant)
    said: dict[str, object] = {
        name: _text(data[name]) for name in _PUSH - {"cart_id", "topics"} if not data[name].is_null
    }
    return (
        said
        if data["topics"].is_null
        else {**said, "topics": [_text(each) for each in data["topics"].each()]}
    )


def _push_left(data: Reader, grant: Grant) -> dict[str, object]:
    _somebody(data.only(_PUSH_LEFT), grant)
    return {} if data["endpoint"].is_null else {"endpoint": _text(data["endpoint"])}


def _text(said: Reader) -> str:
    """A text as it was said: its shape the adapter judges."""
    if not isinstance(said.value, str):
        raise said.refused("must be a string")
    return said.value


def _somebody(data: Reader, grant: Grant) -> None:
    """A browser is somebody's only by the word of the shop's server. What else it says the adapter judges."""
    if not any(grant.customer.get(name) for name in ("id", "email", "phone")):
        raise data.refused("needs a token that names a customer")


def _item(item: Reader) -> dict[str, object]:
    item.only(_ITEM)
    _hint(item["unit_price"])
    title = item["title"].text(300)
    return _said(
        {
            "variant_id": _id(item["variant_id"]),
            "title": _words(item["title"], title, 300) or title,
            "quantity": _plain(item["quantity"].part(99_999)),
            "variant_title": _words(item["variant_title"], item["variant_title"].words(200), 200),
            "product_id": item["product_id"].maybe(_id),
            "sku": item["sku"].words(100),
        }
    )


def _words(field: Reader, text: str | None, longest: int) -> str | None:
    """The words as they would be shown; refused if they hold an address then, whatever is between its letters now."""
    shown = visible(text or "")
    if LINKISH.search(text or "") or LINKISH.search(shown) or holds_address(shown):
        raise field.refused("must hold no address")
    return linkless(shown)[:longest].rstrip() or None


def _id(field: Reader) -> str:
    return field.matching(payload_reader.IDENTIFIER, "an id, as a string")


def _plain(quantity: int | Decimal) -> int | float:
    return quantity if isinstance(quantity, int) else float(quantity)


def _hint(amount: Reader) -> None:
    if not amount.is_null:
        amount.matching(payload_reader.AMOUNT, 'an amount as a string, such as "19.90"')


def _said(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}


_MEANINGS: dict[str, tuple[str, Callable[[Reader, Grant], dict[str, object]]]] = {
    "cart.updated": ("cart.updated", _cart),
    "checkout.started": ("checkout.updated", _checkout),
    "product.viewed": ("product.viewed", _view),
    "push.allowed": ("push.allowed", _push),
    "push.left": ("push.left", _push_left),
}
"""Type of a page's event -> the generic event that it amounts to, and how its data is read."""
