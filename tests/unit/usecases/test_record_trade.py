"""What the intake keeps of orders: whose they are, in any order, and never at the cost of a purchase."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.errors import TryLater
from cartback.domain.money import Money
from cartback.domain.observations import (
    Contact,
    CustomerErased,
    CustomerSeen,
    OrderSeen,
    ParcelSeen,
    PaymentFailed,
    RefundSeen,
)
from cartback.domain.trade import ownership, sale
from cartback.domain.trade.items import Item
from cartback.domain.trade.sale import PaymentTold, Sale
from cartback.usecases.batch import Message
from tests.fakes.told import SHIRT, Told, ada, cart
from tests.fakes.world import START, World, plain_hash

HOUR = timedelta(hours=1)
LAMP = Item("v1", "Lamp", 1, product_id="p1", unit_price=Money(5000, "EUR"))


@pytest.fixture
def world():
    told = Told()
    world = World(adapter=told)
    world.told = told
    return world


def tell(world: World, name: str, *seen, old: bool = False):
    """One event that says this; gives what became of it."""
    delivery = replace(world.told.delivery(name, *seen, at=world.clock.now()), replayed=old)
    return world.apply_events([Message(name, "{}", delivery)])


def bought(ref: str = "o1", at=START, contact: Contact | None = None, refs=(), **said) -> OrderSeen:
    return OrderSeen(
        refs, ref, at, at, Money(5000, "EUR"), contact or ada(), paid=True, sale=Sale(items=(LAMP,), **said)
    )


def parcel(state: str = sale.SHIPPED, ref: str = "o1", at=START + HOUR) -> ParcelSeen:
    return ParcelSeen(ref, "x", at, state)


def row(world: World, ref: str = "o1"):
    return world.orders.read("demo", [ref])[ref]


def facts(world: World) -> list[str]:
    return [fact.name for fact in world.bus.facts]


def person(world: World):
    page = world.records.read("demo", aliases=[plain_hash("demo", "email:ada@example.com")])
    (person_id,) = page.aliases.values()
    return world.records.read("demo", persons=[person_id]).persons[person_id]


def test_an_order_is_kept_with_its_lines_and_whose_it_is(world):
    tell(world, "e1", bought())
    kept = row(world)
    assert (kept.items, kept.total, kept.paid) == ((replace(LAMP, image_url=None),), Money(5000, "EUR"), True)
    assert kept.person_id == person(world).person_id
    assert ownership.history(world.orders.of_names("demo", ownership.names_of(person(world)))).owns("v1")


def test_what_is_told_of_a_parcel_before_its_order_is_there_when_the_order_comes(world):
    tell(world, "e1", parcel())
    assert facts(world) == ["parcel.shipped"]
    tell(world, "e2", bought(at=START))
    assert row(world).parcels["x"].shipped_at == START + HOUR
    assert row(world).placed_at == START


def test_the_same_news_in_any_order_makes_the_same_row(world):
    other = World(adapter=(told := Told()))
    other.told = told
    news = [("a", bought()), ("b", parcel()), ("c", RefundSeen("o1", "f", START, Money(5, "EUR")))]
    for name, seen in news:
        tell(world, name, seen)
    for name, seen in reversed(news):
        tell(other, name, seen)
    one, two = row(world), row(other)
    assert replace(one, version=0, causes={}) == replace(two, version=0, causes={})
    assert one.causes == two.causes


def test_an_event_that_comes_again_writes_nothing_and_tells_nothing_new(world):
    tell(world, "e1", bought(), parcel())
    told, saves = [fact.fact_id for fact in world.bus.facts], world.orders.saves
    world.once.keys.clear()
    tell(world, "e1", bought(), parcel())
    assert world.orders.saves == saves
    assert {fact.fact_id for fact in world.bus.facts} == set(told)


def test_a_cart_that_never_becomes_an_order_reads_and_writes_nothing(world):
    tell(world, "e1", cart(START, SHIRT))
    assert (world.orders.saves, world.tables.rows["orders"]) == (0, {})


def test_a_payment_that_failed_is_an_attempt_of_its_order(world):
    tell(world, "e1", PaymentFailed("pay", "1", START, "declined", order_ref="o1", contact=ada()))
    assert row(world).payments["pay/1"].state == sale.FAILED
    assert row(world).person_id is not None


def test_what_a_payment_provider_tells_by_its_own_name_is_the_orders(world):
    tell(world, "e1", RefundSeen("pi_1", "f", START, Money(100, "EUR")))
    tell(world, "e2", bought(payment_refs=("pi_1",)))
    assert row(world).refunds["f"].amount == Money(100, "EUR")
    assert row(world, "pi_1").joined == "o1"
    tell(world, "e3", RefundSeen("pi_1", "g", START + HOUR, Money(200, "EUR")))
    assert set(row(world).refunds) == {"f", "g"}


def test_an_order_is_never_taken_for_the_payment_of_another(world):
    tell(world, "e1", bought("o2"))
    tell(world, "e2", bought("o1", payment_refs=("o2",)))
    assert row(world, "o2").joined is None
    assert row(world, "o2").placed_at is not None


def test_a_purchase_is_stored_and_told_though_the_record_of_trade_cannot_be_written(world, monkeypatch):
    tell(world, "e0", cart(START, SHIRT))

    def away(*_):
        raise TryLater("the table Orders is away")

    monkeypatch.setattr(world.orders, "read", away)
    report = tell(world, "e1", bought(refs=("cart:c1",)))
    assert report.failed == ["e1"]
    assert {"order.placed", "order.paid", "cart.bought"} <= set(facts(world))
    assert [kept.status for kept, _ in world.tables.rows["carts"].values()] == ["bought"]
    monkeypatch.undo()
    assert tell(world, "e1", bought(refs=("cart:c1",))).applied == ["e1"]
    assert row(world).cart_id is not None


def test_whoever_is_quicker_loses_nothing(world, monkeypatch):
    save, others = world.orders.save, [parcel()]

    def meanwhile(shop, before, after):
        if others:
            seen = others.pop()
            told = world.apply_events.record_trade
            told("demo", [("other", seen)], {})
        return save(shop, before, after)

    monkeypatch.setattr(world.orders, "save", meanwhile)
    tell(world, "e1", bought())
    assert row(world).parcels
    assert row(world).placed_at == START


def test_an_order_that_is_older_than_rows_are_kept_is_not_taken_in(world):
    tell(world, "e1", bought(at=START - timedelta(days=731)))
    assert row(world) is None
    assert "order.placed" in facts(world)


def test_of_old_news_the_row_knows_and_nobody_is_told(world):
    tell(world, "e1", parcel(sale.DELIVERED), old=True)
    tell(world, "e2", parcel(sale.DELIVERED, at=START + 2 * HOUR))
    assert facts(world) == []
    assert row(world).parcels["x"].state == sale.DELIVERED


def test_the_order_of_somebody_who_is_forgotten_is_forgotten_with_the_sweep(world):
    tell(world, "e1", bought(), parcel())
    told = person(world)
    world.clock.move(hours=2)
    tell(world, "e2", CustomerErased(ada(), world.clock.now()))
    answer = {"next": "more", "cursor": ""}
    while answer["next"] == "more":
        answer = world.sweep_erased("demo", told.person_id, answer["cursor"])
    assert answer["next"] == "wait"
    assert row(world).erased_at is not None
    assert world.orders.of_names("demo", ownership.names_of(told)) == []
    tell(world, "e3", parcel(sale.DELIVERED, at=START + 3 * HOUR))
    assert row(world).parcels == {}


def test_what_came_of_a_time_before_names_nobody_who_is_forgotten(world):
    tell(world, "e1", bought())
    world.clock.move(hours=2)
    tell(world, "e2", CustomerErased(ada(), world.clock.now()))
    tell(world, "e3", bought("o2"))
    assert (row(world, "o2").names, row(world, "o2").person_id) == ((), None)


def test_raw_words_of_the_parcels_of_somebody_who_is_forgotten_are_swept(world):
    tell(world, "e1", bought(), parcel())
    tell(world, "e2", parcel(sale.DELIVERED))
    tell(world, "e4", parcel(ref="of-another"))
    told = person(world)
    world.clock.move(hours=2)
    tell(world, "e3", CustomerErased(ada(), world.clock.now()))
    answer = {"next": "more", "cursor": ""}
    while answer["next"] == "more":
        answer = world.sweep_erased("demo", told.person_id, answer["cursor"])
    kept = [delivery.key for batch in world.raw.batches.values() for delivery in batch]
    assert kept == ["e4"]


def test_an_export_holds_the_orders(world):
    tell(world, "e1", bought(), parcel())
    (order,) = world.export("demo", person(world).person_id)["orders"]
    assert (order["order_ref"], list(order["parcels"])) == ("o1", ["x"])


def test_an_order_follows_its_account_to_the_mailbox_of_its_record(world):
    account = Contact(customer_ref="7")
    tell(world, "e1", bought(contact=account))
    tell(world, "e2", CustomerSeen(Contact(customer_ref="7", email="ada@example.com"), START + HOUR))
    found = world.orders.of_names("demo", ownership.names_of(person(world)))
    assert [order.order_ref for order in found] == ["o1"]
    assert ownership.belongs(found[0], person(world))


def test_the_payments_of_an_order_are_its_attempts(world):
    attempts = (
        PaymentTold("t1", START, sale.FAILED, Money(5000, "EUR"), "card", "declined"),
        PaymentTold("t2", START + HOUR, sale.PAID, Money(5000, "EUR"), "paypal"),
    )
    tell(world, "e1", bought(payments=attempts))
    assert {ref: each.state for ref, each in row(world).payments.items()} == {"t1": "failed", "t2": "paid"}
