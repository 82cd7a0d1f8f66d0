"""What Shopify sends of the demo shop: the fields that its webhooks have and Cartback may look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.demo.assortment import Variant, of_product

LOCATION = 91_000_000_001


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who shops. ``number`` makes the ids, ``lang`` is ``de`` or ``en``.

    Who ``agrees`` ticks the box at the checkout, and has confirmed it by mail some time ago; a guest has no customer
    record and so no more than the tick.
    """

    number: int
    first_name: str
    last_name: str
    email: str
    lang: str
    guest: bool = False
    agrees: bool = True

    @property
    def customer_id(self) -> int:
        """Shopify's id of the customer."""
        return 7_710_000_000_000 + self.number

    @property
    def has_confirmed(self) -> bool:
        """Whether there is a double opt-in."""
        return self.agrees and not self.guest

    @property
    def cart_token(self) -> str:
        """Shopify's name of the cart."""
        return f"c{self.number:04d}DemoCartToken"

    @property
    def checkout_token(self) -> str:
        """Shopify's name of the checkout."""
        return f"{self.number:032x}"

    def customer(self, at: datetime) -> dict[str, Any]:
        """The customer's record."""
        return {
            "id": self.customer_id,
            "email": self.email,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "created_at": stamp(at),
            "updated_at": stamp(at),
            "state": "enabled",
        }


Lines = tuple[tuple[Variant, int], ...]


def stamp(at: datetime) -> str:
    """An instant as Shopify writes it, to the second."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def amount(cents: int) -> str:
    """Euro cents as Shopify writes them."""
    return f"{cents // 100}.{cents % 100:02d}"


def product(number: int, front: str, at: datetime) -> dict[str, Any]:
    """products/create: a product, its variants and pictures."""
    variants = of_product(number)
    pictures = {variant.picture: 70_000_000_000 + variant.number for variant in reversed(variants)}
    return {
        "id": variants[0].product_id,
        "title": variants[0].german,
        "status": "active",
        "updated_at": stamp(at),
        "image": {"id": pictures[variants[0].picture], "src": front + variants[0].picture},
        "images": [{"id": image, "src": front + path} for path, image in pictures.items()],
        "variants": [
            {
                "id": variant.variant_id,
                "product_id": variant.product_id,
                "title": variant.option_german,
                "price": amount(variant.price),
                "image_id": pictures[variant.picture],
                "inventory_item_id": variant.stock_id,
                "inventory_management": "shopify",
                "inventory_policy": "deny",
                "inventory_quantity": 25,
            }
            for variant in variants
        ],
    }


def stock(variant: Variant, pieces: int, at: datetime) -> dict[str, Any]:
    """inventory_levels/update: how many are left."""
    return {
        "inventory_item_id": variant.stock_id,
        "location_id": LOCATION,
        "available": pieces,
        "updated_at": stamp(at),
    }


def cart(buyer: Buyer, lines: Lines, at: datetime) -> dict[str, Any]:
    """carts/create and carts/update: things, but nobody that they belong to."""
    return {
        "id": buyer.cart_token,
        "token": buyer.cart_token,
        "line_items": [
            _line(variant, pieces, "de") | {"discounted_price_set": _both(variant.price)}
            for variant, pieces in lines
        ],
        "updated_at": stamp(at),
        "created_at": stamp(at),
    }


def checkout(buyer: Buyer, lines: Lines, front: str, at: datetime, began_at: datetime) -> dict[str, Any]:
    """checkouts/create and checkouts/update: now there is somebody, and perhaps a tick beside the newsletter."""
    return {
        "id": 38_200_000_000_000 + buyer.number,
        "token": buyer.checkout_token,
        "cart_token": buyer.cart_token,
        "email": buyer.email,
        "buyer_accepts_marketing": buyer.agrees,
        "created_at": stamp(began_at),
        "updated_at": stamp(at),
        "completed_at": None,
        "currency": "EUR",
        "presentment_currency": "EUR",
        "customer_locale": "de-DE" if buyer.lang == "de" else "en-GB",
        "billing_address": {
            "first_name": buyer.first_name,
            "last_name": buyer.last_name,
            "country_code": "DE",
        },
        "line_items": [_line(variant, pieces, buyer.lang) for variant, pieces in lines],
        "abandoned_checkout_url": f"{front}/checkouts/{buyer.checkout_token}/recover?lang={buyer.lang}",
        "total_price": amount(_total(lines)),
        "customer": None if buyer.guest else buyer.customer(at),
    }


def order(buyer: Buyer, lines: Lines, at: datetime, way: str = "same") -> dict[str, Any]:
    """orders/create. ``way`` is ``same`` for the checkout itself, ``device`` for another one, ``admin`` for staff."""
    tokens = {
        "same": (buyer.checkout_token, buyer.cart_token),
        "device": (f"d{buyer.checkout_token[1:]}", f"d{buyer.cart_token[1:]}"),
        "admin": (None, None),
    }
    checkout_token, cart_token = tokens[way]
    return {
        "id": 6_120_000_000_000 + buyer.number,
        "checkout_token": checkout_token,
        "cart_token": cart_token,
        "email": buyer.email,
        "created_at": stamp(at),
        "updated_at": stamp(at),
        "cancelled_at": None,
        "currency": "EUR",
        "financial_status": "paid",
        "source_name": "shopify_draft_order" if way == "admin" else "web",
        "customer_locale": "de-DE" if buyer.lang == "de" else "en-GB",
        "test": False,
        "total_price": amount(_total(lines)),
        "line_items": [_line(variant, pieces, buyer.lang) for variant, pieces in lines],
        "customer": None if buyer.guest else buyer.customer(at),
    }


def consent(buyer: Buyer, state: str, at: datetime) -> dict[str, Any]:
    """customers_email_marketing_consent/update: a word said at ``at``, ``subscribed`` (and confirmed) or taken back."""
    return {
        "customer_id": buyer.customer_id,
        "email_address": buyer.email,
        "email_marketing_consent": {
            "state": state,
            "opt_in_level": "confirmed_opt_in",
            "consent_updated_at": stamp(at),
        },
    }


def _line(variant: Variant, pieces: int, lang: str) -> dict[str, Any]:
    return {
        "key": f"{variant.variant_id}:demo",
        "variant_id": variant.variant_id,
        "product_id": variant.product_id,
        "title": variant.german,
        "variant_title": variant.option_german,
        "presentment_title": variant.title(lang),
        "presentment_variant_title": variant.option(lang),
        "price": amount(variant.price),
        "quantity": pieces,
    }


def _both(cents: int) -> dict[str, Any]:
    money = {"amount": amount(cents), "currency_code": "EUR"}
    return {"shop_money": money, "presentment_money": money}


def _total(lines: Lines) -> int:
    return sum(variant.price * pieces for variant, pieces in lines)
