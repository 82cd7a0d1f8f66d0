"""What a shop only names is read from it before it is applied; payments and refunds become facts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cartback.domain.errors import Refused, TryLater
from cartback.domain.money import Money
from cartback.domain.observations import Fetch, PaymentFailed, RefundSeen
from tests.fakes.told import CUP, SHIRT, Told, ada, cart
from tests.fakes.world import START, World

NAMED = Fetch("quote", "quotes/1", START)


class Shop:
    """A shop's API in memory, and the adapter's translation of it: a document is the name of what to say."""

    def __init__(self) -> None:
        self.says: dict[str, list[object]] = {}
        self.trouble: Exception | None = None
        self.asked: list[tuple[str, str, Fetch]] = []

    def fetch(self, shop: str, platform: str, wanted: Fetch) -> list[str]:
        self.asked.append((shop, platform, wanted))
        if self.trouble is not None:
            raise self.trouble
        return [wanted.resource] if wanted.resource in self.says else []


class Naming(Told):
    """An adapter whose deliveries may name things."""

    def __init__(self, shop: Shop) -> None:
        super().__init__()
        self.shop = shop

    def fetched(self, wanted: Fetch, documents: list[str]) -> list[object]:
        return [seen for document in documents for seen in self.shop.says[document]]


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.says["quotes/1"] = [cart(START, SHIRT, ref="quote:1")]
    return shop


@pytest.fixture
def told(shop: Shop) -> Naming:
    return Naming(shop)


@pytest.fixture
def world(told: Naming, shop: Shop) -> World:
    world = World(adapter=told)
    world.apply_events = replace(world.apply_events, fetcher=shop)
    return world


def test_what_was_named_is_fetched_and_applied(world, told, shop):
    report = world.deliver(told.delivery("e1", NAMED, at=START))
    assert report.applied == ["m0-e1"]
    assert shop.asked == [("demo", "told", NAMED)]
    assert [fact.data["person_id"] is not None for fact in world.bus.named("cart.opened")] == [True]


def test_a_shop_that_cannot_be_reached_delays_its_event_and_no_other(world, told, shop):
    shop.trouble = TryLater("too many requests", 30)
    other = told.delivery("e2", cart(START, CUP, ref="cart:2"), at=START)
    report = world.deliver(told.delivery("e1", NAMED, at=START), other)
    assert (report.failed, report.applied, report.parked) == (["m0-e1"], ["m1-e2"], [])
    assert len(world.bus.named("cart.opened")) == 1
    shop.trouble = None
    assert world.deliver(told.delivery("e1", NAMED, at=START), other).duplicates == ["m1-e2"]
    assert len(world.bus.named("cart.opened")) == 2


def test_a_shop_that_refuses_parks_its_event_with_the_reason(world, told, shop):
    shop.trouble = Refused("the API key may not read quotes")
    report = world.deliver(told.delivery("e1", NAMED, at=START))
    assert report.parked == ["m0-e1"]
    assert [reason for _, reason in world.queue.parked] == ["the API key may not read quotes"]


def test_without_access_to_the_shop_its_event_is_parked_and_others_go_on(world, told):
    world.apply_events = replace(world.apply_events, fetcher=None)
    other = told.delivery("e2", cart(START, CUP, ref="cart:2"), at=START)
    report = world.deliver(told.delivery("e1", NAMED, at=START), other)
    assert (report.parked, report.applied) == (["m0-e1"], ["m1-e2"])
    assert [reason for _, reason in world.queue.parked] == ["no API access configured for this shop"]


def test_what_is_gone_by_now_says_nothing(world, told, shop):
    shop.says.clear()
    assert world.deliver(told.delivery("e1", NAMED, at=START)).applied == ["m0-e1"]
    assert world.bus.facts == []


def test_a_payment_that_failed_is_told_with_its_cart_and_its_person(world, told):
    world.deliver(told.delivery("e1", cart(START, SHIRT), at=START))
    failed = PaymentFailed(
        "pi_1", "ch_1", START, "card_declined", Money(5990, "EUR"), ("cart:c1",), contact=ada()
    )
    world.deliver(told.delivery("e2", failed, at=START), told.delivery("e3", failed, at=START))
    (opened,), (fact,) = world.bus.named("cart.opened"), world.bus.named("payment.failed")
    assert (fact.data["cart_id"], fact.data["person_id"]) == (
        opened.data["cart_id"],
        opened.data["person_id"],
    )
    assert (fact.data["code"], fact.data["amount"], fact.data["test"]) == ("card_declined", 5990, False)
    again = replace(failed, attempt="ch_2")
    world.deliver(told.delivery("e4", again, at=START))
    assert len({told_.fact_id for told_ in world.bus.named("payment.failed")}) == 2


def test_a_refund_of_an_unknown_buyer_is_told_once_however_often_the_shop_repeats_it(world, told):
    refund = RefundSeen("o1", "r1", START, Money(1000, "EUR"))
    for key in ("e1", "e2"):
        world.deliver(told.delivery(key, refund, at=START))
    facts = world.bus.named("refund.issued")
    assert len({fact.fact_id for fact in facts}) == 1
    assert facts[0].data == {
        "refund_ref": "r1", "payment_ref": "o1", "refunded_at": START.isoformat(),
        "amount": 1000, "currency": "EUR", "full": False, "test": False,
    }  # fmt: skip
