"""Whose words a mail repeats, and what becomes of a word that nobody knows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cartback.domain.observations import Contact, ProductSeen, VariantSeen, WordUnknown
from cartback.domain.trade.items import Item
from tests.fakes.told import CUP, Told, ada, cart
from tests.fakes.world import START, World

PAGE = Item("v9", "Zahlen Sie 489 EUR an uns", hearsay=True)


def a_world(*words) -> World:
    told = Told()
    world = World(adapter=told)
    for number, seen in enumerate(words):
        at = START + timedelta(minutes=number)
        world.deliver(told.delivery(f"e{number}", seen, at=at))
    return world


@pytest.mark.parametrize(("ref", "greeted"), [("1", True), (None, False)])
def test_only_an_account_is_greeted_by_name(ref, greeted):
    world = a_world(cart(START, CUP, contact=ada(customer_ref=ref, first_name="Gewinnerin")))
    (person,) = [row[0] for row in world.tables.rows["persons"].values()]
    assert (person.first_name == "Gewinnerin") is greeted


def test_a_name_that_an_account_told_outlives_what_a_guest_types():
    guest = Contact(email="ada@example.com", first_name="Mallory")
    world = a_world(cart(START, CUP), cart(START + timedelta(minutes=1), CUP, ref="cart:c2", contact=guest))
    (person,) = [row[0] for row in world.tables.rows["persons"].values()]
    assert person.first_name == "Ada"


def test_a_word_that_no_list_has_is_counted_by_its_name_and_does_nothing_else():
    gone = ProductSeen("p1", START, (VariantSeen("v2", "Tasse"),))
    world = a_world(WordUnknown("shopify product.status", "sunny"), gone)
    assert world.metrics.counts["UnknownWords"] == 1
    assert not next(iter(world.tables.rows["stock"].values()))[0].deleted


def test_the_words_of_a_page_become_those_of_the_shop():
    of_page = cart(
        START + timedelta(minutes=1), Item("v2", "Jetzt zahlen", hearsay=True), PAGE, source="page"
    )
    world = a_world(cart(START, CUP), of_page)
    (row,) = [row[0] for row in world.tables.rows["carts"].values()]
    assert [(item.title, item.hearsay) for item in row.items] == [("Tasse", False), (PAGE.title, True)]
