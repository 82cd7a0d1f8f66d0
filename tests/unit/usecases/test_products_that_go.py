"""What happens to carts when a product leaves the shop: most shops tell its id and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from cartback.domain.goods.catalogue import still_there
from cartback.domain.observations import ProductSeen, VariantSeen
from tests.fakes.told import CUP, SHIRT, Told, cart
from tests.fakes.world import START, World
from tests.unit.usecases.test_way_of_a_cart import Story

_HOUR = timedelta(hours=1)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


def shirts(at: datetime, *variants: str, product: str = "p1", deleted: bool = False) -> ProductSeen:
    return ProductSeen(product, at, tuple(VariantSeen(own, "Leinenhemd") for own in variants), deleted)


def sellable(world: World, *variants: str) -> list[str]:
    rows = world.records.read("demo", stock=variants).stock
    return [name for name in variants if still_there(rows[name])]


def happened(world: World, told: Told, *seen: ProductSeen) -> None:
    for number, one in enumerate(seen):
        world.deliver(told.delivery(f"goods-{number}", one, at=world.clock.now()))


def test_a_cart_whose_only_item_was_deleted_is_not_written_about(world, told):
    world.deliver(told.delivery("open", cart(START, SHIRT), at=START))
    happened(world, told, shirts(START - _HOUR, "v1", "v9"), shirts(START, deleted=True))
    story = Story(world)
    assert story.wake() == "wait"
    assert (world.outbox.sent, story.last_reason()) == ([], "out_of_stock")


def test_a_deleted_item_is_left_out_among_others(world, told):
    world.deliver(told.delivery("open", cart(START, SHIRT, CUP), at=START))
    happened(world, told, shirts(START - _HOUR, "v1"), shirts(START, deleted=True))
    Story(world).wake()
    (mail,) = world.outbox.sent
    assert "Tasse" in mail.html
    assert "Leinenhemd" not in mail.html


def test_whichever_word_comes_first_a_deleted_product_stays_away(told):
    words = (shirts(START, "v1"), shirts(START + _HOUR, "v1", "v2"), shirts(START + 2 * _HOUR, deleted=True))
    for order in permutations(words):
        world = World(adapter=told)
        happened(world, told, *order)
        assert sellable(world, "v1", "v2") == []


def test_a_product_that_was_made_anew_is_sold_again_in_whichever_order_it_is_told(told):
    words = (shirts(START, "v1", "v2"), shirts(START + _HOUR, deleted=True), shirts(START + 2 * _HOUR, "v1"))
    for order in permutations(words):
        world = World(adapter=told)
        happened(world, told, *order)
        assert sellable(world, "v1", "v2") == ["v1"]


def test_a_roof_that_is_hidden_takes_its_variants_along_and_brings_them_back(told):
    hidden, back = shirts(START + _HOUR, deleted=True), shirts(START + 2 * _HOUR)
    for order in permutations((shirts(START, "v1", "v2"), hidden, back)):
        world = World(adapter=told)
        happened(world, told, *order)
        assert sellable(world, "v1", "v2") == ["v1", "v2"]


def test_a_variant_that_went_by_itself_does_not_come_back_with_its_product(world, told):
    happened(
        world,
        told,
        shirts(START, "v1", "v2"),
        shirts(START + _HOUR, "v2", deleted=True),
        shirts(START + 2 * _HOUR, "p1", deleted=True),
        shirts(START + 3 * _HOUR, "p1"),
    )
    assert sellable(world, "v1", "v2") == ["v1"]


def test_a_variant_that_goes_leaves_its_siblings_for_sale(world, told):
    happened(world, told, shirts(START, "v1", "v2"), shirts(START + _HOUR, "v2", deleted=True))
    assert sellable(world, "v1", "v2") == ["v1"]


def test_a_deleted_product_of_another_name_changes_nothing(world, told):
    happened(world, told, shirts(START, "v1"), shirts(START + _HOUR, product="p2", deleted=True))
    assert sellable(world, "v1") == ["v1"]


def test_a_word_that_names_its_variants_reads_no_others(world, told):
    happened(world, told, shirts(START, "v1", "v2"))
    asked: list[list[str]] = []
    read = world.records.read

    def noted(shop: str, **wanted):
        asked.append(wanted.get("stock", []))
        return read(shop, **wanted)

    world.records.read = noted
    world.deliver(told.delivery("one", shirts(START + _HOUR, "v1"), at=START))
    assert [name for names in asked for name in names] == ["v1"]
    world.deliver(told.delivery("all", shirts(START + 2 * _HOUR, deleted=True), at=START))
    assert {name for names in asked for name in names} == {"v1", "v2"}
