"""An order that was told as placed is told as cancelled, from whatever state it is called off."""

from __future__ import annotations

import json
from itertools import product

import pytest

from cartback.shops import woocommerce
from tests.fakes.told import Told
from tests.fakes.world import World
from tests.unit.shops.samples import as_delivery, observe, sample

UNPAID = json.loads(sample("woocommerce", "order.created").body)
ENDS = ("cancelled", "trash", "deleted")


class Shop:
    """A WooCommerce shop that tells one order's states, one after the other."""

    def __init__(self) -> None:
        self.told = Told()
        self.world = World(adapter=self.told)
        self.number = 0

    def tell(self, status: str, **more: object) -> None:
        self.number += 1
        at = f"2026-11-21T0{self.number}:00:00"
        body = (
            {"id": UNPAID["id"]}
            if status == "deleted"
            else UNPAID | {"status": status, "date_modified_gmt": at} | more
        )
        topic = "order.deleted" if status == "deleted" else "order.updated"
        seen = woocommerce.observe(as_delivery("woocommerce", topic, body))
        self.world.deliver(self.told.delivery(f"e{self.number}", *seen, at=seen[0].at))

    def facts(self) -> list[str]:
        names = [fact.name for fact in self.world.bus.facts if fact.name.startswith("order.")]
        return list(dict.fromkeys(names))


@pytest.mark.parametrize(("placed", "end"), list(product(["on-hold", "processing", "awaiting-pickup"], ENDS)))
def test_an_unpaid_order_that_was_told_as_placed_is_told_as_cancelled_once(placed, end):
    shop = Shop()
    shop.tell("pending")
    shop.tell(placed)
    shop.tell(end)
    shop.tell(end)
    assert shop.facts() == ["order.placed", "order.cancelled"]
    cancelled = shop.world.bus.named("order.cancelled")
    assert len({fact.fact_id for fact in cancelled}) == 1
    placed_ref = shop.world.bus.named("order.placed")[0].data["order_ref"]
    assert {fact.data["order_ref"] for fact in cancelled} == {placed_ref}


@pytest.mark.parametrize(("before", "end"), list(product(["pending", "failed", "checkout-draft"], ENDS)))
def test_an_order_that_never_was_more_than_a_cart_is_not_cancelled(before, end):
    shop = Shop()
    shop.tell(before)
    shop.tell(end)
    assert shop.facts() == []


def test_an_order_that_was_paid_is_told_as_cancelled():
    shop = Shop()
    shop.tell("processing", date_paid_gmt="2026-11-21T00:30:00")
    shop.tell("cancelled", date_paid_gmt="2026-11-21T00:30:00")
    assert shop.facts() == ["order.placed", "order.paid", "order.cancelled"]


@pytest.mark.parametrize(
    ("platform", "stem"),
    [
        ("shopify", "orders_cancelled"),
        ("shopware", "state_enter.order.state.cancelled"),
        ("generic", "order.cancelled"),
        ("woocommerce", "order.updated.cancelled_paid"),
    ],
)
def test_a_cancellation_that_names_itself_is_told_whatever_was_told_before(platform, stem):
    told = Told()
    world = World(adapter=told)
    seen = observe(platform, stem)
    world.deliver(told.delivery("e", *seen, at=seen[0].at))
    assert [fact.name for fact in world.bus.facts if fact.name == "order.cancelled"] == ["order.cancelled"]
