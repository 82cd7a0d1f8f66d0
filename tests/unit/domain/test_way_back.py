"""Which of the shop's links leads back to a cart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

from cartback.domain.observations import CartSeen
from cartback.domain.trade.cart import Cart, absorb, see
from cartback.domain.trade.items import Item

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
PERMALINK, CHECKOUT, NEWER = (
    "https://shop.example/cart/1:1",
    "https://shop.example/c/1",
    "https://shop.example/c/2",
)


def seen(minute: int, source: str, link: str | None) -> CartSeen:
    return CartSeen(
        refs=("cart:1",),
        at=AT + timedelta(minutes=minute),
        source=source,
        items=(Item("1", "Mug"),),
        stage=source,
        restore_url=link,
    )


def test_the_newest_checkouts_link_wins_whatever_came_when_and_in_which_order():
    news = (
        seen(0, "cart", PERMALINK),
        seen(5, "checkout", CHECKOUT),
        seen(9, "checkout", NEWER),
        seen(12, "cart", PERMALINK),
    )
    for order in permutations(news):
        cart = Cart("demo", "c1")
        for number, one in enumerate(order):
            cart = see(cart, one, f"event-{number}")
        assert cart.restore_url == NEWER


def test_a_cart_that_never_reached_the_checkout_is_found_by_its_own_link():
    assert see(Cart("demo", "c1"), seen(0, "cart", PERMALINK), "e").restore_url == PERMALINK


def test_of_two_rows_that_are_one_cart_the_checkouts_link_stays():
    cart = see(Cart("demo", "c1"), seen(0, "cart", PERMALINK), "e1")
    checkout = see(Cart("demo", "c2"), seen(5, "checkout", CHECKOUT), "e2")
    assert absorb(cart, checkout, "e3").restore_url == CHECKOUT
    assert absorb(checkout, cart, "e3").restore_url == CHECKOUT
