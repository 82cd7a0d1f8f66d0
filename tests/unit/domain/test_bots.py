"""Who is no shopper, by data: carts that nobody filled and links that nobody followed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cartback.domain.messaging.link_scanners import MOST_IN_A_SECOND, SOONEST, Opening, scanner
from cartback.domain.people.customer import Person, owns
from cartback.domain.trade.bots import MOST_CARTS, MOST_LINES, MOST_OF_ONE, RULES, suspect
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.items import Item
from tests.fakes.world import START


def a_cart(*items: Item) -> Cart:
    return Cart("demo", "c1", items=items or (Item("v1", "Lamp"),))


def somebody(email: str = "ada.lovelace@example.com", **more) -> Person:
    return Person("demo", "p1", email=email, **more)


def carts_every(minutes: float, count: int) -> Person:
    person = somebody()
    for number in range(count):
        person = owns(person, f"c{number}", START + timedelta(minutes=minutes * number))
    return person


SUSPECTS = {
    "many_lines": (a_cart(*(Item(f"v{n}", "x") for n in range(MOST_LINES + 1))), somebody()),
    "absurd_quantity": (a_cart(Item("v1", "Lamp", quantity=MOST_OF_ONE + 1)), somebody()),
    "cart_rate": (a_cart(), carts_every(1, MOST_CARTS)),
    "disposable_address": (a_cart(), somebody("ada@mailinator.com")),
    "test_address": (a_cart(), somebody("test12@shop.example")),
    "generated_address": (a_cart(), somebody("x7f3k9q2m5w8r1t4y6u0p3s5d7@example.com")),
}


@pytest.mark.parametrize("name", [rule.name for rule in RULES])
def test_every_rule_knows_its_bot(name):
    assert suspect(*SUSPECTS[name]) == name


@pytest.mark.parametrize(
    ("cart", "person"),
    [
        (a_cart(), somebody()),
        (a_cart(*(Item(f"v{n}", "x") for n in range(MOST_LINES))), somebody()),
        (a_cart(Item("v1", "Screw", quantity=MOST_OF_ONE)), somebody()),
        (a_cart(), carts_every(7, MOST_CARTS)),
        (a_cart(), carts_every(1, MOST_CARTS - 1)),
        (a_cart(), somebody("tester.familie@example.com")),
        (a_cart(), somebody("a@example.com")),
        (a_cart(), somebody("krzysztof.brzeczyszczykiewicz1987@example.com")),
        (a_cart(), somebody("protest@example.com")),
        (a_cart(), None),
    ],
)
def test_a_shopper_is_not_taken_for_a_bot_at_the_edge_of_a_rule(cart, person):
    assert suspect(cart, person) is None


def test_a_cart_that_a_shopping_agent_filled_for_a_customer_is_the_customers():
    """AI-20: no rule looks at the program, only at whether cart and owner make sense."""
    cart = Cart("demo", "c1", items=(Item("v1", "Lamp", quantity=2),), device="ChatGPT-User/1.0")
    assert suspect(cart, somebody()) is None


@pytest.mark.parametrize(
    ("opening", "sign"),
    [
        (Opening("HEAD"), "head"),
        (Opening(user_agent="Mozilla/5.0 (compatible; Barracuda Sentinel)"), "user_agent"),
        (Opening(user_agent="python-requests/2.32"), "user_agent"),
        (Opening(after=SOONEST - timedelta(milliseconds=1)), "too_soon"),
        (Opening(after=SOONEST), None),
        (Opening(in_a_second=MOST_IN_A_SECOND), "many_at_once"),
        (Opening(in_a_second=MOST_IN_A_SECOND - 1), None),
        (Opening(user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"), None),
        (Opening(user_agent="Mozilla/5.0 AppleWebKit/537.36 (compatible; ChatGPT-User/1.0)"), None),
        (Opening(), None),
    ],
)
def test_a_program_that_follows_a_link_is_known_by_its_signs(opening, sign):
    assert scanner(opening) == sign
