"""The port ``Orders``: versions, names that lead to orders, and rows that end."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from cartback import subjects
from cartback.domain.claims import Claim
from cartback.domain.errors import Conflict
from cartback.domain.goods.catalogue import Stock
from cartback.domain.money import Money
from cartback.domain.observations import OrderSeen, ParcelSeen, RefundSeen, ReturnSeen
from cartback.domain.people.customer import Person
from cartback.domain.subject import Subject
from cartback.domain.trade import orders, sale
from cartback.domain.trade.items import Item
from cartback.domain.trade.orders import Order
from cartback.domain.trade.sale import PaymentTold, Piece, Sale
from cartback.ports import RowSet, TimelineEntry, Unchanged
from cartback.store.codec import decode, sparse, unpacked
from cartback.store.messaging.ledger import DynamoLedger
from cartback.store.tables import ORDERS_KEPT, STRAYS_KEPT
from cartback.store.trade.orders import DynamoOrders
from cartback.store.trade.records import DynamoRecords
from tests.fakes.memory import MemoryLedger, MemoryOrders, MemoryRecords, MemoryTables
from tests.fakes.world import START, HandClock

DAY = timedelta(days=1)


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture(params=["memory", "dynamo"])
def rows(request, clock):
    if request.param == "memory":
        return MemoryOrders(MemoryTables(clock))
    return DynamoOrders(request.getfixturevalue("stack").clients, "Orders", clock)


def whole() -> Order:
    """An order of which everything was told."""
    said = Sale(
        items=(Item("v1", "Kaffee „Größe M“", Decimal("1.5"), unit_price=Money(999, "EUR")),),
        goods=Money(1499, "EUR"),
        shipping=Money(490, "EUR"),
        standing=sale.OPEN,
        payments=(PaymentTold("t1", START, sale.PAID, Money(1989, "EUR"), "card"),),
    )
    order = orders.ordered(
        Order("demo", "o1"), OrderSeen((), "o1", START, START, Money(1989, "EUR"), paid=True, sale=said)
    )
    order = orders.packed(order, ParcelSeen("o1", "x", START, sale.SHIPPED, (Piece("v1", Decimal("1.5")),)))
    order = orders.sent_back(order, ReturnSeen("o1", "r", START, sale.REQUESTED))
    order = orders.paid_back(order, RefundSeen("o1", "f", START, Money(1, "EUR")))
    return orders.of_buyer(order, "p1", "c1", "acc", "box")


def test_what_was_saved_is_read_again_one_version_on(rows):
    rows.save("demo", {}, {"o1": whole()})
    assert rows.read("demo", ["o1", "o2"]) == {"o1": replace(whole(), version=1), "o2": None}
    assert rows.read("demo2", ["o1"]) == {"o1": None}


def test_what_did_not_change_is_not_written(rows):
    rows.save("demo", {}, {"o1": whole()})
    kept = rows.read("demo", ["o1"])
    rows.save("demo", kept, dict(kept))
    assert rows.read("demo", ["o1"]) == kept


def test_a_row_that_changed_since_it_was_read_is_not_overwritten(rows):
    rows.save("demo", {}, {"o1": whole()})
    with pytest.raises(Conflict):
        rows.save("demo", {}, {"o1": Order("demo", "o1")})
    kept = rows.read("demo", ["o1"])
    rows.save("demo", kept, {"o1": replace(kept["o1"], test=True)})
    with pytest.raises(Conflict):
        rows.save("demo", kept, {"o1": replace(kept["o1"], renewal=True)})


def test_a_row_that_is_there_as_it_is_to_be_may_be_saved_again(rows):
    """Several rows are saved one by one: whoever ends in the midst of them begins anew."""
    for _ in range(2):
        rows.save("demo", {}, {"o1": whole()})
    assert rows.read("demo", ["o1"])["o1"].version == 1


def test_an_order_is_found_by_each_of_its_names_and_by_a_name_that_was_told_later(rows):
    first = Order("demo", "o1", placed_at=START, account="acc")
    rows.save("demo", {}, {"o1": first, "o0": Order("demo", "o0", placed_at=START - DAY, account="acc")})
    kept = rows.read("demo", ["o1"])
    rows.save("demo", kept, {"o1": orders.of_buyer(kept["o1"], "p1", None, None, "box")})
    assert [row.order_ref for row in rows.of_names("demo", ["box", "acc"])] == ["o0", "o1"]
    assert [row.order_ref for row in rows.of_names("demo", ["box"])] == ["o1"]
    assert rows.of_names("demo2", ["box"]) == []


def test_an_order_that_is_forgotten_is_found_by_nobody_and_stays_as_a_mark(rows):
    rows.save("demo", {}, {"o1": whole()})
    kept = rows.read("demo", ["o1"])
    rows.save("demo", kept, {"o1": orders.erase(kept["o1"], START)})
    assert rows.of_names("demo", ["acc", "box"]) == []
    assert rows.read("demo", ["o1"])["o1"] == Order("demo", "o1", version=2, erased_at=START)


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        (Order("demo", "o1", placed_at=START - DAY, account="acc"), ORDERS_KEPT - DAY),
        (Order("demo", "o1", account="acc"), STRAYS_KEPT),
        (Order("demo", "o1", joined="o2"), ORDERS_KEPT),
        (Order("demo", "o1", erased_at=START), ORDERS_KEPT),
    ],
)
def test_an_order_ends_two_years_after_it_was_made_and_a_stray_sooner(rows, clock, row, kept):
    rows.save("demo", {}, {"o1": row})
    clock.at = START + kept - timedelta(seconds=1)
    assert rows.read("demo", ["o1"])["o1"] is not None
    clock.at = START + kept
    assert rows.read("demo", ["o1"]) == {"o1": None}
    assert rows.of_names("demo", ["acc"]) == []
    rows.save("demo", {"o1": None}, {"o1": Order("demo", "o1", placed_at=clock.at)})
    assert rows.read("demo", ["o1"])["o1"].version == 1


@pytest.mark.parametrize("row", [Order("demo", "o1"), whole(), orders.erase(whole(), START)])
def test_what_was_never_told_takes_no_place_and_is_read_as_absent(row):
    body = sparse(row)
    assert decode(Order, {"body": body}) == row
    assert not {b"null", b"false", b"[]", b"{}"} & set(re.findall(rb"null|false|\[\]|\{\}", _text(body)))


def test_an_amount_of_nothing_is_told():
    free = Order("demo", "o1", shipping=Money(0, "EUR"), shipped=False)
    kept = decode(Order, {"body": sparse(free)})
    assert kept.shipping == Money(0, "EUR")


def _text(body) -> bytes:
    plain = unpacked(body)
    return plain if isinstance(plain, bytes) else plain.encode()


# ── as the subject of a run ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=["memory", "dynamo"])
def house(request, clock):
    """The stores that a decision about an order looks at: orders, records, ledger."""
    if request.param == "memory":
        tables = MemoryTables(clock)
        return MemoryOrders(tables), MemoryRecords(tables), MemoryLedger(tables)
    stack = request.getfixturevalue("stack")
    return (
        DynamoOrders(stack.clients, "Orders", clock),
        DynamoRecords(stack.clients, stack.tables, clock),
        DynamoLedger(stack.clients, stack.tables, clock),
    )


IDS = {"order": "o1", "parcel": "o1/x", "return": "o1/r"}
every_kind = pytest.mark.parametrize("kind", ["order", "parcel", "return"])


def peopled(house) -> None:
    """An order whose buyer became another row, with a variant in stock."""
    orders_, records, _ = house
    orders_.save("demo", {}, {"o1": whole()})
    people = {
        "p1": Person("demo", "p1", merged_into="p2"),
        "p2": Person("demo", "p2", email="ada@example.com", accounts={"acc": START}),
    }
    records.save("demo", RowSet(), RowSet(persons=people, stock={"v1": Stock("demo", "v1")}))


@every_kind
def test_a_decision_about_an_order_or_a_part_of_it_sees_row_person_and_stock(house, kind):
    peopled(house)
    subject = subjects.kind(kind)
    context = house[1].context("demo", IDS[kind], None, (), subject)
    row = context.about if kind == "order" else context.about.order
    assert row == replace(whole(), version=1)
    assert context.person.person_id == "p2"
    assert set(context.stock) == ({"v1"} if kind != "return" else set())
    for nothing in ("o9", "o9/x") if kind == "order" else ("o9/x", "o1/y"):
        assert house[1].context("demo", nothing, None, (), subject).about is None


def test_a_decision_about_a_person_sees_the_orders_of_all_their_names_and_whom_their_row_became(house):
    peopled(house)
    orders_, records, _ = house
    of_others = replace(whole(), order_ref="o2", account="another", address_hash=None)
    orders_.save("demo", {}, {"o2": of_others})
    kind = subjects.kind("person")
    for row, guess in (("p1", None), ("p1", "p2"), ("p2", "p2"), ("p2", "p1")):
        context = records.context("demo", row, guess, (), kind)
        assert (context.about.person_id, context.person.person_id) == (row, "p2")
        assert [order.order_ref for order in context.orders] == ["o1"]
    assert records.context("demo", "nobody", None, (), kind).about is None


@every_kind
def test_a_message_about_an_order_is_not_claimed_once_a_word_of_it_came_after_the_decision(house, kind):
    peopled(house)
    orders_, records, ledger = house
    about = Subject(kind, IDS[kind])
    read = records.read("demo", orders=["o1"]).orders["o1"]
    claim = Claim(
        "demo", "k1", about.id, 1, "care", "email", "p2", "h1", "service", 1, START, flow="f", kind=kind
    )
    guards = [Unchanged("orders", subjects.kind(kind).row_of(about.id), read.version)]
    line = TimelineEntry(START, "decision", {"word": "send"})
    orders_.save("demo", {"o1": read}, {"o1": replace(read, standing=sale.CANCELLED)})
    assert ledger.claim(claim, guards, RowSet(), line) == "changed"
    current = [replace(guards[0], version=read.version + 1)]
    assert ledger.claim(claim, current, RowSet(), line) is None
    assert ledger.story("demo", about.timeline) == [line]
